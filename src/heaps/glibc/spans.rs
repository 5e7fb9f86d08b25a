//! Addresses of chunks in 32 bits: counted in units of the alignment, over the ranges in which an arena's chunks can be.

use super::layout::Shape;
use crate::addr::AddrRange;

/// A unit that is the head of a list.
pub(super) const HEAD: u32 = u32::MAX;
/// A unit that is in none of the ranges.
pub(super) const ELSEWHERE: u32 = u32::MAX - 1;

/// One range.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Span {
    first: u64,
    end: u64,
    base: u32,
}

/// The ranges, by address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Spans {
    shape: Shape,
    list: Vec<Span>,
    /// Where lists have their heads.
    heads: (u64, u64),
}

impl Spans {
    /// Of ranges in order; what is more than 2^32 units counts as elsewhere.
    pub(super) fn new(shape: Shape, ranges: impl Iterator<Item = AddrRange>, heads: (u64, u64)) -> Spans {
        let mut next = 0_u64;
        let mut list = Vec::new();
        for range in ranges {
            let Some(first) = shape.first_chunk(range.start().0) else { continue };
            let units = range.end().0.saturating_sub(first).div_ceil(shape.layout.align);
            let (Ok(base), true) = (u32::try_from(next), next + units < u64::from(ELSEWHERE)) else { continue };
            list.push(Span { first, end: range.end().0, base });
            next += units;
        }
        Spans { shape, list, heads }
    }

    /// The unit of a chunk's address. `hint` is the range in which the last one was.
    pub(super) fn unit(&self, at: u64, hint: &mut usize) -> u32 {
        let known = self.list.get(*hint).filter(|span| span.first <= at && at < span.end);
        let found = known.or_else(|| {
            let index = self.list.partition_point(|span| span.first <= at).checked_sub(1)?;
            *hint = index;
            self.list.get(index).filter(|span| at < span.end)
        });
        match found {
            _ if self.heads.0 <= at && at < self.heads.1 => HEAD,
            Some(span) if self.shape.is_aligned(at) => {
                u32::try_from((at - span.first) / self.shape.layout.align).map_or(ELSEWHERE, |unit| span.base + unit)
            }
            _ => ELSEWHERE,
        }
    }

    /// The address of a unit, or `None` if it is in no range.
    pub(super) fn address(&self, unit: u32) -> Option<u64> {
        let index = self.list.partition_point(|span| span.base <= unit).checked_sub(1)?;
        let span = self.list.get(index)?;
        let at = span.first.checked_add(u64::from(unit - span.base) * self.shape.layout.align)?;
        (at < span.end).then_some(at)
    }
}
