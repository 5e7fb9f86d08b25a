//! Who is to blame: all that is new, ranked by what the largest gap would be without it.

use super::growth::{self, Tally};
use super::items::Like;
use super::news::{self, HowNew, New};
use super::trial::{self, Segment};
use super::{OldGap, Pairing, parties};
use crate::addr::AddrRange;
use crate::analyze::advice::LEAST_GAIN;
use crate::analyze::thresholds::MORE_THAN_MEMORY;
use crate::analyze::{Analysis, what_if};
use crate::model::{Evidence, OwnerId};

/// Culprits at most that are tried with a fresh start, which costs a copy of the map each.
const MOST_RESTARTS: usize = 12;
/// Culprits at most that are handed out.
const MOST: usize = 1_000;

/// What something new did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub enum Change {
    /// It is not in the first dump, or there is more of it.
    Came,
    /// It is larger than in the first dump.
    Grew,
    /// It stands in the old largest gap, and stood elsewhere.
    Moved,
}

impl Change {
    /// All changes.
    pub const ALL: [Change; 3] = [Change::Came, Change::Grew, Change::Moved];

    /// The word used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Change::Came => "came",
            Change::Grew => "grew",
            Change::Moved => "moved",
        }
    }
}

/// Something that is new in the last dump.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Culprit {
    /// What it is.
    pub like: Like,
    /// What it did, or what most of it did.
    pub change: Change,
    /// All that are alike, in the first dump.
    pub old: Tally,
    /// The same in the last.
    pub new: Tally,
    /// Those that came, grew or moved, by address, what came along included.
    pub members: Vec<OwnerId>,
    /// What came with it, and is counted with it.
    pub with: Vec<Follower>,
    /// By how much more address space is taken, in bytes.
    pub bytes: u64,
    /// By how many more mappings.
    pub mappings: u64,
    /// The largest usable and reachable gap without it, in bytes.
    pub largest_without: u64,
    /// By how much that is above the largest gap of the last dump.
    pub gain: u64,
    /// Whether that is what a fresh start without it would give, and its going alone less.
    pub after_restart: bool,
    /// Whether the gain is a share of the largest gap that counts.
    pub counts: bool,
    /// What of the old largest gap it takes, in bytes.
    pub in_old_gap: u64,
}

/// Things that exist because others do: the malloc arenas and environment blocks of threads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Follower {
    /// What it is.
    pub like: Like,
    /// How many came.
    pub count: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// All that is new, those first that are to blame most: by what the largest gap would gain, where that counts; then by
/// bytes, then by mappings.
pub(super) fn rank(pairing: &Pairing<'_>, old_gap: Option<&OldGap>) -> Vec<Culprit> {
    let news = news::find(pairing, old_gap);
    let tallies = growth::tallies(pairing);
    let parties = parties::find(pairing, &news);
    let party = |new: &New| parties.get(new.like).copied();
    let segments = news::segments(pairing, &news, party);
    let (space, reach) = (&pairing.new.snapshot.space, pairing.new.analysis.reach);
    let without = trial::largest_without(space, reach, &segments, parties.len());
    let mut culprits = gather(pairing, &news, &parties, &tallies);
    for culprit in &mut culprits {
        let largest = without.get(culprit.party).copied().unwrap_or(0);
        culprit.found.set(largest, pairing);
        culprit.found.in_old_gap = standing_of(&culprit.found, old_gap);
    }
    culprits.sort_by(|a, b| order(&a.found).cmp(&order(&b.found)));
    try_restarts(pairing, &segments, &mut culprits);
    culprits.sort_by(|a, b| order(&a.found).cmp(&order(&b.found)));
    culprits.into_iter().map(|culprit| culprit.found).take(MOST).collect()
}

/// A culprit in the making.
struct Suspect {
    party: usize,
    found: Culprit,
}

impl Culprit {
    fn set(&mut self, largest: u64, pairing: &Pairing<'_>) {
        let today = pairing.new.analysis.figures.largest_reachable_size();
        self.largest_without = largest.max(today);
        self.gain = self.largest_without - today;
        self.counts = self.gain > today / LEAST_GAIN && matters(pairing.new.analysis);
    }
}

/// Whether the size of the largest gap can matter to anybody.
pub(super) fn matters(analysis: &Analysis) -> bool {
    let needed = analysis.verdict.needed.unwrap_or(0);
    analysis.figures.largest_reachable_size() < MORE_THAN_MEMORY.max(needed)
}

fn order(culprit: &Culprit) -> impl Ord {
    let gain = if culprit.counts { culprit.gain } else { 0 };
    let reverse = std::cmp::Reverse;
    (reverse(gain), reverse(culprit.bytes), reverse(culprit.mappings), culprit.like.clone())
}

