//! Fewer arenas of glibc's malloc.

use super::{Advice, Patient, Remedy};
use crate::addr::AddrRange;
use crate::analyze::heaps::serving::Brk;
use crate::analyze::heaps::{Reservations, glibc};
use crate::analyze::what_if::{self, Edit};
use crate::heaps::{Arena, Heap};
use crate::model::MmapLayout;
use crate::units::{Bytes, percent, plural};

/// Arenas that are tried, the mildest first.
const TRIED: [u64; 4] = [8, 4, 2, 1];

/// The largest number of arenas that gives what one alone would give.
pub(super) fn try_it(patient: &Patient<'_>) -> Vec<Advice> {
    let tried = TRIED.into_iter().filter_map(|arenas| advice(patient, arenas));
    let tried: Vec<Advice> = tried.filter(|advice| patient.matters(advice)).collect();
    let most = tried.iter().map(|a| a.gain).max();
    tried.into_iter().find(|a| Some(a.gain) == most).into_iter().collect()
}

/// The fewest, whatever they give.
pub(super) fn one_and_two(patient: &Patient<'_>) -> Vec<Advice> {
    let more_than = |arenas: u64| glibc(patient.heaps).is_some_and(|heap| heap.arenas.len() as u64 > arenas);
    [2, 1].into_iter().filter(|arenas| more_than(*arenas)).filter_map(|arenas| advice(patient, arenas)).collect()
}

fn advice(patient: &Patient<'_>, arenas: u64) -> Option<Advice> {
    let what = match arenas {
        1 => "after a restart with only the main arena for malloc".to_owned(),
        _ => format!("after a restart with at most {arenas} arenas for malloc"),
    };
    let mut how = vec![
        format!("MALLOC_ARENA_MAX={arenas} in the environment, or mallopt(M_ARENA_MAX, {arenas}) at the start"),
        "threads then share arenas; what they had allocated needs room in those that stay".to_owned(),
    ];
    how.extend(reserved(patient));
    let mut edits = vec![Edit::ArenaMax(arenas), Edit::Repack];
    let moved = moved(patient, arenas);
    if let Some(place) = place(patient, &edits, moved.unwrap_or(0)) {
        how.push(format!("counted with {} for that, at {}", Bytes(place.size()), place.start()));
        edits.push(Edit::Add(place));
    } else if moved.is_some_and(|bytes| bytes > 0) {
        return None;
    }
    patient.tried(Remedy::FewerArenas, edits, what, how)
}

/// What the thread arenas take of the address space, where their heaps were walked.
fn reserved(patient: &Patient<'_>) -> Option<String> {
    let heap = glibc(patient.heaps)?;
    let found = Reservations::of(patient.snapshot, &patient.analysis.gaps, heap)?;
    let span = patient.snapshot.space.bounds().range.size();
    let holes = match found.holes.count {
        0 => String::new(),
        _ => format!(
            ", and leave {} too small for another ({})",
            plural(found.holes.count, "hole"),
            Bytes(found.holes.bytes)
        ),
    };
    Some(format!(
        "{} of thread arenas take {} ({} of the address space), {} of it only reserved{holes}",
        plural(found.heaps.count, "heap"),
        Bytes(found.heaps.bytes),
        percent(found.heaps.bytes, span),
        Bytes(found.tails)
    ))
}

/// What is in use in the arenas that would go, in bytes: the same that the edit takes out. `None` where they were not
/// walked.
fn moved(patient: &Patient<'_>, arenas: u64) -> Option<u64> {
    let heap = glibc(patient.heaps)?;
    let mut others: Vec<&Arena> = heap.arenas.iter().filter(|arena| !arena.main).collect();
    others.sort_by_key(|arena| arena.id);
    if !matches!(patient.snapshot.space.bounds().mmap_layout, Some(MmapLayout::BottomUp { .. })) {
        others.reverse();
    }
    let kept = usize::try_from(arenas.saturating_sub(1)).unwrap_or(usize::MAX);
    let gone = || others.iter().skip(kept);
    gone().all(|arena| arena.live.is_some()).then(|| gone().map(|arena| used(arena)).fold(0, u64::saturating_add))
}

fn used(arena: &Arena) -> u64 {
    let bytes = |tally: Option<crate::heaps::Tally>| tally.map_or(0, |tally| tally.bytes);
    bytes(arena.live).saturating_add(bytes(arena.cached))
}

/// Where so many bytes would be: right behind the brk heap, or else in the smallest gap that has room.
fn place(patient: &Patient<'_>, edits: &[Edit], bytes: u64) -> Option<AddrRange> {
    let size = bytes.checked_next_multiple_of(patient.reach.granularity().max(1)).filter(|size| *size > 0)?;
    let edited = what_if::apply(patient.snapshot, edits).ok()?;
    let brk = glibc(patient.heaps).and_then(|heap: &Heap| Brk::of(&edited, heap)).filter(|brk| brk.room >= size);
    if let Some(brk) = brk {
        return AddrRange::from_size(brk.at, size);
    }
    let parts = edited.space.holes().flat_map(|hole| patient.reach.reachable_parts(hole.range));
    let smallest = parts.filter(|part| part.size() >= size).min_by_key(|part| (part.size(), part.start()))?;
    AddrRange::from_size(smallest.start(), size)
}
