//! What is new and counts as one: what is alike, with what exists because of it.

use super::Pairing;
use super::items::Like;
use super::news::{self, HowNew, New};
use crate::addr::AddrRange;
use crate::model::{HeapClass, OwnerKind};

/// By like, the like that it is counted with: mostly itself.
pub(super) fn find(pairing: &Pairing<'_>, news: &[New]) -> Vec<usize> {
    let mut parties: Vec<usize> = (0..pairing.names.all.len()).collect();
    follow_threads(pairing, news, &mut parties);
    follow_neighbours(pairing, news, &mut parties);
    parties
}

/// Malloc's arenas and environment blocks that came are those of the threads that came.
fn follow_threads(pairing: &Pairing<'_>, news: &[New], parties: &mut [usize]) {
    let mut came = vec![0u64; parties.len()];
    for new in news.iter().filter(|new| new.how == HowNew::Came) {
        if let Some(count) = came.get_mut(new.like) {
            *count += 1;
        }
    }
    let likes = || pairing.names.all.iter().zip(&came).enumerate().filter(|(_, (_, count))| **count > 0);
    let pools = likes().filter(|(_, (like, _))| like.kind == OwnerKind::Stack);
    let Some((pool, (_, threads))) = pools.max_by_key(|(_, (like, count))| (**count, std::cmp::Reverse(*like))) else {
        return;
    };
    for (number, (like, count)) in likes() {
        let arena = like.kind == OwnerKind::Heap && &*like.name == HeapClass::ThreadArena.name();
        if let Some(party) =
            parties.get_mut(number).filter(|_| (arena || like.kind == OwnerKind::Teb) && count <= threads)
        {
            *party = pool;
        }
    }
}

/// What came side by side in the middle of free space, and nothing old with it, is there because of one of them: a
/// library brings its zeroed data and other libraries.
fn follow_neighbours(pairing: &Pairing<'_>, news: &[New], parties: &mut [usize]) {
    let segments = news::segments(pairing, news, |new| Some(new.like).filter(|_| new.how == HowNew::Came));
    let touches = |a: AddrRange, b: AddrRange| a.end() == b.start();
    for barrier in segments.chunk_by(|a, b| touches(a.range, b.range)) {
        let Some(likes) = barrier.iter().map(|segment| segment.party).collect::<Option<Vec<usize>>>() else { continue };
        let rank = |like: &usize| {
            let bytes: u64 = barrier.iter().filter(|s| s.party == Some(*like)).map(|s| s.range.size()).sum();
            pairing.names.all.get(*like).map(|named| (prominence(named), bytes, std::cmp::Reverse(named)))
        };
        let Some(leader) = likes.iter().copied().max_by_key(rank) else { continue };
        let Some(leading) = parties.get(leader).copied() else { continue };
        for like in likes {
            // Threads bring others, and are brought by nobody's neighbours.
            let is_own = parties.get(like) == Some(&like);
            let is_thread = pairing.names.all.get(like).is_some_and(|l| l.kind == OwnerKind::Stack);
            if let Some(party) = parties.get_mut(like).filter(|_| is_own && !is_thread && leading == leader) {
                *party = leading;
            }
        }
    }
}

/// How much the name of a thing says about why it is there.
fn prominence(like: &Like) -> u8 {
    match like.kind {
        OwnerKind::Module => 3,
        OwnerKind::Stack => 2,
        OwnerKind::Private | OwnerKind::Shared | OwnerKind::Unknown => 0,
        _ => 1,
    }
}
