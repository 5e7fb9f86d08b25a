//! Heaps on the map: the brk heap, and glibc's thread arenas.

mod arenas;
mod brk;

use super::Draft;
use super::partition::Piece;
use crate::load::facts::RowLabel;
use crate::model::Protection;

/// Claims all heaps of a Linux process.
pub(super) fn claim(draft: &mut Draft<'_>) {
    if draft.platform.os.is_some_and(|os| !os.is_linux()) {
        return;
    }
    brk::claim(draft);
    arenas::claim(draft);
}

fn is_private_writable(piece: &Piece) -> bool {
    let writable = piece.protection.is_some_and(|p| p.has(Protection::WRITE) && !p.has(Protection::SHARED));
    writable && piece.file.is_none() && piece.label == RowLabel::None
}
