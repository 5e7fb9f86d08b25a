//! What belongs to the system: vdso and vvar, TEBs and the PEB, shared user data, the crash reporter's reservation,
//! and what the user declared used.

use std::collections::HashSet;

use super::Draft;
use super::claims::{Claim, Rank};
use super::partition::Piece;
use crate::addr::{Addr, AddrRange};
use crate::load::facts::RowLabel;
use crate::model::{Os, Owner, OwnerKind, PointerWidth, Protection, Source, Sources};

/// KUSER_SHARED_DATA, at the same address in every Windows process (ntddk.h, MM_SHARED_USER_DATA_VA).
pub(super) const SHARED_USER_DATA: (Addr, u64) = (Addr(0x7ffe_0000), 0x1000);
/// vvar is at most this many bytes below the vdso: 8 pages on Linux 6.18, fewer before.
const VVAR_ROOM: u64 = 64 << 10;

/// Claims all of it.
pub(super) fn claim(draft: &mut Draft<'_>) {
    claim_vdso(draft);
    if draft.platform.os == Some(Os::Windows) {
        claim_shared_user_data(draft);
        claim_process_blocks(draft);
    }
    claim_declared(draft);
}

fn claim_vdso(draft: &mut Draft<'_>) {
    let by_auxv = draft.facts.auxv.vdso.and_then(|a| draft.piece_at(a)).filter(|p| p.file.is_none());
    let vvar = by_auxv.into_iter().flat_map(|vdso| vvar_below(draft, vdso));
    let labelled = draft.pieces.iter().filter(|p| p.label == RowLabel::Vdso);
    let ranges: Vec<AddrRange> = labelled.chain(by_auxv).chain(vvar).map(|p| p.range).collect();
    let Some(lowest) = ranges.iter().map(|r| r.start()).min() else { return };
    let owner = draft.owners.add(Owner::named(OwnerKind::Vdso, lowest, "vdso"));
    draft.claims.extend(ranges.iter().map(|r| Claim::new(*r, owner, Rank::Label)));
}

/// The read-only mappings that touch the vdso from below.
fn vvar_below<'d>(draft: &Draft<'d>, vdso: &Piece) -> Vec<&'d Piece> {
    let mut border = vdso.range.start();
    let lowest = border.checked_sub(VVAR_ROOM).unwrap_or(Addr(0));
    let below = draft.pieces.partition_point(|p| p.range.end() <= border);
    let mut found = Vec::new();
    for piece in draft.pieces.get(..below).unwrap_or_default().iter().rev() {
        let read_only = piece.protection.is_some_and(|p| p.has(Protection::READ) && !p.has(Protection::WRITE));
        if piece.range.end() != border || piece.range.start() < lowest || piece.file.is_some() || !read_only {
            break;
        }
        border = piece.range.start();
        found.push(piece);
    }
    found
}

fn claim_shared_user_data(draft: &mut Draft<'_>) {
    let Some(range) = allocation_around(draft, SHARED_USER_DATA.0) else { return };
    let owner = draft.owners.add(Owner::named(OwnerKind::KernelShared, range.start(), "shared user data"));
    draft.claims.push(Claim::new(range, owner, Rank::ProcessBlock));
}

/// TEBs are a page (32 bit) or two; since Windows 10 they and the PEB share one reservation, which belongs to the
/// system as a whole.
fn claim_process_blocks(draft: &mut Draft<'_>) {
    let size = match draft.platform.width {
        PointerWidth::Bits32 => 0x1000,
        PointerWidth::Bits64 => 0x2000,
    };
    let peb = draft.facts.windows.peb.or_else(|| peb_by_teb(draft));
    let tebs: Vec<(u64, Addr)> = draft.facts.threads.iter().filter_map(|t| Some((t.id, t.teb?))).collect();
    let mut claimed = HashSet::new();
    for block in peb.iter().chain(tebs.iter().map(|(_, teb)| teb)) {
        let Some(range) = allocation_around(draft, *block) else { continue };
        if claimed.insert(range) {
            claim_allocation(draft, range, peb);
        }
    }
    for (thread_id, teb) in tebs {
        let Some(range) = AddrRange::from_size(teb, size) else { continue };
        let owner = draft.owners.add(Owner { thread_id: Some(thread_id), ..Owner::anonymous(OwnerKind::Teb, teb) });
        draft.claims.push(Claim::new(range, owner, Rank::ProcessBlock));
    }
}

/// The allocation that holds `addr`, or its piece where the map knows no allocations.
fn allocation_around(draft: &Draft<'_>, addr: Addr) -> Option<AddrRange> {
    let piece = draft.piece_at(addr)?;
    Some(piece.allocation.and_then(|base| draft.allocation(base)).unwrap_or(piece.range))
}

fn claim_allocation(draft: &mut Draft<'_>, range: AddrRange, peb: Option<Addr>) {
    let kind = if peb.is_some_and(|p| range.contains(p)) { OwnerKind::Peb } else { OwnerKind::Teb };
    let owner = draft.owners.add(Owner::anonymous(kind, range.start()));
    draft.claims.push(Claim::new(range, owner, Rank::ProcessBlock));
}

/// TEB.ProcessEnvironmentBlock, at 0x30 or 0x60.
fn peb_by_teb(draft: &Draft<'_>) -> Option<Addr> {
    let offset = match draft.platform.width {
        PointerWidth::Bits32 => 0x30,
        PointerWidth::Bits64 => 0x60,
    };
    let tebs = draft.facts.threads.iter().filter_map(|t| t.teb);
    tebs.filter_map(|teb| draft.memory.word(teb.checked_add(offset)?, draft.platform.width))
        .map(Addr)
        .find(|a| a.0 != 0)
}

/// Ranges that nothing but an annotation or the user calls occupied.
fn claim_declared(draft: &mut Draft<'_>) {
    let declared = [
        (Source::Annotation, OwnerKind::CrashReporter, "crash reporter's reservation"),
        (Source::Assumed, OwnerKind::Unknown, "assumed used"),
    ];
    for (source, kind, name) in declared {
        let only = Sources::of(source);
        let ranges: Vec<AddrRange> = draft.pieces.iter().filter(|p| p.sources == only).map(|p| p.range).collect();
        for range in ranges {
            let owner = draft.owners.add(Owner::named(kind, range.start(), name));
            draft.claims.push(Claim::new(range, owner, Rank::Declared));
        }
    }
}
