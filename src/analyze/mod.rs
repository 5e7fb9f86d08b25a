//! Questions to a [`Snapshot`], answered by pure functions: no I/O, no knowledge of file formats.
//!
//! [`analyze`] measures, in time linear in the number of regions (but for sorting), and keeps indexes rather than copies.
//! [`advise`] tries what would help.

pub mod advice;
pub mod bands;
pub mod barriers;
pub mod capture;
pub mod case;
pub mod cells;
pub mod condition;
mod counsel;
mod culprit;
pub mod diff;
pub mod figures;
pub mod fit;
pub mod gaps;
pub mod grid;
pub mod groups;
pub mod heaps;
pub mod locate;
pub mod reach;
mod reasons;
mod refusal;
pub mod rounding;
pub mod splitters;
pub mod stacks;
pub mod stated;
pub mod thresholds;
pub mod totals;
pub mod verdict;
pub mod what_if;

pub use advice::{Advice, Remedy};
pub use barriers::Barrier;
pub use case::VerdictKind;
pub use cells::{ByContent, CellContent, Contents};
pub use condition::{Condition, Expression};
pub use counsel::{Counsel, advise, advise_on_heaps, advise_with_heaps};
pub use culprit::culprit;
pub use diff::{Diff, diff};
pub use figures::{Bucket, Figures, Largest, Socorro};
pub use fit::Fit;
pub use gaps::Gap;
pub use grid::Grid;
pub use groups::{By, OwnerGroup};
pub use locate::{Location, Spot};
pub use reach::Reach;
pub use reasons::others_who_refuse;
pub use splitters::{Group, GroupSplitter, Splitter};
pub use stacks::{StackTotals, ThreadRoom};
pub use totals::{KindTotals, Totals};
pub use verdict::Verdict;

use crate::model::Snapshot;

/// What was measured of one snapshot. Indexes in it refer to that snapshot's regions and owners.
#[derive(Clone, PartialEq, Debug)]
pub struct Analysis {
    /// Where allocations may lie.
    pub reach: Reach,
    /// Bytes by state and kind.
    pub totals: Totals,
    /// The free ranges, by address.
    pub gaps: Vec<Gap>,
    /// What the gaps amount to.
    pub figures: Figures,
    /// What stands between gaps, those first that would give back most.
    pub barriers: Vec<Barrier>,
    /// Owners without which the largest gap would be larger, those first that matter most.
    pub splitters: Vec<Splitter>,
    /// The same for groups of owners.
    pub groups: Vec<GroupSplitter>,
    /// Thread stacks in sum.
    pub stacks: StackTotals,
    /// How many more threads would find room.
    pub thread_room: ThreadRoom,
    /// How often the request would fit; `None` without one.
    pub request_fit: Option<RequestFit>,
    /// Whether the address space was to blame.
    pub verdict: Verdict,
}

/// A request held against all gaps.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct RequestFit {
    /// How many requests of that size and alignment fit one after the other where mmap reaches.
    pub slots: u64,
    /// The share of free bytes that is useless for requests of that size, from 0 to 1.
    pub unusable_free_index: f64,
}

/// Measures a snapshot.
pub fn analyze(snapshot: &Snapshot) -> Analysis {
    let space = &snapshot.space;
    let reach = Reach::of(space.bounds());
    let gaps = gaps::find(space);
    let figures = figures::measure(snapshot, &gaps, reach);
    let verdict = verdict::judge(snapshot, &gaps, reach, &figures);
    Analysis {
        reach,
        totals: totals::add_up(snapshot, &gaps),
        barriers: barriers::rank(&gaps),
        splitters: splitters::rank(space, reach, snapshot.owners.len()),
        groups: splitters::groups(space, reach, &snapshot.owners),
        stacks: stacks::add_up(snapshot),
        thread_room: stacks::room(snapshot, &gaps, reach),
        // Of a tool's figures alone nothing can be placed.
        request_fit: request_fit(&verdict, &gaps, reach).filter(|_| !stated::alone(snapshot)),
        verdict,
        figures,
        gaps,
    }
}

fn request_fit(verdict: &Verdict, gaps: &[Gap], reach: Reach) -> Option<RequestFit> {
    let needed = verdict.needed?;
    let align = verdict.request?.align.unwrap_or(1).max(reach.granularity());
    let free = gaps.iter().flat_map(|g| reach.reachable_parts(g.range));
    Some(RequestFit {
        slots: figures::slots(free, needed, align),
        unusable_free_index: figures::unusable_free_index(gaps, reach, needed),
    })
}
