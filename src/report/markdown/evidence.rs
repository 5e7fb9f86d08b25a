//! How far the report can be trusted: what the map rests on, other limits, and what happened while reading. Folded.

use super::advice::sentence;
use super::budget;
use super::paper::Paper;
use crate::model::{Evidence, Limits};
use crate::report::Context;
use crate::report::text::evidence::diagnostic_text;
use crate::units::{Bytes, Count, plural};

pub(super) fn write(paper: &mut Paper, cx: Context<'_>) {
    limits(paper, &cx.snapshot.limits);
    paper.section(budget::FOLD);
    let diagnostics = cx.snapshot.diagnostics.to_vec();
    let count = plural(diagnostics.len() as u64, "diagnostic");
    if !paper.fold(&format!("Evidence: {}, {count}", cx.snapshot.evidence.name())) {
        return;
    }
    // Those of an incomplete map are advice, and stand above.
    let notes: &[String] = match cx.snapshot.evidence {
        Evidence::Complete => &cx.snapshot.evidence_notes,
        _ => &[],
    };
    let said = diagnostics.iter().map(|diagnostic| sentence(&diagnostic_text(cx, diagnostic)));
    paper.list(notes.len() + diagnostics.len(), notes.iter().map(|note| sentence(note)).chain(said));
    paper.unfold();
}

/// What else may have refused the request, where the dump tells.
fn limits(paper: &mut Paper, limits: &Limits) {
    paper.section(budget::FOLD);
    let known = known(limits);
    if !known.is_empty() && paper.fold("Limits other than the address space") {
        paper.list(known.len(), known);
        paper.unfold();
    }
}

fn known(limits: &Limits) -> Vec<String> {
    let bytes = |value: u64| if value == u64::MAX { "unlimited".to_owned() } else { Bytes(value).to_string() };
    let mappings = [("mappings", limits.vma_count), ("`vm.max_map_count`", limits.vma_limit)];
    let sizes = [
        ("address space (`ulimit -v`)", limits.address_space_limit),
        ("stack (`ulimit -s`)", limits.stack_limit),
        ("could still be committed", limits.commit_left),
        ("virtual address space in all, as the system saw it", limits.total_virtual),
        ("virtual address space free, as the system saw it", limits.available_virtual),
        ("physical memory free", limits.available_physical),
    ];
    let mappings = mappings.into_iter().filter_map(|(name, value)| Some(format!("{name}: {}", Count(value?))));
    mappings.chain(sizes.into_iter().filter_map(|(name, value)| Some(format!("{name}: {}", bytes(value?))))).collect()
}
