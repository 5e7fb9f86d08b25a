//! Groups of equal blocks in the low-fragmentation part (_HEAP_USERDATA_HEADER): each is one busy block of the heap proper.

use std::collections::HashMap;

use super::layout::{Front, GROUP_SIGNATURE, GroupAt, Layout};
use crate::addr::{Addr, AddrRange};
use crate::heaps::memory::Words;

/// Bits of a group block's last header byte that say how much of it is unused; 0 in a free block.
const UNUSED: u8 = 0x3f;
/// Bits of a bitmap that are read at a time.
const BITS: u64 = 8;

/// One group.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Group {
    /// Where its header is.
    pub(super) header: Addr,
    layout: Layout,
    end: Addr,
    /// Bytes of a block.
    stride: u64,
    count: u64,
    /// Free blocks, as the subsegment counts them.
    depth: u64,
    /// Where blocks begin, by the size of the header.
    first: u64,
    /// EncodedOffsets, and where the bitmap is.
    coded: Option<(u32, Addr)>,
}

/// The group in an internal block whose data begins at `data`; `None` if there is none, an error if its figures do not fit.
pub(super) fn find(
    words: &mut Words<'_>,
    layout: Layout,
    data: Addr,
    end: Addr,
) -> Option<Result<Group, &'static str>> {
    let fields = match layout.front {
        Front::Lookaside { .. } => return None,
        Front::Counted(group) | Front::Bitmap { group, .. } => group,
    };
    let signature = words.u32(data.checked_add(fields.signature)?)?;
    (signature == GROUP_SIGNATURE).then(|| read(words, layout, fields, data, end).ok_or("a group's figures do not fit"))
}

fn read(words: &mut Words<'_>, layout: Layout, fields: GroupAt, header: Addr, end: Addr) -> Option<Group> {
    let subsegment = Addr(words.word(header)?);
    let mut half = |offset| words.u16(subsegment.checked_add(offset)?).map(u64::from);
    let (depth, units, count) = (half(fields.depth)?, half(fields.block_size)?, half(fields.block_count)?);
    let owner = words.word(subsegment.checked_add(fields.user_blocks)?)?;
    let stride = units * layout.unit();
    (owner == header.0 && stride > 0 && count > 0 && depth <= count).then_some(())?;
    let (first, coded) = match layout.front {
        Front::Bitmap { offsets, bitmap, .. } => {
            let bits = u64::from(words.u32(header.checked_add(bitmap.0)?)?);
            let buffer = Addr(words.word(header.checked_add(bitmap.1)?)?);
            let encoded = words.u32(header.checked_add(offsets)?)?;
            let bytes = count.div_ceil(8 * layout.word) * layout.word;
            (bits == count).then_some(())?;
            ((fields.size + bytes).next_multiple_of(layout.unit()), Some((encoded, buffer)))
        }
        _ => (fields.size, None),
    };
    Some(Group { header, layout, end, stride, count, depth, first, coded })
}

impl Group {
    /// What its offsets would be encoded with, if blocks begin right behind its header. The key is the same for all groups
    /// of a heap, so that each votes.
    fn vote(&self) -> Option<u32> {
        let (encoded, _) = self.coded?;
        let plain = u32::try_from(self.first | self.stride << 16).ok()?;
        Some(encoded ^ low(self.header) ^ plain)
    }

    /// Where its blocks begin, with the key that most groups have.
    fn first_block(&self, key: Option<u32>) -> Result<u64, String> {
        let (Some((encoded, _)), Some(key)) = (self.coded, key) else { return Ok(self.first) };
        let plain = encoded ^ low(self.header) ^ key;
        match u64::from(plain >> 16) == self.stride & 0xffff {
            true => Ok(u64::from(plain & 0xffff)),
            false => Err("a group's encoded offsets are not those of its blocks".to_owned()),
        }
    }

    /// Hands on every block: how many bytes of a busy one are unused, or `None` for a free one.
    pub(super) fn blocks(
        &self,
        words: &mut Words<'_>,
        key: Option<u32>,
        mut each: impl FnMut(AddrRange, Option<u64>),
    ) -> Result<(), String> {
        let missing = || "the dump does not hold a group's blocks".to_owned();
        let start = self.header.checked_add(self.first_block(key)?).ok_or_else(missing)?;
        let all = AddrRange::from_size(start, self.stride * self.count).filter(|all| all.end() <= self.end);
        let all = all.ok_or_else(|| "a group's blocks do not fit into it".to_owned())?;
        let mut free = 0;
        for number in 0..self.count {
            let at = Addr(all.start().0 + number * self.stride);
            let (Some(range), Some(unused)) = (AddrRange::from_size(at, self.stride), self.unused(words, at)) else {
                return Err(missing());
            };
            let busy = match self.coded {
                Some((_, bitmap)) => bit(words, bitmap, number).ok_or_else(missing)?,
                None => unused & UNUSED != 0,
            };
            free += u64::from(!busy);
            each(range, busy.then(|| u64::from(unused & UNUSED)));
        }
        let counted = self.coded.is_some() || free == self.depth;
        counted.then_some(()).ok_or_else(|| format!("a group says that {} blocks are free, and {free} are", self.depth))
    }

    /// UnusedBytes of a block's header, which is never encoded.
    fn unused(&self, words: &mut Words<'_>, at: Addr) -> Option<u8> {
        let mut byte = [0];
        words.bytes(at.checked_add(self.layout.header + 7)?, &mut byte)?;
        let [byte] = byte;
        Some(byte)
    }
}

/// Offsets are encoded with the lower half of addresses.
fn low(addr: Addr) -> u32 {
    u32::try_from(addr.0 & 0xffff_ffff).unwrap_or(0)
}

fn bit(words: &mut Words<'_>, bitmap: Addr, number: u64) -> Option<bool> {
    let mut byte = [0];
    words.bytes(bitmap.checked_add(number / BITS)?, &mut byte)?;
    let [byte] = byte;
    Some(byte >> (number % BITS) & 1 == 1)
}

/// Votes for the key of one heap.
#[derive(Default)]
pub(super) struct Votes(HashMap<u32, u64>);

impl Votes {
    /// One more group's.
    pub(super) fn add(&mut self, group: &Group) {
        if let Some(key) = group.vote() {
            *self.0.entry(key).or_default() += 1;
        }
    }

    /// The key that most have.
    pub(super) fn winner(&self) -> Option<u32> {
        self.0.iter().max_by_key(|(key, votes)| (**votes, **key)).map(|(key, _)| *key)
    }
}
