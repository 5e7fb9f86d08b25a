//! One set of facts from what the logs told.

use super::found::Found;
use super::gdb_mappings::TRAP;
use super::listing::Listing;
use super::merge::{Merged, merge};
use super::signs::Sign;
use super::tool::Tool;
use crate::addr::{Addr, AddrRange};
use crate::error::LoadError;
use crate::load::facts::{Facts, RawCoverage, Row, RowLabel};
use crate::load::proc_fs::count_vmas;
use crate::model::{Evidence, Os, Source, State, Stated};

/// Puts everything together.
///
/// # Errors
/// The index of a file, and why nothing can be said of it.
pub(super) fn conclude(mut found: Found) -> Result<Facts, (usize, LoadError)> {
    let sign = found.signs.together()?;
    refuse(&found).map_err(|e| (0, e))?;
    let mut listings = std::mem::take(&mut found.listings);
    if let Some(stated) = &found.stated {
        listings.iter_mut().for_each(|listing| compare(listing, stated));
    }
    let merged = merge(listings, &mut found.facts.diagnostics);
    let mut facts = std::mem::replace(&mut found.facts, Facts::new(crate::model::DumpFormat::Transcript));
    state(&mut facts, &sign, &found, merged.as_ref());
    facts.threads = std::mem::take(&mut found.threads).into_list();
    facts.stated = found.stated.take();
    match merged {
        Some(merged) => take_map(&mut facts, merged),
        None => note_missing_map(&mut facts),
    }
    name_by_code(&mut facts, &found.code);
    add_modules(&mut facts);
    Ok(facts)
}

/// What is no output of a known command, and what would be read as a map and is none.
fn refuse(found: &Found) -> Result<(), LoadError> {
    if found.tools.is_empty() {
        return Err(LoadError::NotADump(UNKNOWN.into()));
    }
    let only_trap = found.listings.iter().all(|l| l.tool == Tool::GdbCoreMappings) && !found.listings.is_empty();
    let nothing_else = found.threads.is_empty() && found.stated.is_none() && found.facts.modules.is_empty();
    if only_trap && nothing_else {
        return Err(LoadError::NotADump(TRAP.into()));
    }
    Ok(())
}

const UNKNOWN: &str = "this is a text of a kind that is not recognised; /proc/PID/maps and smaps are read, and the output \
                       of WinDbg's !address, !vadump, lm and ~, of gdb's info proc mappings, info files and thread apply \
                       all print $sp, of lldb's memory region, of pmap, VMMap and DebugDiag";

/// A summary of the same process shows whether lines are missing.
fn compare(listing: &mut Listing, stated: &Stated) {
    let same_tool = matches!(listing.tool, Tool::Address | Tool::VaDump) && stated.by == Tool::AddressSummary.words();
    let covered = listing.covered.iter().fold(0u64, |sum, r| sum.saturating_add(r.size()));
    let free = covered.saturating_sub(listing.occupied());
    if let (true, Evidence::Complete, Some(said)) =
        (same_tool, listing.grade.evidence, stated.free.filter(|s| *s != free))
    {
        let note = format!(
            "{}; its free areas sum up to {free} bytes, and the summary says {said}: lines are missing, or it is of \
             another moment",
            listing.grade.note
        );
        listing.grade_partial(note);
    }
}

/// Process, system and who wrote it.
fn state(facts: &mut Facts, sign: &Sign, found: &Found, merged: Option<&Merged>) {
    facts.os = sign.os;
    facts.width = sign.width();
    facts.pid = sign.pid;
    if sign.several {
        let message = "a log speaks of several processes; what is known of one may be taken for another's";
        facts.diagnostics.warn("several-processes", message, None);
    }
    let of_map = merged.map(|m| m.tool).or_else(|| found.tools.first().copied());
    facts.writer = of_map.and_then(Tool::writer);
}

fn take_map(facts: &mut Facts, merged: Merged) {
    facts.rows = merged.rows;
    facts.evidence = if facts.truncated { Evidence::Partial } else { merged.grade.evidence };
    facts.evidence_notes.extend(merged.notes);
    facts.coverage = match (facts.truncated, merged.grade.coverage) {
        (true, RawCoverage::Everything) => RawCoverage::Nothing,
        (_, coverage) => coverage,
    };
    let linux = facts.os.is_some_and(Os::is_linux);
    if linux && facts.evidence == Evidence::Complete && facts.rows.len() as u64 == merged.count {
        facts.limits.vma_count = Some(count_vmas(&facts.rows));
    }
    if facts.os == Some(Os::Windows) {
        facts.windows.memory_info_end = merged.end;
    }
    if facts.diagnostics.has("too-many-rows") || facts.diagnostics.has("several-processes") {
        facts.evidence = Evidence::Partial;
        facts.coverage = RawCoverage::Nothing;
    }
}

fn note_missing_map(facts: &mut Facts) {
    if let Some(stated) = &facts.stated {
        facts.evidence_notes.push(format!(
            "{} gives figures without the regions behind them: what was free is known, and who splits it is not",
            stated.by
        ));
    }
    let how = match facts.os {
        Some(Os::Windows) => {
            "for a map run !address (all of it, not -summary) and pass its output, or pass the dump file"
        }
        _ => {
            "for a map add the output of gdb's info files or info proc mappings (of a live process), pmap -x or \
              /proc/PID/maps, or pass the core itself"
        }
    };
    facts.evidence_notes.push(how.to_owned());
}

/// A mapping without a name that holds a library's code is that library's.
fn name_by_code(facts: &mut Facts, code: &[(AddrRange, u32)]) {
    let mut order: Vec<(Addr, usize)> = facts.rows.iter().enumerate().map(|(i, r)| (r.range.start(), i)).collect();
    order.sort_unstable();
    for (range, file) in code {
        let next = order.partition_point(|(start, _)| *start <= range.start());
        let around = next.checked_sub(1).and_then(|at| order.get(at)).and_then(|(_, i)| facts.rows.get_mut(*i));
        match around.filter(|row| row.range.contains(range.start())) {
            Some(row) if row.file.is_none() && row.label == RowLabel::None => row.file = Some(*file),
            Some(_) => {}
            None => {
                let row = Row::new(range.grown_to(0x1000), State::Committed, Source::ModuleList);
                facts.rows.push(Row { file: Some(*file), ..row });
                facts.evidence = facts.evidence.max(Evidence::Partial);
            }
        }
    }
}

/// Modules of repeated lists are one. They are rows too, which name those of a map and stand where it does not reach.
fn add_modules(facts: &mut Facts) {
    facts.modules.sort_by_key(|m| (m.range.start(), m.range.end()));
    facts.modules.dedup_by_key(|m| m.range);
    facts.unloaded_modules.dedup();
    if facts.evidence != Evidence::Complete && !facts.modules.is_empty() {
        facts.evidence = facts.evidence.max(Evidence::Partial);
        facts.evidence_notes.push("modules are a lower bound of what is occupied where the map does not reach".into());
    }
    for module in 0..facts.modules.len() {
        let Some((range, path)) = facts.modules.get(module).map(|m| (m.range, m.path.clone())) else { break };
        let file = (!path.is_empty()).then(|| facts.intern_file(&path));
        let row = Row::new(range, State::Committed, Source::ModuleList);
        facts.rows.push(Row { file, label: RowLabel::Image, ..row });
    }
}
