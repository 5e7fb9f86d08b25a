//! From a survey to the figures of an arena, checked against what the arena says of itself.

use super::arena::State;
use super::free_lists::{Follower, Listed};
use super::layout::Shape;
use super::records::{Found, Met, Records};
use super::survey::{Run, Survey};
use super::trim::{self, Trimmed};
use super::troubles::Troubles;
use super::visit::{ChunkUse, Seen};
use crate::addr::{Addr, AddrRange};
use crate::heaps::memory::Words;
use crate::heaps::{Bin, Free, PageFill, Tally};

/// An arena that was walked; what caches hold is still counted as in use.
pub(super) struct Walked {
    pub state: State,
    pub runs: Vec<Run>,
    pub in_use: Tally,
    pub fast: Tally,
    pub free: Free,
    pub top: Option<(u64, u64)>,
    pub walked: u64,
    pub trimmed: Option<Trimmed>,
    pub rows: Vec<Bin>,
    pub caches: Vec<u64>,
    pub troubles: Troubles,
    /// Every chunk, for a visitor; what caches hold is still live.
    pub seen: Option<Seen>,
}

/// Follows the lists of a survey, and holds its sums against the arena's.
pub(super) fn of_survey(words: &mut Words<'_>, mut survey: Survey<'_>, gaps: u64, closes: bool) -> Walked {
    survey.runs.sort_by_key(|run| run.first);
    let listed = follow(words, &mut survey);
    let broken = survey.runs.iter().any(|run| run.broken);
    if !broken {
        check_lists(&mut survey);
    }
    if !closes && !broken {
        check_sum(&mut survey, gaps);
    }
    let trimmed = survey.top.map(|top| trim::of_runs(words.memory(), survey.shape, &survey.runs, &survey.records, top));
    if let Some(seen) = &mut survey.seen {
        mark_fast(&survey.runs, &survey.records, seen);
    }
    fill_fast(survey.shape, &mut survey.runs, &survey.records);
    Walked {
        state: survey.arena,
        runs: survey.runs,
        in_use: Tally {
            count: survey.in_use.count.saturating_sub(listed.fast.count),
            bytes: survey.in_use.bytes.saturating_sub(listed.fast.bytes),
        },
        fast: listed.fast,
        free: survey.free,
        top: survey.top,
        walked: survey.walked,
        trimmed,
        rows: listed.rows,
        caches: survey.caches,
        troubles: survey.troubles,
        seen: survey.seen,
    }
}

fn follow(words: &mut Words<'_>, survey: &mut Survey<'_>) -> Listed {
    let met: Vec<&Met> = survey.runs.iter().map(|run| &run.met).collect();
    let mut follower = Follower {
        shape: survey.shape,
        spans: &survey.spans,
        met: &met,
        records: &mut survey.records,
        troubles: &mut survey.troubles,
    };
    follower.all(words, &survey.arena, survey.linking)
}

/// Every chunk that the one behind it calls free is in a list.
fn check_lists(survey: &mut Survey<'_>) {
    let all = survey.runs.iter().flat_map(|run| run.met.records());
    let lost = all.filter(|(_, index)| survey.records.get(*index).is_some_and(|(_, found)| found == Found::Free));
    let (first, count) = lost.fold((None, 0_u64), |(first, count), (at, _)| (first.or(Some(at)), count + 1));
    if let Some(at) = first {
        let message = format!("{count} chunks that look free are in no list, the first at {at:#x}");
        survey.troubles.add("bin-list", Some(at), message);
    }
}

fn check_sum(survey: &mut Survey<'_>, gaps: u64) {
    let runs = survey.run_bytes;
    let message = match survey.arena.system {
        Some(system) => format!(
            "The arena's pieces that were found are {runs} bytes and {gaps} of others between them, and it says {system}"
        ),
        None => "The dump does not hold what the arena says of its size".to_owned(),
    };
    survey.troubles.add("sum", Some(survey.arena.at.0), message);
}

fn mark_fast(runs: &[Run], records: &Records, seen: &mut Seen) {
    for (at, index) in runs.iter().flat_map(|run| run.met.records()) {
        if let (Some((_, Found::Fast)), Some((_, state))) = (records.get(index), seen.get_mut(&at)) {
            *state = ChunkUse::Fast;
        }
    }
}

/// Counts chunks of fast lists as free bytes of their pages.
fn fill_fast(shape: Shape, runs: &mut [Run], records: &Records) {
    for run in runs {
        if let Some(fill) = &mut run.fill {
            add_fast(shape, &run.met, records, fill);
        }
        run.met.forget_records();
    }
}

fn add_fast(shape: Shape, met: &Met, records: &Records, fill: &mut PageFill) {
    for (at, index) in met.records() {
        if let Some((record, Found::Fast)) = records.get(index) {
            let chunk = AddrRange::from_size(Addr(at), u64::from(record.size) * shape.layout.align);
            chunk.into_iter().for_each(|chunk| fill.add_free(chunk));
        }
    }
}
