//! Things, differences and changes in words. Names are made harmless here.

use crate::analyze::diff::{Change, Culprit, Like};
use crate::model::OwnerKind;
use crate::report::escape::shortened;
use crate::units::{Bytes, Count, percent_of_points, plural};

/// Characters of a name in a sentence or a table.
const NAME: usize = 48;

/// `+192 MiB`, `-4 KiB`, `0`.
pub(super) fn bytes(delta: i128) -> String {
    signed(delta, |size| Bytes(size).to_string())
}

/// `+1,024`, `-3`, `0`.
pub(super) fn count(delta: i128) -> String {
    signed(delta, |count| Count(count).to_string())
}

/// Hundredths of a percent as points of it: `+1.25`.
pub(super) fn points(delta: i128) -> String {
    signed(delta, percent_of_points)
}

fn signed(delta: i128, text: impl Fn(u64) -> String) -> String {
    let size = u64::try_from(delta.unsigned_abs()).unwrap_or(u64::MAX);
    match delta.signum() {
        0 => "0".to_owned(),
        1 => format!("+{}", text(size)),
        _ => format!("-{}", text(size)),
    }
}

/// How much more `new` is than `old`.
pub(super) fn delta(old: u64, new: u64) -> i128 {
    i128::from(new) - i128::from(old)
}

/// Things that are alike, as in a table: `plugin.so`, `stacks of threads named worker-*`, `private of 1 MiB`.
pub(super) fn like(like: &Like) -> String {
    let name = shortened(&like.name, NAME);
    match (like.kind, like.name.is_empty()) {
        (OwnerKind::Stack, true) => "thread stacks".to_owned(),
        (OwnerKind::Stack, false) if is_role(&like.name) => format!("stacks of {name}s"),
        (OwnerKind::Stack, false) => format!("thread stacks of {name}"),
        // What Linux calls anonymous memory that is shared.
        (OwnerKind::MappedFile, false) if &*like.name == "zero (deleted)" => "shared memory (/dev/zero)".to_owned(),
        (OwnerKind::MappedFile, false) => format!("file {name}"),
        (OwnerKind::Teb, _) => "TEBs of threads".to_owned(),
        (OwnerKind::Private | OwnerKind::Shared, false) if like.name.starts_with(like.kind.name()) => name.to_string(),
        (OwnerKind::Private | OwnerKind::Shared | OwnerKind::Unknown, false) => {
            format!("{} {name}", like.kind.name())
        }
        (OwnerKind::Heap, false) if like.name.contains(" of ") => name.to_string().replacen(" of ", "s of ", 1),
        (OwnerKind::Heap, false) if !like.name.starts_with('[') => format!("{name}s"),
        (kind, true) => kind.name().to_owned(),
        (_, false) => name.to_string(),
    }
}

/// Names of stacks that say whose they are and are no thread's.
fn is_role(name: &str) -> bool {
    matches!(name, "exited thread" | "main thread")
}

/// What something new is and did: `24 more thread stacks of worker-* (24 to 48, +192 MiB)`, `plugin.so (144 MiB)
/// came`, `[heap] grew by 300 MiB (to 310 MiB)`.
pub(super) fn deed(culprit: &Culprit) -> String {
    let followed: u64 = culprit.with.iter().map(|f| f.bytes).sum();
    let own = culprit.bytes.saturating_sub(followed);
    let (old, new, what) = (culprit.old, culprit.new, like(&culprit.like));
    let grown = || format!("(from {} to {})", Bytes(old.bytes), Bytes(new.bytes));
    let more = new.count.saturating_sub(old.count);
    let deed = match culprit.change {
        Change::Moved => format!("{what} ({}) moved into it", Bytes(new.bytes)),
        // Neighbours are one owner: mappings tell how much more there is.
        _ if old.count > 0 && (culprit.change == Change::Grew || is_many(culprit, more)) => {
            format!("{what} grew by {} {}{}", Bytes(own), grown(), pieces(own, culprit.mappings))
        }
        _ if old.count == 0 && new.count == 1 => format!("{what} ({}) came", Bytes(new.bytes)),
        _ if old.count == 0 => format!("{} {what} came ({})", Count(new.count), Bytes(new.bytes)),
        _ => format!("{} more {what} ({} to {}, +{})", Count(more), Count(old.count), Count(new.count), Bytes(own)),
    };
    deed + &with(culprit)
}

/// What something new is, with what came along.
pub(super) fn with_followers(culprit: &Culprit) -> String {
    like(&culprit.like) + &with(culprit)
}

fn with(culprit: &Culprit) -> String {
    let followers = culprit.with.iter();
    let with: Vec<String> =
        followers.map(|f| format!("{} {} ({})", Count(f.count), like(&f.like), Bytes(f.bytes))).collect();
    if with.is_empty() { String::new() } else { format!(", with {}", with.join(" and ")) }
}

/// Whether something came in many more mappings than owners, as shared memory does.
fn is_many(culprit: &Culprit, owners: u64) -> bool {
    let kinds = [OwnerKind::MappedFile, OwnerKind::Shared, OwnerKind::Private];
    kinds.contains(&culprit.like.kind) && culprit.with.is_empty() && culprit.mappings > owners.saturating_mul(2)
}

/// In how many mappings something grew, where that is more than one or two: a leak has many of one size.
fn pieces(bytes: u64, mappings: u64) -> String {
    match mappings {
        0..=2 => String::new(),
        _ if bytes.is_multiple_of(mappings) => {
            format!(" in {} more mappings of {} each", Count(mappings), Bytes(bytes / mappings))
        }
        _ => format!(" in {} more mappings", Count(mappings)),
    }
}

/// `it` or `them`.
pub(super) fn pronoun(culprit: &Culprit) -> &'static str {
    if culprit.members.len() > 1 { "them" } else { "it" }
}

/// What the largest gap would be without something.
pub(super) fn without(culprit: &Culprit) -> String {
    let restart = if culprit.after_restart { " after a restart" } else { "" };
    format!("without {} the largest gap would be {}{restart}", pronoun(culprit), Bytes(culprit.largest_without))
}

/// How many dumps are compared.
pub(super) fn dumps(count: usize) -> String {
    plural(count as u64, "dump")
}
