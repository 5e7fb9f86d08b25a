//! Chunks that nobody uses but a thread's cache, at the ends of arenas.

use super::{Advice, Main, Patient, Remedy, giving_back};
use crate::addr::AddrRange;
use crate::analyze::heaps::Pin;
use crate::units::{Bytes, plural};

/// Without caches, what is free below those chunks would have joined top.
pub(super) fn try_it(patient: &Patient<'_>) -> Option<Advice> {
    let main = Main::of(patient)?;
    let returns = super::returns(patient)?;
    let pins: Vec<&Pin> = returns.pins.iter().filter(|pin| pin.is_cached()).collect();
    let page = patient.snapshot.space.bounds().page_size.max(1);
    let held = |pin: &&Pin| pin.blocker.size.saturating_add(pin.blocker.free_below);
    let memory: u64 = pins.iter().map(held).map(|bytes| bytes - bytes % page).fold(0, u64::saturating_add);
    // What trimming gives back with the chunk in its place is no merit of its going.
    let anyway = main.arena.trim.map_or(0, |trim| trim.address_space);
    let gains = |end: &AddrRange| end.size() > anyway;
    let ends = pins.iter().filter_map(|pin| main.end_of_brk(pin.would_return?.size())).filter(gains);
    let ends: Vec<AddrRange> = ends.collect();
    let what = format!(
        "{} that only a thread's cache holds {} the end of an arena: {} right below",
        plural(pins.len() as u64, "chunk"),
        if pins.len() == 1 { "pins" } else { "pin" },
        Bytes(memory)
    );
    let how = vec![
        "GLIBC_TUNABLES=glibc.malloc.tcache_count=0 in the environment, or end idle threads: a cache goes with its thread"
            .to_owned(),
        "without caches malloc takes a lock for each small allocation".to_owned(),
    ];
    let matters = !pins.is_empty() && (memory > 0 || !ends.is_empty());
    matters.then(|| giving_back(patient, Remedy::NoTcache, &ends, memory, (what, how)))?
}
