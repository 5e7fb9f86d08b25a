//! Arenas added up.

use super::found::{Arena, Free, Heap, POWERS, Tally};

/// A figure of all arenas together. Arenas that do not tell it are counted, so that nobody takes a part for the whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sum {
    /// What those that tell it add up to.
    pub known: Tally,
    /// How many tell it.
    pub told: u64,
    /// How many do not.
    pub untold: u64,
}

impl Sum {
    fn add(&mut self, figure: Option<Tally>) {
        match figure {
            Some(Tally { count, bytes }) => {
                self.known.count = self.known.count.saturating_add(count);
                self.known.bytes = self.known.bytes.saturating_add(bytes);
                self.told += 1;
            }
            None => self.untold += 1,
        }
    }

    /// The figure, if every arena tells it.
    pub fn whole(self) -> Option<Tally> {
        self.at_least().filter(|_| self.untold == 0)
    }

    /// What is known of it, if any arena tells it.
    pub fn at_least(self) -> Option<Tally> {
        (self.told > 0).then_some(self.known)
    }
}

/// All arenas of a heap together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sums {
    /// Bytes from the system; counts are arenas.
    pub system: Sum,
    /// Address space of all arenas, in bytes.
    pub reserved: u64,
    /// Chunks in use.
    pub live: Sum,
    /// Chunks that threads' caches hold.
    pub cached: Sum,
    /// Chunks in fast bins.
    pub fast: Sum,
    /// Other free chunks.
    pub free: Sum,
    /// The chunks at the ends; counts are arenas.
    pub top: Sum,
    /// What of the system's bytes is no chunk; counts are arenas.
    pub other: Sum,
    /// Bytes from the system that walks did not reach, because something is broken or missing.
    pub unreached: u64,
    /// Size of the largest free chunk in any arena; `None` if no arena tells.
    pub largest: Option<u64>,
    /// Free chunks by power of two, as in [`Free::by_power`].
    pub by_power: [Tally; POWERS],
}

impl Sums {
    /// Adds up a heap's arenas.
    pub fn of(heap: &Heap) -> Sums {
        let mut sums = Sums {
            system: Sum::default(),
            reserved: 0,
            live: Sum::default(),
            cached: Sum::default(),
            fast: Sum::default(),
            free: Sum::default(),
            top: Sum::default(),
            other: Sum::default(),
            unreached: 0,
            largest: None,
            by_power: [Tally::default(); POWERS],
        };
        heap.arenas.iter().for_each(|arena| sums.add(arena));
        sums
    }

    fn add(&mut self, arena: &Arena) {
        let one = |bytes| Tally { count: 1, bytes };
        self.system.add(arena.system.map(one));
        self.reserved = self.reserved.saturating_add(arena.reserved);
        self.unreached = self.unreached.saturating_add(arena.unreached);
        self.live.add(arena.live);
        self.cached.add(arena.cached);
        self.fast.add(arena.fast);
        self.free.add(arena.free.as_ref().map(|free| free.all));
        self.top.add(arena.top.map(one));
        self.other.add(arena.other().map(one));
        let Some(free) = &arena.free else { return };
        self.largest = self.largest.max(Some(free.largest));
        for (sum, tally) in self.by_power.iter_mut().zip(&free.by_power) {
            sum.count = sum.count.saturating_add(tally.count);
            sum.bytes = sum.bytes.saturating_add(tally.bytes);
        }
    }
}

impl Free {
    /// Bytes of free chunks that are not the largest: what is of no use to who asks for more than any other chunk holds.
    pub fn outside_largest(&self) -> u64 {
        self.all.bytes.saturating_sub(self.largest)
    }
}

impl Arena {
    /// Bytes from the system that are in no chunk, nor in top: the arena's own data, fence posts, gaps that others left in
    /// brk; where a walk broke, also what it did not reach. `None` if the arena does not tell all of it.
    pub fn other(&self) -> Option<u64> {
        let bytes = |tally: Option<Tally>| tally.map_or(0, |t| t.bytes);
        let free = self.free.as_ref()?.all.bytes;
        let parts = [self.live?.bytes, free, bytes(self.cached), bytes(self.fast), self.top.unwrap_or(0)];
        self.system?.checked_sub(parts.into_iter().fold(0, u64::saturating_add))
    }

    /// Bytes that it takes from the system, or address space where it does not tell that.
    pub fn held(&self) -> u64 {
        self.system.unwrap_or(self.reserved)
    }

    /// How many tenths of what it holds is live, rounded down: 0 to 9, and 10 if all is. `None` if that is not known.
    pub fn tenths_live(&self) -> Option<usize> {
        let (live, held) = (self.live?.bytes, self.held());
        let tenths = u128::from(live.min(held)) * 10 / u128::from(held.max(1));
        usize::try_from(tenths).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::super::found::{Allocator, Grade};
    use super::*;
    use crate::addr::Addr;

    fn arena(system: u64, live: u64, free: &[u64]) -> Arena {
        let mut all = Free::default();
        free.iter().for_each(|size| all.add(*size));
        let live = Some(Tally { count: 1, bytes: live });
        Arena { system: Some(system), reserved: system, live, free: Some(all), ..Arena::new(Addr(0x1000)) }
    }

    #[test]
    fn a_part_is_never_taken_for_the_whole() {
        let mut heap = Heap::new(Allocator::Glibc, Grade::Partial);
        assert_eq!((Sums::of(&heap).live.whole(), Sums::of(&heap).live.at_least()), (None, None));
        heap.arenas = vec![arena(4096, 1000, &[64, 2000]), Arena { reserved: 1 << 20, ..Arena::new(Addr(0x9000)) }];
        let sums = Sums::of(&heap);
        assert_eq!(sums.live.whole(), None);
        assert_eq!(sums.live.at_least(), Some(Tally { count: 1, bytes: 1000 }));
        assert_eq!((sums.reserved, sums.largest), (4096 + (1 << 20), Some(2000)));
        heap.arenas.pop();
        assert_eq!(Sums::of(&heap).free.whole(), Some(Tally { count: 2, bytes: 2064 }));
        assert_eq!(Sums::of(&heap).cached.at_least(), None);
        assert_eq!((sums.by_power[6].count, sums.by_power[10].bytes), (1, 2000));
    }

    #[test]
    fn what_is_no_chunk_is_what_remains() {
        let full = Arena { top: Some(1000), ..arena(4096, 1000, &[64, 2000]) };
        assert_eq!(full.other(), Some(32));
        assert_eq!(Arena { system: Some(100), ..full.clone() }.other(), None);
        assert_eq!(Arena { free: None, ..full.clone() }.other(), None);
        assert_eq!(full.free.unwrap().outside_largest(), 64);
    }

    #[test]
    fn tenths_of_an_arena() {
        for (live, tenths) in [(0, 0), (409, 0), (410, 1), (4095, 9), (4096, 10), (9999, 10)] {
            assert_eq!(arena(4096, live, &[]).tenths_live(), Some(tenths), "{live}");
        }
        assert_eq!(Arena::new(Addr(0)).tenths_live(), None);
    }
}
