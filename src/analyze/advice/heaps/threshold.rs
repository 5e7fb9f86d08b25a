//! A threshold of glibc's malloc that grew with what was freed, so that large chunks stayed in the heap.

use super::{Advice, Main, Patient, Remedy, giving_back};
use crate::addr::AddrRange;
use crate::analyze::heaps::DEFAULT;
use crate::heaps::{Arena, Tally};
use crate::units::{Bytes, plural};

/// Free chunks from the default threshold on: mappings of their own would have gone when they were freed.
pub(super) fn try_it(patient: &Patient<'_>) -> Option<Advice> {
    let main = Main::of(patient)?;
    let tuning = main.heap.tuning.filter(|t| !t.fixed_thresholds && t.mmap_threshold > DEFAULT)?;
    let kept = main.heap.arenas.iter().map(large).fold(Tally::default(), sum);
    let page = patient.snapshot.space.bounds().page_size.max(1);
    let in_main = large(main.arena).bytes;
    let end = main.end_of_brk(in_main - in_main % page);
    let what = format!(
        "{} in {} of {} or more would have gone back when they were freed, had the mmap threshold not grown to {}",
        Bytes(kept.bytes),
        plural(kept.count, "free chunk"),
        Bytes(DEFAULT),
        Bytes(tuning.mmap_threshold)
    );
    let how = vec![
        format!(
            "mallopt(M_MMAP_THRESHOLD, {DEFAULT}) at the start, or MALLOC_MMAP_THRESHOLD_={DEFAULT}: once set, it \
             does not grow"
        ),
        "each larger allocation then has a mapping of its own, which costs a system call and page faults".to_owned(),
    ];
    let ranges: Vec<AddrRange> = end.into_iter().collect();
    let found = (kept.bytes > 0).then_some(kept.bytes)?;
    giving_back(patient, Remedy::FixedMmapThreshold, &ranges, found, (what, how))
}

/// Free chunks of 128 KiB or more, which is a power of two.
fn large(arena: &Arena) -> Tally {
    let power = DEFAULT.ilog2() as usize;
    let counted = arena.free.iter().flat_map(|free| free.by_power.iter().skip(power).copied());
    counted.fold(Tally::default(), sum)
}

fn sum(a: Tally, b: Tally) -> Tally {
    Tally { count: a.count.saturating_add(b.count), bytes: a.bytes.saturating_add(b.bytes) }
}
