//! More than two dumps: how the largest gap goes on, and since when the old one is taken.

use std::collections::HashSet;

use super::{OldGap, Pairing, Side, old_gap};
use crate::model::OwnerId;

/// How the largest gap goes from dump to dump.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Trend {
    /// By how many bytes the largest gap changes from one dump to the next, as a straight line through all has it;
    /// `None` if a dump has no map.
    pub bytes_per_dump: Option<f64>,
    /// What is needed in one piece, in bytes; `None` without a request.
    pub need: Option<u64>,
    /// When the largest gap would be smaller than that.
    pub forecast: Forecast,
}

/// What becomes of the largest gap if it goes on like that.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Forecast {
    /// Nothing to hold it against, or too few figures.
    Unknown,
    /// The last dump's is smaller already.
    AlreadyBelow,
    /// It does not fall.
    DoesNotFall,
    /// It falls below what is needed after about so many more dumps.
    After(f64),
}

impl Forecast {
    /// The word used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Forecast::Unknown => "unknown",
            Forecast::AlreadyBelow => "already-below",
            Forecast::DoesNotFall => "does-not-fall",
            Forecast::After(_) => "falls-below",
        }
    }
}

/// Fits a line through the largest gaps, least squares, with dumps counted as equally far apart.
pub(super) fn of(sides: &[Side<'_>]) -> Trend {
    let figure = super::Figure::LargestReachable;
    let values: Option<Vec<u64>> = sides.iter().map(|side| figure.of(*side)).collect();
    let need = sides.last().and_then(|side| side.analysis.verdict.needed);
    let slope = values.as_deref().and_then(slope);
    let last = values.as_deref().and_then(|values| values.last().copied());
    Trend { bytes_per_dump: slope, need, forecast: forecast(slope, last, need) }
}

#[allow(clippy::cast_precision_loss, reason = "a forecast needs no more than 53 bits")]
fn slope(values: &[u64]) -> Option<f64> {
    let count = values.len() as f64;
    let (mean_x, mean_y) = ((count - 1.0) / 2.0, values.iter().map(|v| *v as f64).sum::<f64>() / count);
    let (mut above, mut below) = (0.0, 0.0);
    for (x, y) in values.iter().enumerate() {
        let dx = x as f64 - mean_x;
        above += dx * (*y as f64 - mean_y);
        below += dx * dx;
    }
    (below > 0.0).then(|| above / below)
}

#[allow(clippy::cast_precision_loss, reason = "a forecast needs no more than 53 bits")]
fn forecast(slope: Option<f64>, last: Option<u64>, need: Option<u64>) -> Forecast {
    let (Some(slope), Some(last), Some(need)) = (slope, last, need) else { return Forecast::Unknown };
    if last < need {
        return Forecast::AlreadyBelow;
    }
    if slope >= 0.0 {
        return Forecast::DoesNotFall;
    }
    Forecast::After((last - need) as f64 / -slope)
}

/// Says since which dump each owner stands in the old gap, or what it was then.
pub(super) fn date(sides: &[Side<'_>], gap: &mut OldGap) {
    let [first, between @ .., last] = sides else { return };
    gap.standing.iter_mut().for_each(|s| s.since = Some(between.len() + 1));
    for (between, side) in between.iter().enumerate().rev() {
        let index = between + 1;
        let Some(then) = old_gap::find(&Pairing::of(*first, *side)) else { continue };
        let stood: HashSet<OwnerId> = then.standing.iter().map(|s| s.owner).collect();
        let pairing = Pairing::of(*side, *last);
        for standing in gap.standing.iter_mut().filter(|s| s.since == Some(index + 1)) {
            if partner(&pairing, standing.owner).is_some_and(|owner| stood.contains(&owner)) {
                standing.since = Some(index);
            }
        }
    }
}

/// What an owner of the later dump was in the earlier.
fn partner(pairing: &Pairing<'_>, owner: OwnerId) -> Option<OwnerId> {
    let pair = pairing.pairs.of_new.get(pairing.new.items.index_of(owner)?).copied().flatten()?;
    pairing.old.items.list.get(pair.other).map(|item| item.owner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_through_the_figures() {
        assert_eq!(slope(&[100, 80, 60]), Some(-20.0));
        assert_eq!(slope(&[5, 5, 5, 5]), Some(0.0));
        assert_eq!(forecast(Some(-20.0), Some(60), Some(10)), Forecast::After(2.5));
        assert_eq!(forecast(Some(-20.0), Some(60), Some(61)), Forecast::AlreadyBelow);
        assert_eq!(forecast(Some(0.0), Some(60), Some(10)), Forecast::DoesNotFall);
        assert_eq!(forecast(Some(-20.0), Some(60), None), Forecast::Unknown);
    }
}
