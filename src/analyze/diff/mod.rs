//! Two or more dumps of one program: what is new in the later one, what it does to the largest gap, and who is to blame.
//!
//! Things are matched by name, place and likeness (`pairs.rs`), never by addresses alone, for the system may place each run
//! elsewhere. What is new is tried like what splits: the largest gap of the new run without it, against the one that it
//! has. Everything else is counted.

mod bands;
mod compare;
mod culprits;
mod figures;
mod growth;
mod items;
mod modules;
mod news;
mod old_gap;
mod outcome;
mod pairs;
mod parties;
mod threads;
mod trend;
mod trial;

pub use bands::shared as shared_bands;
pub use compare::Mismatch;
pub use culprits::{Change, Culprit, Follower};
pub use figures::{Figure, FigureRow, Unit};
pub use growth::{KindGrowth, LikeGrowth, Tally};
pub use items::Like;
pub use modules::{ModulePair, Modules};
pub use outcome::Outcome;
pub use threads::ThreadCount;
pub use trend::{Forecast, Trend};

use std::collections::BTreeMap;

use crate::addr::AddrRange;
use crate::analyze::Analysis;
use crate::model::{MmapLayout, Os, OwnerId, Snapshot};
use items::{Items, Names};
use pairs::Pairs;

/// One dump with its analysis.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// The process.
    pub snapshot: &'a Snapshot,
    /// What was measured of it.
    pub analysis: &'a Analysis,
}

/// How two or more dumps differ: the last against the first, and the figures of all. Owners are those of the last dump
/// where nothing else is said.
#[derive(Clone, PartialEq, Debug)]
pub struct Diff {
    /// What makes the comparison doubtful.
    pub mismatches: Vec<Mismatch>,
    /// What changed, in a word.
    pub outcome: Outcome,
    /// What is new, those first that are to blame most.
    pub culprits: Vec<Culprit>,
    /// Each figure of each dump.
    pub figures: Vec<FigureRow>,
    /// The old largest gap; `None` if the first dump has none.
    pub old_gap: Option<OldGap>,
    /// Modules that came, went and changed.
    pub modules: Modules,
    /// Bytes by kind of owner.
    pub kinds: Vec<KindGrowth>,
    /// What there is more or less of, those first that changed by most bytes.
    pub growth: Vec<LikeGrowth>,
    /// Threads by name; those first whose number changed most.
    pub threads: Vec<ThreadCount>,
    /// Whether most of what is in both dumps lies at the same addresses.
    pub same_addresses: bool,
    /// The figures over time; `None` for two dumps.
    pub trend: Option<Trend>,
}

/// How the old largest gap was found in the new run, from the most to the least certain.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// Both neighbours are where they were.
    SameAddresses,
    /// Both neighbours are elsewhere, and the gap is what lies between them.
    Neighbours,
    /// Of one neighbour it is known where it is.
    OneNeighbour,
    /// Neither neighbour was found: the same addresses are looked at.
    Addresses,
}

impl Way {
    /// All ways.
    pub const ALL: [Way; 4] = [Way::SameAddresses, Way::Neighbours, Way::OneNeighbour, Way::Addresses];

    /// The word used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Way::SameAddresses => "same-addresses",
            Way::Neighbours => "neighbours",
            Way::OneNeighbour => "one-neighbour",
            Way::Addresses => "addresses",
        }
    }
}

/// How sure something is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
pub enum Sure {
    /// Nothing speaks for it but that nothing better is known.
    Guess,
    /// By the likeness of things of which there are several.
    Likely,
    /// By names, or by distances that most things agree on.
    Certain,
}

impl Sure {
    /// All grades.
    pub const ALL: [Sure; 3] = [Sure::Certain, Sure::Likely, Sure::Guess];

    /// The word used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Sure::Certain => "certain",
            Sure::Likely => "likely",
            Sure::Guess => "guess",
        }
    }
}

/// What became of the largest gap of the first dump.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OldGap {
    /// Where it was.
    pub then: AddrRange,
    /// The owner right below it, of the first dump; `None` at the floor.
    pub below: Option<OwnerId>,
    /// The owner right above it, of the first dump; `None` at the ceiling.
    pub above: Option<OwnerId>,
    /// How it was found in the last dump.
    pub way: Way,
    /// How sure that is.
    pub sure: Sure,
    /// Where it is in the last dump; `None` if that is outside of the address space.
    pub now: Option<AddrRange>,
    /// How much of that is still free, in bytes; `None` where it was not found.
    pub free: Option<u64>,
    /// Who stands there now, those first that take most of it.
    pub standing: Vec<Standing>,
}

