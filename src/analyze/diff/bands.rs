//! Which addresses are worth a picture in which several dumps are aligned.

use super::Side;
use crate::addr::AddrRange;

/// Spaces of at most so many bytes are shown as they are.
const SHOWN_WHOLE: u64 = 8 << 30;
/// Parts of a larger space at most.
const MOST_BANDS: usize = 8;
/// What is free in all dumps is left out if it takes this part of what is shown, as a divisor.
const SHARE: u64 = 16;

/// The parts of the address space, by address, in which any of the dumps has something; all of it where that is small.
pub fn shared(sides: &[Side<'_>]) -> Vec<AddrRange> {
    let bounds = sides.iter().map(|side| side.snapshot.space.bounds().range);
    let Some(whole) = bounds.reduce(AddrRange::hull) else { return Vec::new() };
    if whole.size() <= SHOWN_WHOLE {
        return vec![whole];
    }
    let mut bands = used(sides);
    while let Some(at) = least_hole(&bands) {
        let Some(above) = bands.get(at + 1).copied() else { break };
        if let Some(below) = bands.get_mut(at) {
            *below = below.hull(above);
        }
        bands.remove(at + 1);
    }
    bands
}

/// What any dump occupies, but for holes that are small next to all.
fn used(sides: &[Side<'_>]) -> Vec<AddrRange> {
    let mut ranges: Vec<AddrRange> =
        sides.iter().flat_map(|side| side.snapshot.space.regions().iter().map(|r| r.range)).collect();
    ranges.sort_unstable();
    let total: u64 = ranges.iter().fold(0, |sum, range| sum.saturating_add(range.size()));
    let mut used: Vec<AddrRange> = Vec::new();
    for range in ranges {
        match used.last_mut() {
            Some(last) if range.start().distance_from(last.end()) <= total / SHARE => *last = last.hull(range),
            _ => used.push(range),
        }
    }
    used
}

/// The smallest hole between two bands, by the index of the one below, while there are too many bands.
fn least_hole(bands: &[AddrRange]) -> Option<usize> {
    let holes = bands.iter().zip(bands.iter().skip(1)).map(|(a, b)| b.start().distance_from(a.end()));
    let least = holes.enumerate().min_by_key(|(_, size)| *size);
    least.filter(|_| bands.len() > MOST_BANDS).map(|(at, _)| at)
}
