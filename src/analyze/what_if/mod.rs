//! What if: edits applied to a copy of a snapshot, which is then analysed like any other.

mod arenas;
mod draft;
mod edit;
mod fresh_start;
pub(super) mod malloc;
mod modules;
mod outcome;
mod pattern;
mod removal;
mod repack;
mod space;
mod stacks;

pub use edit::{Edit, Target};
pub use outcome::{Outcome, Trial};
pub use pattern::Pattern;

use crate::addr::{Addr, AddrRange};
use crate::model::Snapshot;
use draft::Draft;
pub(super) use fresh_start::largest_at_fresh_start;
pub(super) use stacks::shrinks;

/// Why an edit cannot be made.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EditError {
    /// Nothing in the process is meant by it.
    #[error("{edit} means nothing in this process: {why}")]
    Nothing {
        /// The edit as it can be typed.
        edit: String,
        /// What there is instead.
        why: String,
    },
    /// Something stands where something new would stand.
    #[error("{edit} does not fit: {taken} is occupied or outside of the address space")]
    Occupied {
        /// The edit as it can be typed.
        edit: String,
        /// The first range that is not free.
        taken: AddrRange,
    },
    /// The edit has no meaning for this kind of process.
    #[error("{edit} does not apply: {why}")]
    NotHere {
        /// The edit as it can be typed.
        edit: String,
        /// Why not.
        why: &'static str,
    },
    /// An address that must be a multiple of the granularity is not.
    #[error("{edit}: {addr} is no multiple of the allocation granularity of {granularity} bytes")]
    Unaligned {
        /// The edit as it can be typed.
        edit: String,
        /// The address.
        addr: Addr,
        /// Bytes.
        granularity: u64,
    },
}

/// The snapshot as it would be after all edits, made one after the other. Without edits it is the same snapshot.
///
/// # Errors
/// The first edit that cannot be made, and why.
pub fn apply(snapshot: &Snapshot, edits: &[Edit]) -> Result<Snapshot, EditError> {
    let mut draft = Draft::of(snapshot);
    for edit in edits {
        apply_one(&mut draft, snapshot, edit)?;
    }
    Ok(draft.finish())
}

fn apply_one(draft: &mut Draft, before: &Snapshot, edit: &Edit) -> Result<(), EditError> {
    match edit {
        Edit::StackSize { bytes, threads } => stacks::shrink(draft, edit, *bytes, threads.as_ref()),
        Edit::Without(target) => removal::remove(draft, edit, target),
        Edit::LargeAddressAware => space::large_address_aware(draft, edit),
        Edit::UserVa(bytes) => space::user_va(draft, edit, *bytes),
        Edit::PackModules => modules::pack(draft, edit),
        Edit::Rebase { module, to } => modules::rebase(draft, edit, module, *to),
        Edit::Granularity(bytes) => space::granularity(draft, edit, *bytes),
        Edit::TopDown => space::top_down(draft, edit),
        Edit::MmapThreshold(bytes) => malloc::raise_threshold(draft, edit, *bytes),
        Edit::ArenaMax(arenas) => arenas::limit(draft, edit, *arenas),
        Edit::Add(range) => space::add(draft, edit, *range),
        Edit::Unmap(range) => space::unmap(draft, edit, *range),
        Edit::Repack => {
            repack::repack(draft, &before.space);
            Ok(())
        }
    }
}
