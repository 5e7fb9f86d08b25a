//! `mp_`, glibc's settings and counts of mapped chunks (glibc malloc/malloc.c, `struct malloc_par`). It lies in the same
//! mapping as main's malloc_state, and is known by its limit of mapped chunks and the counts around it.

use crate::addr::{Addr, AddrRange};
use crate::heaps::memory::{Blocks, Words};
use crate::heaps::{Tally, Tuning};
use crate::model::Snapshot;

/// DEFAULT_MMAP_MAX.
const MMAP_MAX: u32 = 65536;

/// Finds it in `range`, first by the usual limit of mapped chunks, then by the place where brk began.
pub(super) fn find(snapshot: &Snapshot, words: &mut Words<'_>, range: AddrRange, brk: Option<Addr>) -> Option<Tuning> {
    let width = words.size();
    let mut limits = Vec::new();
    let mut starts = Vec::new();
    let mut blocks = Blocks::new(words.memory(), range);
    while let Some((at, bytes)) = blocks.next_block() {
        let quads = bytes.as_chunks::<4>().0.iter().zip((at.0..).step_by(4));
        limits.extend(quads.filter(|(quad, _)| u32::from_le_bytes(**quad) == MMAP_MAX).map(|(_, at)| Addr(at)));
        let word = usize::try_from(width).unwrap_or(8);
        let all = bytes.chunks_exact(word).zip((at.0..).step_by(word));
        let is_brk = |bytes: &[u8]| brk.is_some_and(|brk| brk.0 != 0 && words.memory().decode_word(bytes) == brk.0);
        starts.extend(all.filter(|(bytes, _)| is_brk(bytes)).map(|(_, at)| Addr(at)));
    }
    let by_limit = limits.into_iter().find_map(|at| read(snapshot, words, at));
    by_limit.or_else(|| starts.into_iter().find_map(|at| read_before(snapshot, words, at)))
}

/// The settings whose `sbrk_base` is at `at`: with a limit that the program changed.
fn read_before(snapshot: &Snapshot, words: &mut Words<'_>, at: Addr) -> Option<Tuning> {
    // Before it: three numbers of 32 bits behind the limit, padding on 64 bit, two sums; and one more up to 2.25.
    let back = if words.size() == 4 { 12 + 8 } else { 16 + 16 };
    [0, words.size()].into_iter().find_map(|more| read(snapshot, words, at.checked_sub(back + more)?))
}

/// The settings whose `n_mmaps_max` is at `limit`.
fn read(snapshot: &Snapshot, words: &mut Words<'_>, limit: Addr) -> Option<Tuning> {
    let width = words.size();
    let count = words.u32(limit.checked_sub(4)?)?;
    let (max, most, fixed) = (words.u32(limit)?, words.u32(limit.checked_add(4)?)?, words.u32(limit.checked_add(8)?)?);
    let sums = limit.checked_add(12)?.align_up(width)?;
    let (bytes, most_bytes) = (words.word(sums)?, words.word_at(sums, 1)?);
    let counts = count <= most && most <= max.max(most.min(MMAP_MAX)) && fixed <= 1;
    // Whole pages up to 2.42; 2.43 leaves a header's bytes behind for each that is freed.
    let sizes = bytes <= most_bytes && bytes.is_multiple_of(2 * width) && most_bytes.is_multiple_of(2 * width);
    let empty = (count == 0 || bytes > 0) && (most == 0) == (most_bytes == 0);
    if !counts || !sizes || !empty {
        return None;
    }
    let mapped = |at: &u64| *at != 0 && snapshot.space.region_at(Addr(*at)).is_some();
    // Up to 2.25 `max_total_mem`, always 0, comes before it.
    let base = [2, 3].into_iter().filter_map(|index| words.word_at(sums, index)).find(mapped);
    let settings = settings(words, limit)?;
    Some(Tuning {
        fixed_thresholds: fixed == 1,
        mmapped: Tally { count: u64::from(count), bytes },
        mmap_max: u64::from(max),
        brk_start: base.map(Addr),
        ..settings
    })
}

/// Thresholds and limits of arenas. Between them and `n_mmaps` lies nothing up to 2.34, then three settings of huge pages,
/// and a fourth in newer versions.
fn settings(words: &mut Words<'_>, limit: Addr) -> Option<Tuning> {
    let width = words.size();
    [0_u64, 3, 4].into_iter().find_map(|huge| {
        // The last of them, hp_flags, is 32 bits wide, and n_mmaps lies right behind it.
        let skipped = if huge == 0 { 0 } else { (huge - 1) * width + 4 };
        let arena_max_end = limit.checked_sub(4 + skipped)?;
        if !arena_max_end.0.is_multiple_of(width) {
            return None;
        }
        let at = arena_max_end.checked_sub(5 * width)?;
        let mut field = |index| words.word_at(at, index);
        let found = Tuning {
            trim_threshold: field(0)?,
            top_pad: field(1)?,
            mmap_threshold: field(2)?,
            arena_max: field(4)?,
            ..Tuning::default()
        };
        let arena_test = field(3)?;
        let limits = (1..=4096).contains(&arena_test) && found.arena_max <= 1 << 20;
        (limits && (found.mmap_threshold == 0 || found.mmap_threshold >= 512)).then_some(found)
    })
}
