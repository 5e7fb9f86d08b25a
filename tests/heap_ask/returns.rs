//! What would come back, and what pins the rest.

use fragscope::addr::Addr;
use fragscope::analyze::analyze;
use fragscope::analyze::heaps::{Reservations, Returns};
use fragscope::heaps::*;

use super::made::*;
use crate::spaces::PAGE;

fn trim(memory: u64, address_space: u64, blocker: Option<Blocker>) -> Option<Trim> {
    Some(Trim { memory, address_space, blocker })
}

fn blocker(address: u64, size: u64, free_below: u64, state: ChunkState) -> Option<Blocker> {
    Some(Blocker { address: Addr(address), size, state, free_below })
}

#[test]
fn sums_are_those_of_the_arenas_and_pins_come_by_what_they_hold() {
    let mut made = Made::new();
    made.arena(0xb000_0000, MIB, 0, 0);
    made.arena(0xb020_0000, MIB, 0, 0);
    made.main().trim = trim(5 * PAGE, PAGE, blocker(BRK.1 - 0x2000, 64, 1024, ChunkState::Live));
    made.heap.arenas[1].trim = trim(7 * PAGE, 0, blocker(0xb008_0000, 48, 300 * KIB, ChunkState::Cached));
    let snapshot = made.snapshot();
    let [returns] = Returns::of(&snapshot, &made.heaps()).try_into().unwrap();
    assert_eq!((returns.memory, returns.address_space, returns.arenas), (12 * PAGE, PAGE, 2));
    let pins: Vec<_> = returns.pins.iter().map(|pin| (pin.arena, pin.is_cached())).collect();
    assert_eq!(pins, [(1, true), (0, false)]);
    // The program has what is behind the two words of header.
    assert_eq!((returns.pins[0].data.start().0, returns.pins[0].data.size()), (0xb008_0008, 40));
    assert_eq!(returns.pins[0].would_return, None);
}

#[test]
fn without_the_blocker_the_end_of_the_brk_heap_goes() {
    let mut made = Made::new();
    let at = BRK.1 - 64 * KIB;
    made.main().trim = trim(0, 0, blocker(at, 64, 32 * KIB, ChunkState::Live));
    let snapshot = made.snapshot();
    let back = Returns::of(&snapshot, &made.heaps())[0].pins[0].would_return.unwrap();
    // 96 KiB are free then, of which a smallest chunk stays, and so its page.
    assert_eq!((back.end().0, back.size()), (BRK.1, 96 * KIB - PAGE));
    // Of a main arena in pieces, brk does not tell.
    made.part((0x5000_0000, 0x5010_0000), Role::MainMapped);
    assert_eq!(Returns::of(&snapshot, &made.heaps())[0].pins[0].would_return, None);
}

#[test]
fn what_was_not_walked_returns_nothing_that_is_known() {
    let made = Made::new();
    assert_eq!(Returns::of(&made.snapshot(), &made.heaps()), []);
}

#[test]
fn holes_beside_heaps_are_counted_if_no_heap_fits() {
    let mut made = Made::new();
    made.arena(0xb000_0000, 64 * KIB, 0, 0);
    made.arena(0xb018_0000, 64 * KIB, 0, 0);
    made.fill(0xb028_0000 + MIB, 0xb028_0000 + 2 * MIB);
    let snapshot = made.snapshot();
    let found = Reservations::of(&snapshot, &analyze(&snapshot).gaps, &made.heap).unwrap();
    assert_eq!(found.heaps, Tally { count: 2, bytes: 2 * MIB });
    assert_eq!((found.committed, found.tails, found.heap_max), (128 * KIB, 2 * MIB - 128 * KIB, MIB));
    // 512 KiB between the two; the gap of 1 MiB above the second holds another heap.
    assert_eq!(found.holes, Tally { count: 1, bytes: 512 * KIB });
}
