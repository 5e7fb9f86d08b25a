//! NT_FILE: the files that are mapped, and where (`fill_files_note` in fs/binfmt_elf.c).
//!
//! Words: count and page size; then count times start, end, offset in pages; then count paths, each with a NUL. gdb
//! states a page size of 1 and offsets in bytes. Kernels leave the note out where it would exceed 4 MiB
//! (`kernel.core_file_note_size_limit`), which it does for processes with more than 65,536 mappings.

use super::header::Header;
use crate::addr::{Addr, AddrRange};
use crate::bytes::Reader;
use crate::load::facts::{Facts, LONGEST_FILE_NAME, Row};
use crate::model::{Source, State};

/// Adds a row for each mapped file. The descriptor may be cut: rows without a path have no file.
///
/// Permissions are not told. Returns how many rows the note promises and how many were added.
pub(super) fn read(desc: &[u8], header: &Header, facts: &mut Facts) -> Option<(u64, u64)> {
    let mut at = Reader::new(desc, header.endian);
    let count = at.word(header.width)?;
    let page = at.word(header.width)?;
    if page.is_power_of_two() && page > 1 {
        facts.page_size.get_or_insert(page);
    }
    let row_size = 3 * u64::from(header.width.bytes());
    let there = count.min(at.remaining() as u64 / row_size);
    let names_at = usize::try_from(there.checked_mul(row_size)?).ok()?.checked_add(at.position())?;
    let mut names = desc.get(names_at..).unwrap_or_default();
    // No doubling of what PT_LOADs already fill; the descriptor is no longer than the file.
    facts.rows.reserve_exact(usize::try_from(there).unwrap_or(0));
    let mut added = 0;
    for _ in 0..there {
        let (start, end, offset) = (at.word(header.width)?, at.word(header.width)?, at.word(header.width)?);
        let name = next_name(&mut names);
        if let Some(range) = AddrRange::new(Addr(start), Addr(end)) {
            let row = row(range, offset.checked_mul(page), name, facts);
            facts.rows.push(row);
            added += 1;
        }
    }
    Some((count, added))
}

fn row(range: AddrRange, file_offset: Option<u64>, name: Option<&[u8]>, facts: &mut Facts) -> Row {
    // Bytes that are no UTF-8 become three: a name of megabytes is cut before, and once more when it is interned.
    let start = |n: &'_ [u8]| String::from_utf8_lossy(n.get(..2 * LONGEST_FILE_NAME).unwrap_or(n)).into_owned();
    let file = name.map(|n| facts.intern_file(&start(n)));
    Row { file, file_offset, ..Row::new(range, State::Committed, Source::NtFile) }
}

/// The next path; `None` if its NUL is missing, and for an empty one.
fn next_name<'a>(names: &mut &'a [u8]) -> Option<&'a [u8]> {
    let end = names.iter().position(|b| *b == 0)?;
    let (name, rest) = names.split_at_checked(end)?;
    *names = rest.get(1..).unwrap_or_default();
    Some(name).filter(|n| !n.is_empty())
}