/// An owner of the last dump that stands in the old largest gap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Standing {
    /// Who.
    pub owner: OwnerId,
    /// From its first to its last address in the gap.
    pub range: AddrRange,
    /// What of the gap it takes, in bytes.
    pub bytes: u64,
    /// How it came there.
    pub fate: Fate,
    /// The first dump, counted from 0, in which something like it stood there; `None` for two dumps.
    pub since: Option<usize>,
}

/// How an owner came to stand in the old largest gap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// There was nothing like it, or less of it.
    Came,
    /// It, or something that cannot be told from it, was elsewhere.
    Moved {
        /// Where, in the first dump.
        from: AddrRange,
    },
    /// It was beside the gap, and became larger.
    Grew {
        /// Its bytes in the first dump.
        from: u64,
        /// Its bytes in the last.
        to: u64,
    },
}

impl Fate {
    /// The word used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Fate::Came => "came",
            Fate::Moved { .. } => "moved",
            Fate::Grew { .. } => "grew",
        }
    }
}

/// One dump with its items.
struct Looked<'a> {
    snapshot: &'a Snapshot,
    analysis: &'a Analysis,
    items: Items,
}

/// Two dumps with their pairs.
struct Pairing<'a> {
    old: Looked<'a>,
    new: Looked<'a>,
    pairs: Pairs,
    names: Names,
}

impl<'a> Pairing<'a> {
    fn of(old: Side<'a>, new: Side<'a>) -> Pairing<'a> {
        let mut names = Names::default();
        let mut look = |side: Side<'a>| Looked {
            snapshot: side.snapshot,
            analysis: side.analysis,
            items: Items::of(side.snapshot, &mut names),
        };
        let (old, new) = (look(old), look(new));
        let downwards = goes_down(old.snapshot) && goes_down(new.snapshot);
        let pairs = pairs::find(&old.items, &new.items, downwards);
        Pairing { old, new, pairs, names }
    }

    /// Whether most pairs lie at the same address.
    fn has_same_addresses(&self) -> bool {
        let pairs = self.pairs.of_old.iter().flatten();
        let all = pairs.clone().count();
        let same = pairs.filter(|pair| pair.how == pairs::How::Place(0)).count();
        same * 2 > all
    }

    /// By what most pairs were slid, of equally many by the least.
    fn main_slide(&self) -> u64 {
        let mut counts: BTreeMap<u64, u64> = BTreeMap::new();
        for pair in self.pairs.of_old.iter().flatten() {
            if let pairs::How::Place(slide) = pair.how {
                *counts.entry(slide).or_default() += 1;
            }
        }
        let least = |slide: u64| std::cmp::Reverse(slide.min(slide.wrapping_neg()));
        counts.into_iter().max_by_key(|(slide, count)| (*count, least(*slide))).map_or(0, |(slide, _)| slide)
    }
}

/// Whether new mappings are put below older ones.
fn goes_down(snapshot: &Snapshot) -> bool {
    let layout = snapshot.space.bounds().mmap_layout;
    let linux = snapshot.platform.os.is_none_or(Os::is_linux);
    linux && !matches!(layout, Some(MmapLayout::BottomUp { .. }))
}

/// Compares dumps in the order of time: what is said of two is said of the first and the last.
///
/// `None` for less than two.
pub fn diff(sides: &[Side<'_>]) -> Option<Diff> {
    let (first, later) = sides.split_first()?;
    let (last, _) = later.split_last()?;
    let pairing = Pairing::of(*first, *last);
    let mut old_gap = old_gap::find(&pairing);
    let culprits = culprits::rank(&pairing, old_gap.as_ref());
    let growth = growth::by_like(&pairing);
    if let Some(gap) = old_gap.as_mut().filter(|_| sides.len() > 2) {
        trend::date(sides, gap);
    }
    Some(Diff {
        mismatches: compare::mismatches(sides),
        outcome: outcome::judge(&pairing, &culprits, &growth),
        culprits,
        figures: figures::rows(sides),
        old_gap,
        modules: modules::compare(&pairing),
        kinds: growth::by_kind(&pairing),
        growth,
        threads: threads::count(*first, *last),
        same_addresses: pairing.has_same_addresses(),
        trend: (sides.len() > 2).then(|| trend::of(sides)),
    })
}
