//! The rows of the tables, for text and for HTML.

use super::words;
use crate::analyze::fit::{Candidate, Changes};
use crate::model::OwnerId;
use crate::report::Context;
use crate::report::text::owner_label;
use crate::units::{Bytes, Hex};

/// Titles of a window's cells.
pub(in crate::report) const WINDOW: [&str; 6] = ["start", "owners", "committed", "reserved", "largest gap then", "who"];
/// Titles of an owner's cells.
pub(in crate::report) const OWNER: [&str; 4] = ["start", "size", "owner", "change"];
/// What the windows are.
pub(in crate::report) const WINDOWS: &str =
    "for a place of that size; no other has both fewer owners and less memory to give up";
/// What the pinned owners are.
pub(in crate::report) const PINNED: &str = "one of these stands in every place of that size";

/// One window.
pub(in crate::report) fn window(cx: Context<'_>, candidate: &Candidate) -> [String; 6] {
    [
        Hex { addr: candidate.window.start(), width: cx.snapshot.width() }.to_string(),
        candidate.owners.len().to_string(),
        Bytes(candidate.committed).to_string(),
        Bytes(candidate.reserved).to_string(),
        Bytes(candidate.largest_after).to_string(),
        words::in_a_cell(cx, &candidate.owners),
    ]
}

/// One owner that must go, or cannot.
pub(in crate::report) fn owner(cx: Context<'_>, changes: &Changes<'_>, id: OwnerId) -> [String; 4] {
    let start = cx.snapshot.owner(id).map(|o| Hex { addr: o.start, width: cx.snapshot.width() }.to_string());
    [
        start.unwrap_or_default(),
        Bytes(changes.ledger().taken(id).bytes()).to_string(),
        owner_label(cx, id),
        words::change(changes.of_owner(id), cx.snapshot.platform.os).into(),
    ]
}

/// Where a window lies, in words.
pub(in crate::report) fn place(cx: Context<'_>, candidate: &Candidate) -> String {
    let hex = |addr| Hex { addr, width: cx.snapshot.width() };
    let remark = format!("{}-{}", hex(candidate.window.start()), hex(candidate.window.end()));
    format!("{remark}: who must go, and by what change")
}
