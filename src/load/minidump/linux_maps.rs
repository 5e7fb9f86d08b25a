//! LinuxMaps (0x47670009): /proc/PID/maps as text (breakpad minidump_format.h). Each line stands for itself.

use minidump_common::format::MINIDUMP_STREAM_TYPE as Kind;

use super::reading::Reading;
use crate::load::proc_fs;
use crate::model::Source;

/// What became of the map.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct LinuxMap {
    /// Rows read.
    pub rows: u64,
    /// Of these, mappings as the kernel counts them.
    pub vmas: u64,
    /// Whether no line was lost.
    pub whole: bool,
}

/// States the rows. `None` if there is no such stream or no line of it can be read.
pub(super) fn read(dump: &mut Reading<'_>) -> Option<LinuxMap> {
    let at = dump.streams.find(Kind::LinuxMaps)?;
    let first = dump.facts.rows.len();
    let mut number = 0;
    let read = proc_fs::for_each_line(dump.file.input, at.offset..at.end(), |line| {
        number += 1;
        proc_fs::take_line(&mut dump.facts, line, number, Source::LinuxMaps);
    });
    if read < at.size {
        let beyond = dump.is_beyond_prefix(at.offset + read);
        dump.note_missing("the rest of stream LinuxMaps", at.offset + read, beyond);
    }
    let rows = dump.facts.rows.get(first..).unwrap_or_default();
    let lost = dump.facts.diagnostics.has("bad-maps-line") || dump.facts.diagnostics.has("too-many-rows");
    let twice = proc_fs::rows_overlap(rows);
    let cut = read < at.size || dump.streams.is_cut(Kind::LinuxMaps);
    let map = LinuxMap { rows: rows.len() as u64, vmas: proc_fs::count_vmas(rows), whole: !lost && !cut && !twice };
    (map.rows > 0).then_some(map)
}
