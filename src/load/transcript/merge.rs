//! Of several listings, possibly of several commands: one set of rows for each kind of source.

use std::collections::BTreeMap;

use super::listing::{Grade, Listing};
use super::tool::Tool;
use crate::addr::{Addr, AddrRange};
use crate::diag::Diagnostics;
use crate::load::facts::{RawCoverage, Row};
use crate::load::proc_fs::rows_overlap;
use crate::model::Evidence;

/// The rows of all listings that are used, and what they are worth together.
pub(super) struct Merged {
    pub rows: Vec<Row>,
    pub grade: Grade,
    /// Notes of all listings used.
    pub notes: Vec<String>,
    /// The best listing's command.
    pub tool: Tool,
    /// End of the best listing, if it lists free regions too.
    pub end: Option<Addr>,
    /// Rows of the best listing.
    pub count: u64,
}

/// Merges. `None` if there is no listing.
///
/// Of listings of the same source the best is used, the last of equal ones. Where it is not complete, the others add
/// what it does not list. Different sources are laid over each other later, as those of a core are.
pub(super) fn merge(mut listings: Vec<Listing>, diagnostics: &mut Diagnostics) -> Option<Merged> {
    listings.iter_mut().filter(|l| l.tool.is_single()).for_each(Listing::settle);
    listings.iter_mut().for_each(lower_if_overlapping);
    // Stable, so that of equal ones the later stands later.
    listings.sort_by_key(|l| (l.tool.source() as u16, l.grade.evidence, l.rows.len()));
    let mut merged: Option<Merged> = None;
    while let Some(best) = listings.pop() {
        let of_same = listings.partition_point(|l| (l.tool.source() as u16) < best.tool.source() as u16);
        let others = listings.split_off(of_same);
        let one = of_one_source(best, &others, diagnostics);
        merged = Some(match merged {
            Some(before) => join(one, before),
            None => one,
        });
    }
    merged
}

/// The kernel's maps and VirtualQuery's walks never overlap.
fn lower_if_overlapping(listing: &mut Listing) {
    if rows_overlap(&listing.rows) {
        let note = format!("{}; rows overlap, so it is more than one reading, or damaged", listing.grade.note);
        listing.graded(Evidence::Partial, RawCoverage::Nothing, note);
    }
}

fn of_one_source(best: Listing, others: &[Listing], diagnostics: &mut Diagnostics) -> Merged {
    let mut merged = Merged {
        notes: vec![best.grade.note.clone()],
        tool: best.tool,
        end: best.end().filter(|_| best.free_rows > 0),
        count: best.rows.len() as u64,
        rows: best.rows,
        grade: best.grade,
    };
    if others.is_empty() {
        return merged;
    }
    if merged.grade.evidence == Evidence::Complete {
        let message = "there are several listings of the address space; the last of the complete ones is used";
        diagnostics.info("several-listings", message, None);
        return merged;
    }
    let mut taken: BTreeMap<Addr, Addr> = merged.rows.iter().map(|r| (r.range.start(), r.range.end())).collect();
    for other in others.iter().rev() {
        let new = other.rows.iter().filter(|row| take(&mut taken, row.range)).copied();
        merged.rows.extend(new);
        merged.grade.coverage =
            union(std::mem::replace(&mut merged.grade.coverage, RawCoverage::Nothing), &other.grade.coverage);
        if !merged.notes.contains(&other.grade.note) && merged.notes.len() < 4 {
            merged.notes.push(other.grade.note.clone());
        }
    }
    merged
}

/// Takes a range if nothing of it is taken.
fn take(taken: &mut BTreeMap<Addr, Addr>, range: AddrRange) -> bool {
    let below = taken.range(..range.end()).next_back();
    let is_new = below.is_none_or(|(_, end)| *end <= range.start());
    if is_new {
        taken.insert(range.start(), range.end());
    }
    is_new
}

fn union(a: RawCoverage, b: &RawCoverage) -> RawCoverage {
    match (a, b) {
        (RawCoverage::Everything, _) | (_, RawCoverage::Everything) => RawCoverage::Everything,
        (RawCoverage::Within(mut a), RawCoverage::Within(b)) => {
            a.extend(b);
            RawCoverage::Within(a)
        }
        (RawCoverage::Within(a), RawCoverage::Nothing) => RawCoverage::Within(a),
        (RawCoverage::Nothing, other) => other.clone(),
    }
}

fn join(a: Merged, b: Merged) -> Merged {
    let (mut best, other) = if a.grade.evidence < b.grade.evidence { (b, a) } else { (a, b) };
    best.rows.extend(other.rows);
    best.notes.extend(other.notes);
    best.grade.coverage = union(best.grade.coverage, &other.grade.coverage);
    best.end = best.end.or(other.end);
    best
}
