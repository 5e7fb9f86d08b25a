//! Claims: who says that a range is his. The strongest claim on an address decides its owner.

use crate::addr::AddrRange;
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
    claims.sort_by_key(|c| c.rank);
    let mut cuts: Vec<_> = claims.iter().flat_map(|c| [c.range.start(), c.range.end()]).collect();
    cuts.sort_unstable();
    cuts.dedup();
    let mut owned = cut(pieces, &cuts);
    for claim in &claims {
        let first = owned.partition_point(|o| o.piece.range.end() <= claim.range.start());
        let inside = owned.iter_mut().skip(first).take_while(|o| o.piece.range.start() < claim.range.end());
        for part in inside {
            part.owner = Some(claim.owner);
            part.piece.state = claim.state.unwrap_or(part.piece.state);
        }
    }
    owned
}

fn cut(pieces: Vec<Piece>, cuts: &[crate::addr::Addr]) -> Vec<Owned> {
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
