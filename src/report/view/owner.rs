//! Owners in JSON.

use std::fmt;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::owner_ids::stack_thread;
use super::{Context, Word};
use crate::model::{Owner, OwnerId, OwnerKind, PointerWidth};
use crate::units::Hex;

/// What a region belongs to.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Owner")]
pub struct OwnerView<'a> {
    /// Unique in this report, and the same wherever the owner appears.
    #[schemars(with = "String")]
    pub id: OwnerIdText<'a>,
    /// What it is.
    pub kind: Word<OwnerKind>,
    /// Its name from the dump (untrusted): a file, a thread, `[heap]`; of a heap that was walked which piece it is:
    /// `main heap`, `arena 3 heap 2`.
    pub name: Option<&'a str>,
    /// The thread, for stacks and TEBs of living threads.
    pub thread_id: Option<u64>,
    /// Whether a change that the user can make would move it or make it go away.
    pub movable: bool,
}

impl<'a> OwnerView<'a> {
    /// The owner with this id, or `None` for an id of another snapshot.
    pub(super) fn of(cx: Context<'a>, id: OwnerId) -> Option<OwnerView<'a>> {
        let owner = cx.snapshot.owner(id)?;
        Some(OwnerView {
            id: OwnerIdText { owner, width: cx.width(), repeat: cx.ids.repeat(id) },
            kind: Word(owner.kind),
            name: owner.shown(),
            thread_id: owner.thread_id,
            movable: owner.movable,
        })
    }
}

/// An owner's id: `stack:27459`, `module:0xf7a10000:libc.so.6`, `private:0xf46ce000`. A stack that no living thread
/// owns is called by its address.
#[derive(Clone, Copy, Debug)]
pub struct OwnerIdText<'a> {
    owner: &'a Owner,
    width: PointerWidth,
    repeat: Option<u32>,
}

impl fmt::Display for OwnerIdText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.owner.kind.name())?;
        match stack_thread(self.owner) {
            Some(thread) => write!(f, ":{thread}")?,
            None => write!(f, ":{}", Hex { addr: self.owner.start, width: self.width })?,
        }
        if let Some(name) = named_by_file(self.owner) {
            write!(f, ":{name}")?;
        }
        self.repeat.map_or(Ok(()), |number| write!(f, "#{number}"))
    }
}

fn named_by_file(owner: &Owner) -> Option<&str> {
    let by_file = matches!(owner.kind, OwnerKind::Module | OwnerKind::MappedFile);
    owner.name.as_deref().filter(|_| by_file).map(file_name)
}

/// The part of a path after its last slash or backslash.
pub(in crate::report) fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().filter(|name| !name.is_empty()).unwrap_or(path)
}

impl Serialize for OwnerIdText<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
