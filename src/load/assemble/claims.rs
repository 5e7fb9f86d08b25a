//! Claims: who says that a range is his. The strongest claim on an address decides its owner.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::addr::{Addr, AddrRange};
use crate::load::assemble::partition::Piece;
use crate::model::{OwnerId, State};

/// How strong a claim is. Later variants win over earlier ones.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
pub(super) enum Rank {
    /// The mapping around a stack pointer.
    StackRegion,
    /// A module, by the files behind its regions or by a module list.
    Module,
    /// What a row's own label says: `[heap]`, `[stack]`, vdso.
    Label,
    /// A heap found by its shape.
    Heap,
    /// TEB and PEB.
    ProcessBlock,
    /// A stack whose bounds are exact.
    ExactStack,
    /// The crash reporter's reservation, or a range that the user declared used.
    Declared,
}

/// A claim on a range.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Claim {
    pub range: AddrRange,
    pub owner: OwnerId,
    pub rank: Rank,
    /// The state that the claimant knows better than the map, such as a guard that gdb lists as readable.
    pub state: Option<State>,
}

impl Claim {
    /// A claim that leaves the state as the map has it.
    pub(super) fn new(range: AddrRange, owner: OwnerId, rank: Rank) -> Claim {
        Claim { range, owner, rank, state: None }
    }
}

/// A piece with its owner, if anyone claimed it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Owned {
    pub piece: Piece,
    pub owner: Option<OwnerId>,
}

/// Splits the pieces at the borders of the claims and gives each part to the strongest claim on it.
///
/// Claims add no address space: where there is no piece, nothing is owned. Of two claims of equal rank, the later in
/// the list wins.
pub(super) fn apply(pieces: Vec<Piece>, mut claims: Vec<Claim>) -> Vec<Owned> {
    // With equal starts, the order of arrival within a rank stays.
    claims.sort_by_key(|c| c.rank);
    let mut cuts: Vec<_> = claims.iter().flat_map(|c| [c.range.start(), c.range.end()]).collect();
    cuts.sort_unstable();
    cuts.dedup();
    let mut owned = cut(pieces, &cuts);
    let mut owners = Active::new(claims.iter());
    let mut states = Active::new(claims.iter().filter(|c| c.state.is_some()));
    for part in &mut owned {
        part.owner = owners.strongest_at(part.piece.range.start()).map(|c| c.owner);
        let state = states.strongest_at(part.piece.range.start()).and_then(|c| c.state);
        part.piece.state = state.unwrap_or(part.piece.state);
    }
    owned
}

/// The claims on an address that moves upwards: each is looked at a few times only, however many overlap.
struct Active<'c> {
    /// Strength (position among all) and claim, the one with the lowest start last.
    waiting: Vec<(usize, &'c Claim)>,
    /// Those that began, by strength. Those that ended are removed when they come to the top.
    begun: BTreeMap<usize, &'c Claim>,
}

impl<'c> Active<'c> {
    /// Of claims from weak to strong.
    fn new(claims: impl Iterator<Item = &'c Claim>) -> Active<'c> {
        let mut waiting: Vec<(usize, &Claim)> = claims.enumerate().collect();
        waiting.sort_by_key(|(_, c)| Reverse(c.range.start()));
        Active { waiting, begun: BTreeMap::new() }
    }

    /// The strongest claim on `addr`, which must not be lower than in the call before.
    fn strongest_at(&mut self, addr: Addr) -> Option<&'c Claim> {
        while let Some((strength, claim)) = self.waiting.pop_if(|(_, c)| c.range.start() <= addr) {
            self.begun.insert(strength, claim);
        }
        while let Some(top) = self.begun.last_entry() {
            if addr < top.get().range.end() {
                return Some(*top.get());
            }
            top.remove();
        }
        None
    }
}

fn cut(pieces: Vec<Piece>, cuts: &[Addr]) -> Vec<Owned> {
    let mut out = Vec::with_capacity(pieces.len() + cuts.len());
    for piece in pieces {
        let first = cuts.partition_point(|c| *c <= piece.range.start());
        let mut rest = Some(piece);
        for at in cuts.iter().skip(first).take_while(|c| **c < piece.range.end()) {
            let Some(whole) = rest else { break };
            let (lower, upper) = super::partition::split(whole, *at);
            out.push(Owned { piece: lower, owner: None });
            rest = upper;
        }
        out.extend(rest.map(|piece| Owned { piece, owner: None }));
    }
    out
}
