//! How good the map is, and what there is instead of one.

use super::linux_maps::LinuxMap;
use super::memory_info::InfoMap;
use super::reading::Reading;
use crate::addr::AddrRange;
use crate::load::facts::{RawCoverage, Row, RowLabel};
use crate::model::{Evidence, Source, State};

/// Grades the map, and adds what threads, modules and memory lists know of where it is missing.
pub(super) fn conclude(dump: &mut Reading<'_>, maps: Option<LinuxMap>, info: Option<InfoMap>) {
    let complete = take_linux_maps(dump, maps) | take_memory_info(dump, info);
    if !complete {
        add_stack_rows(dump);
        add_module_rows(dump);
        note_missing_map(dump);
    }
    let memory = std::mem::take(&mut dump.memory_rows);
    let new = if complete { outside_map(&dump.facts.rows, memory) } else { memory };
    dump.facts.rows.extend(new.into_iter().map(|r| Row::new(r, State::Committed, Source::MemoryList)));
}

/// The captured ranges that the map's rows do not cover: what dumps hold that a process made of itself (dbghelp's own
/// memory), and what was allocated while the dump was written. A full dump has a range for each row, and repeating
/// 20,000 rows would tell nothing new.
fn outside_map(rows: &[Row], memory: Vec<AddrRange>) -> Vec<AddrRange> {
    let map = joined(rows.iter().map(|r| r.range).collect());
    let around = |range: &AddrRange| map.get(map.partition_point(|m| m.end() <= range.start()));
    memory.into_iter().filter(|range| !around(range).is_some_and(|m| m.covers(*range))).collect()
}

/// The ranges sorted, with those that touch or overlap made one.
fn joined(mut ranges: Vec<AddrRange>) -> Vec<AddrRange> {
    ranges.sort_unstable();
    ranges.dedup_by(|next, kept| {
        let touches = next.start() <= kept.end();
        if touches {
            *kept = kept.hull(*next);
        }
        touches
    });
    ranges
}

fn take_linux_maps(dump: &mut Reading<'_>, maps: Option<LinuxMap>) -> bool {
    let Some(map) = maps else { return false };
    let note = format!("the kernel's own list of {} mappings (stream LinuxMaps, /proc/PID/maps)", map.rows);
    dump.facts.evidence_notes.push(if map.whole { note } else { format!("{note}, of which some were lost") });
    dump.facts.evidence = if map.whole { Evidence::Complete } else { Evidence::Partial };
    if map.whole {
        dump.facts.coverage = RawCoverage::Everything;
        dump.facts.limits.vma_count = Some(map.vmas);
    }
    map.whole
}

fn take_memory_info(dump: &mut Reading<'_>, info: Option<InfoMap>) -> bool {
    let Some(info) = info else { return false };
    let lost = if info.whole { "" } else { ", of which some were lost" };
    let source = if info.linux { "the mappings of /proc/PID/maps" } else { "VirtualQuery's walk" };
    dump.facts.evidence_notes.push(format!("{source} in {} entries (stream MemoryInfoList){lost}", info.entries));
    let facts = &mut dump.facts;
    let already = facts.coverage == RawCoverage::Everything;
    if !already {
        facts.evidence = if info.whole { Evidence::Complete } else { Evidence::Partial };
        facts.coverage = match (info.linux, info.whole) {
            (true, true) => RawCoverage::Everything,
            (true, false) => RawCoverage::Nothing,
            (false, _) => RawCoverage::Within(info.covered),
        };
        let of_list = |r: &&Row| r.source == Source::MemoryInfo && r.label != RowLabel::Vsyscall;
        let count = facts.rows.iter().filter(of_list).count() as u64;
        facts.limits.vma_count = (info.linux && info.whole).then_some(count);
    }
    info.whole
}

fn add_stack_rows(dump: &mut Reading<'_>) {
    let rows = std::mem::take(&mut dump.stack_rows);
    dump.facts.rows.extend(rows.into_iter().map(|r| Row::new(r, State::Committed, Source::ThreadStack)));
}

fn add_module_rows(dump: &mut Reading<'_>) {
    for index in 0..dump.facts.modules.len() {
        let Some(module) = dump.facts.modules.get(index) else { break };
        let (range, path) = (module.range, module.path.clone());
        let file = (!path.is_empty()).then(|| dump.facts.intern_file(&path));
        dump.facts.rows.push(Row {
            file,
            label: RowLabel::Image,
            ..Row::new(range, State::Committed, Source::ModuleList)
        });
    }
}

fn note_missing_map(dump: &mut Reading<'_>) {
    let facts = &mut dump.facts;
    if facts.evidence_notes.is_empty() {
        facts.evidence = Evidence::Partial;
        facts.evidence_notes.push(
            "the dump has no map of the address space: thread stacks, modules and the memory it holds are a lower bound \
             of what is occupied, and gaps are upper bounds"
                .into(),
        );
    }
}
