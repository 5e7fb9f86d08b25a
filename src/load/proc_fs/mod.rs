//! `/proc/PID/maps` and `/proc/PID/smaps` saved as files.

mod line;
mod lines;

pub use line::{MapsLine, parse as parse_line, parse_permissions};
pub use lines::for_each as for_each_line;

use super::Input;
use super::facts::{Facts, RawCoverage, Row, RowLabel};
use crate::addr::{AddrRange, FileOffset};
use crate::diag::Place;
use crate::error::LoadError;
use crate::model::{DumpFormat, Evidence, Os, Source, State};

/// How many rows are taken from one map. Far above any real process (`vm.max_map_count` is 65,530 by default), and
/// a bound for input that was made to exhaust memory.
pub const MAX_ROWS: usize = 1 << 20;

/// Whether the beginning of a file is that of a maps or smaps file.
pub(super) fn looks_like_maps(head: &[u8]) -> bool {
    let first = head.split(|b| *b == b'\n').find(|l| !l.trim_ascii().is_empty());
    first.is_some_and(|l| line::parse(&String::from_utf8_lossy(l)).is_some())
}

/// Reads the facts of a maps or smaps file.
///
/// # Errors
/// If no line of it can be read.
pub fn read(input: &Input<'_>) -> Result<Facts, LoadError> {
    let mut facts = Facts::new(DumpFormat::Maps);
    facts.os = Some(Os::Linux);
    let mut number = 0;
    for_each_line(input, 0..u64::MAX, |text| {
        number += 1;
        if text.contains('\0') {
            let message = "there are zeros where the text of the map was: the disk was full or the copy failed";
            facts.diagnostics.warn("bad-maps-line", message, Some(Place::Line(number)));
        }
        take_line(&mut facts, text, number, Source::Maps);
    });
    if input.needs_deep(FileOffset(super::PREFIX_LIMIT)) || input.ended_early().is_some() {
        facts.truncated = true;
        facts.diagnostics.warn(
            "truncated",
            "the input ends in the middle, or was not unpacked further; rows are missing",
            None,
        );
    }
    if facts.rows.is_empty() {
        return Err(LoadError::NothingInIt(
            "no line of this maps file could be read; copy /proc/PID/maps again".into(),
        ));
    }
    grade(&mut facts);
    Ok(facts)
}

/// Takes one line of a maps or smaps text: a mapping becomes a row, smaps attributes are passed over, anything else
/// is reported and costs only itself.
pub fn take_line(facts: &mut Facts, text: &str, number: u64, source: Source) {
    let text = text.trim_end_matches(['\r', '\n', '\0']);
    if text.trim().is_empty() || is_smaps_attribute(text) {
        return;
    }
    match line::parse(text) {
        Some(_) if facts.rows.len() >= MAX_ROWS => {
            facts.diagnostics.warn("too-many-rows", format!("only the first {MAX_ROWS} rows are used"), None);
        }
        Some(parsed) => {
            let row = row_of(facts, &parsed, source);
            facts.rows.push(row);
        }
        None if line::is_empty_mapping(text) => facts.diagnostics.info(
            "empty-mapping",
            "a mapping in the list has no bytes and is passed over",
            Some(Place::Line(number)),
        ),
        None => facts.diagnostics.warn(
            "bad-maps-line",
            "a line of the map could not be read and was passed over",
            Some(Place::Line(number)),
        ),
    }
}

/// `Rss:   4 kB`, `VmFlags: rd ex`, `THPeligible:  0`: a word, a colon, no hyphen before it.
pub fn is_smaps_attribute(text: &str) -> bool {
    let Some((word, _)) = text.split_once(':') else { return false };
    word.starts_with(|c: char| c.is_ascii_uppercase()) && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The row of one line.
pub fn row_of(facts: &mut Facts, line: &MapsLine<'_>, source: Source) -> Row {
    let label = label_of(facts, line.path);
    let file = (label == RowLabel::None && !line.path.is_empty()).then(|| facts.intern_file(line.path));
    Row {
        state: if line.protection.is_no_access() { State::Reserved } else { State::Committed },
        protection: Some(line.protection),
        file,
        file_offset: file.map(|_| line.offset),
        label,
        ..Row::new(line.range, State::Committed, source)
    }
}

/// What a name in brackets says, as `[heap]`; `None` for files and nothing.
pub fn label_of(facts: &mut Facts, path: &str) -> RowLabel {
    match path {
        "[heap]" => RowLabel::Heap,
        "[stack]" => RowLabel::MainStack,
        "[vdso]" | "[vvar]" | "[vvar_vclock]" | "[vectors]" | "[sigpage]" | "[uprobes]" | "[uretprobe]" => {
            RowLabel::Vdso
        }
        "[vsyscall]" => RowLabel::Vsyscall,
        _ => bracketed_label(facts, path),
    }
}

fn bracketed_label(facts: &mut Facts, path: &str) -> RowLabel {
    let Some(inner) = path.strip_prefix('[').and_then(|p| p.strip_suffix(']')) else { return RowLabel::None };
    if let Some(tid) = inner.strip_prefix("stack:").and_then(|t| t.parse().ok()) {
        return RowLabel::ThreadStack(tid);
    }
    let name = inner.strip_prefix("anon:").or_else(|| inner.strip_prefix("anon_shmem:")).unwrap_or(inner);
    RowLabel::NamedAnonymous(facts.intern_file(name))
}

fn grade(facts: &mut Facts) {
    let lost = facts.diagnostics.has("bad-maps-line") || facts.diagnostics.has("too-many-rows");
    let twice = rows_overlap(&facts.rows);
    if twice {
        let message = "rows of the map overlap, which the kernel's never do: it is more than one reading, or damaged";
        facts.diagnostics.warn("several-maps", message, None);
    }
    let whole = !facts.truncated && !lost && !twice;
    facts.limits.vma_count = whole.then(|| count_vmas(&facts.rows));
    facts.coverage = if whole { RawCoverage::Everything } else { RawCoverage::Nothing };
    facts.evidence = if whole { Evidence::Complete } else { Evidence::Partial };
    facts.evidence_notes.push("the kernel's own list of mappings (/proc/PID/maps)".into());
}

/// Whether any address is listed twice, as in two readings one behind the other: then rows are no count of mappings.
pub fn rows_overlap(rows: &[Row]) -> bool {
    let in_order = |a: &AddrRange, b: &AddrRange| a.end() <= b.start();
    if rows.is_sorted_by(|a, b| in_order(&a.range, &b.range)) {
        return false;
    }
    let mut ranges: Vec<AddrRange> = rows.iter().map(|r| r.range).collect();
    ranges.sort_unstable();
    !ranges.is_sorted_by(in_order)
}

/// Mappings as the kernel counts them: vsyscall is none.
pub fn count_vmas(rows: &[Row]) -> u64 {
    rows.iter().filter(|r| r.label != RowLabel::Vsyscall).count() as u64
}
