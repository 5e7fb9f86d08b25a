//! What lists are followed through: of every chunk that is or may be free where its list goes on, in twelve bytes, in
//! address order. Reading each chunk again in the order of its list would be a read per chunk.

use super::bits::Bits;
use super::layout::Shape;

/// What is known of a recorded chunk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Found {
    /// Free, as the chunk behind it says; in no list yet.
    Free,
    /// Free, and in a list.
    Listed,
    /// In use, of the size of a fast list.
    MayBeFast,
    /// In a fast list.
    Fast,
}

/// One recorded chunk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Record {
    /// Unit of the next chunk in its list.
    pub fd: u32,
    /// Unit of the one before; of a chunk that may be fast without meaning.
    pub bk: u32,
    /// Bytes, in units of the alignment.
    pub size: u32,
}

/// All recorded chunks of an arena, run after run.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Records {
    list: Vec<Record>,
    found: Vec<Found>,
}

impl Records {
    /// Adds the next chunk.
    pub(super) fn push(&mut self, record: Record, found: Found) {
        self.list.push(record);
        self.found.push(found);
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// The record with this number.
    pub(super) fn get(&self, index: usize) -> Option<(Record, Found)> {
        Some((*self.list.get(index)?, *self.found.get(index)?))
    }

    /// Notes what was found of it.
    pub(super) fn mark(&mut self, index: usize, found: Found) {
        if let Some(entry) = self.found.get_mut(index) {
            *entry = found;
        }
    }
}

/// Which chunks of a run were met, and which of them are recorded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Met {
    /// The run's first chunk.
    first: u64,
    align: u64,
    starts: Bits,
    recorded: Bits,
    /// Number of the run's first record.
    first_record: usize,
}

impl Met {
    /// Of a run from its first chunk on.
    pub(super) fn new(shape: Shape, first: u64, first_record: usize) -> Met {
        let align = shape.layout.align;
        Met { first, align, starts: Bits::default(), recorded: Bits::default(), first_record }
    }

    fn index(&self, at: u64) -> Option<usize> {
        let distance = at.checked_sub(self.first).filter(|distance| distance.is_multiple_of(self.align))?;
        usize::try_from(distance / self.align).ok()
    }

    /// The run's first chunk.
    pub(super) fn first(&self) -> u64 {
        self.first
    }

    /// Notes a chunk.
    pub(super) fn add(&mut self, at: u64, recorded: bool) {
        if let Some(index) = self.index(at) {
            self.starts.set(index);
            if recorded {
                self.recorded.set(index);
            }
        }
    }

    /// Makes records findable.
    pub(super) fn finish(&mut self) {
        self.recorded.count();
    }

    /// Whether the walk met a chunk at this address.
    pub(super) fn has(&self, at: u64) -> bool {
        self.index(at).is_some_and(|index| self.starts.has(index))
    }

    /// The number of a chunk's record.
    pub(super) fn record(&self, at: u64) -> Option<usize> {
        Some(self.first_record + self.recorded.rank(self.index(at)?)?)
    }

    /// All recorded chunks with the numbers of their records, by address.
    pub(super) fn records(&self) -> impl Iterator<Item = (u64, usize)> + '_ {
        let address = |index: usize| self.first + index as u64 * self.align;
        self.recorded.iter().map(address).zip(self.first_record..)
    }

    /// The last chunk before an address.
    pub(super) fn last_before(&self, at: u64) -> Option<u64> {
        let index = self.starts.last_below(self.index(at)?)?;
        Some(self.first + index as u64 * self.align)
    }

    /// Forgets which chunks are recorded; the chunks themselves stay known.
    pub(super) fn forget_records(&mut self) {
        self.recorded = Bits::default();
    }
}