fn standing_of(culprit: &Culprit, old_gap: Option<&OldGap>) -> u64 {
    let standing = old_gap.map(|gap| gap.standing.as_slice()).unwrap_or_default();
    standing.iter().filter(|s| culprit.members.binary_search(&s.owner).is_ok()).map(|s| s.bytes).sum()
}

/// What is new by party, without its counterfactual.
fn gather(pairing: &Pairing<'_>, news: &[New], parties: &[usize], tallies: &[(Tally, Tally)]) -> Vec<Suspect> {
    let mut by_party: Vec<Vec<&New>> = vec![Vec::new(); parties.len()];
    for new in news {
        if let Some(list) = parties.get(new.like).and_then(|party| by_party.get_mut(*party)) {
            list.push(new);
        }
    }
    let lists = by_party.into_iter().enumerate().filter(|(_, list)| !list.is_empty());
    lists.filter_map(|(party, list)| Some(Suspect { party, found: suspect(pairing, party, &list, tallies)? })).collect()
}

fn suspect(pairing: &Pairing<'_>, party: usize, news: &[&New], tallies: &[(Tally, Tally)]) -> Option<Culprit> {
    let like = pairing.names.all.get(party)?.clone();
    let (old, new) = tallies.get(party).copied()?;
    let mut members: Vec<OwnerId> = news.iter().map(|new| new.owner).collect();
    members.sort_unstable();
    let grew: u64 = news.iter().filter(|new| new.how != HowNew::Moved).map(|new| new.bytes).sum();
    let net = new.bytes.saturating_sub(old.bytes);
    let own: u64 = news.iter().filter(|n| n.how != HowNew::Moved && n.like == party).map(|n| n.bytes).sum();
    // Of what was replaced by others of its kind only the rest is new.
    let grew = grew - own.saturating_sub(net);
    let more_of_it = grew > 0 || new.mappings > old.mappings;
    if !more_of_it && news.iter().all(|n| n.how != HowNew::Moved) {
        return None;
    }
    let followed = news.iter().filter(|new| new.like != party);
    let more = |like: usize| tallies.get(like).map_or(0, |(old, new)| new.mappings.saturating_sub(old.mappings));
    let mut likes: Vec<usize> = followed.map(|new| new.like).chain([party]).collect();
    likes.sort_unstable();
    likes.dedup();
    Some(Culprit {
        like,
        change: change(news, party),
        old,
        new,
        members,
        with: likes.iter().filter(|l| **l != party).filter_map(|l| follower(pairing, news, *l)).collect(),
        bytes: grew,
        mappings: likes.iter().map(|l| more(*l)).sum(),
        largest_without: 0,
        gain: 0,
        after_restart: false,
        counts: false,
        in_old_gap: 0,
    })
}

/// What most bytes of a party did.
fn change(news: &[&New], party: usize) -> Change {
    let sum = |how| news.iter().filter(|n| n.like == party && n.how == how).map(|n| n.bytes).sum::<u64>();
    let all = [(HowNew::Came, Change::Came), (HowNew::Grew, Change::Grew), (HowNew::Moved, Change::Moved)];
    let most = all.into_iter().rev().max_by_key(|(how, _)| sum(*how));
    most.map_or(Change::Came, |(_, change)| change)
}

fn follower(pairing: &Pairing<'_>, news: &[&New], like: usize) -> Option<Follower> {
    let ours = || news.iter().filter(|new| new.like == like);
    Some(Follower {
        like: pairing.names.all.get(like)?.clone(),
        count: ours().count() as u64,
        bytes: ours().map(|new| new.bytes).sum(),
    })
}

/// Tries the first suspects with a fresh start: mmap would have put what came later where they stand.
fn try_restarts(pairing: &Pairing<'_>, segments: &[Segment], suspects: &mut [Suspect]) {
    if pairing.new.snapshot.evidence < Evidence::NearlyComplete {
        return;
    }
    let today = pairing.new.analysis.figures.largest_reachable_size();
    let with_all = what_if::largest_at_fresh_start(pairing.new.snapshot, &[]);
    for suspect in suspects.iter_mut().take(MOST_RESTARTS) {
        let ours = segments.iter().filter(|s| s.party == Some(suspect.party));
        let gone: Vec<AddrRange> = ours.map(|s| s.range).collect();
        let gain = what_if::largest_at_fresh_start(pairing.new.snapshot, &gone).saturating_sub(with_all);
        let largest = today.saturating_add(gain);
        if largest > suspect.found.largest_without {
            suspect.found.set(largest, pairing);
            suspect.found.after_restart = true;
        }
    }
}
