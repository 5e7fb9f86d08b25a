//! How many program headers there are. Above 65,534 the header's field is too small (`PN_XNUM`), and a process with
//! that many mappings is exactly the one that this crate is made for.

use object::elf;

use super::header::Header;
use crate::addr::FileOffset;
use crate::bytes::Reader;
use crate::diag::{Diagnostics, Place};
use crate::load::Input;

/// The number of program headers as the file states it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Count {
    /// In `e_phnum`, or in section header 0.
    Stated(u64),
    /// Section header 0 should have it and cannot be read: it is counted by [`room_before`] what follows the table.
    Unstated,
}

/// Finds the stated number.
///
/// Linux writes section header 0 at the very end of the file (`fill_extnum_info` in fs/binfmt_elf.c), so truncation
/// takes it away, and without `deep` a stream is not unpacked that far.
pub(super) fn stated(input: &Input<'_>, header: &Header, deep: bool, diagnostics: &mut Diagnostics) -> Count {
    if header.phnum != elf::PN_XNUM {
        return Count::Stated(u64::from(header.phnum));
    }
    let is_far = input.len().is_none() && !deep;
    let info = if is_far { None } else { section_zero_info(input, header) };
    match info {
        // Smaller numbers have no need of section 0: what was read there is something else.
        Some(info) if info >= u32::from(elf::PN_XNUM) => Count::Stated(u64::from(info)),
        found => {
            let problem = found.map_or("is not within reach".to_owned(), |n| format!("says {n}, which is too few"));
            diagnostics.info(
                "segment-count",
                format!(
                    "there are more than 65,534 program headers, and section header 0, which has their number, \
                     {problem}; they are counted up to what follows them"
                ),
                Some(Place::Offset(FileOffset(header.shoff))),
            );
            Count::Unstated
        }
    }
}

fn section_zero_info(input: &Input<'_>, header: &Header) -> Option<u32> {
    let size = header.section_size();
    let bytes = input.read(FileOffset(header.shoff), size, "section header 0").ok()?;
    // sh_name and sh_type, then flags, addr, offset, size as words, then sh_link and sh_info.
    let mut at = Reader::at(&bytes, 4, header.endian)?;
    let kind = at.u32()?;
    at.skip(4 * usize::from(header.width.bytes()))?;
    let _link = at.u32()?;
    at.u32().filter(|_| kind == elf::SHT_NULL.0)
}

/// How many program headers fit between the table's start and a segment's contents at `offset`; `None` if `offset`
/// lies before the end of the entry `index`, as it does in entries without contents.
///
/// The kernel puts the notes right behind the table, gdb the first segment's contents: the lowest such offset is
/// the table's end.
pub(super) fn room_before(header: &Header, index: u64, offset: u64) -> Option<u64> {
    let room = offset.checked_sub(header.phoff)? / header.stride();
    (room > index).then_some(room)
}
