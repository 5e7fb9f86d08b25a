//! The owners that a page refers to.

use std::collections::HashMap;

use serde::Serialize;

use super::data::kind_index;
use super::words::Words;
use crate::addr::Addr;
use crate::model::{Owner, OwnerId, OwnerKind};
use crate::report::escape::shortened;
use crate::report::text::owner_label;
use crate::report::view::file_name;
use crate::report::{Address, Context};

/// Characters of all names together, about; of many owners, each has a shorter name.
const NAMES: usize = 4 << 20;
const LONGEST_NAME: usize = 400;
const SHORTEST_NAME: usize = 40;

/// How many characters each of `count` names may have in a page.
pub(super) fn name_limit(count: usize) -> usize {
    (NAMES / count.max(1)).clamp(SHORTEST_NAME, LONGEST_NAME)
}

/// An owner's id as the JSON report has it; of one that is longer than names may be, its beginning and its end.
pub(super) fn bounded_id(id: String, limit: usize) -> String {
    if id.len() <= limit { id } else { shortened(&id, limit).to_string() }
}

/// Owners by the numbers that they have in the page: in order of first mention.
pub(super) struct OwnerTable<'a> {
    cx: Context<'a>,
    numbers: HashMap<OwnerId, u32>,
    mentioned: Vec<OwnerId>,
}

/// The owners' columns. What the script can derive is left out: a start that is the first region's, an id and a label
/// that are made of kind, start and file name.
#[derive(Serialize)]
pub(super) struct OwnerColumns {
    kind: Vec<u8>,
    start: Words,
    id: Exceptions,
    label: Exceptions,
    name: Exceptions,
    /// Numbers of those that cannot be moved.
    pinned: Vec<usize>,
}

/// Texts of some owners, each with its owner's number.
type Exceptions = Vec<(usize, String)>;

impl<'a> OwnerTable<'a> {
    /// An empty table.
    pub fn new(cx: Context<'a>) -> OwnerTable<'a> {
        OwnerTable { cx, numbers: HashMap::new(), mentioned: Vec::new() }
    }

    /// An owner's number in the page.
    pub fn number(&mut self, id: OwnerId) -> u32 {
        let next = u32::try_from(self.mentioned.len()).unwrap_or(u32::MAX);
        let mentioned = &mut self.mentioned;
        *self.numbers.entry(id).or_insert_with(|| {
            mentioned.push(id);
            next
        })
    }

    /// The columns of all that were mentioned. `starts` are the starts of the first regions, `None` where there is none.
    pub fn columns(&self, starts: &[Option<Addr>]) -> OwnerColumns {
        let found = || self.mentioned.iter().filter_map(|id| Some((*id, self.cx.snapshot.owner(*id)?)));
        let limit = name_limit(self.mentioned.len());
        let some = |text: &dyn Fn(OwnerId, &Owner) -> Option<String>| -> Exceptions {
            found().enumerate().filter_map(|(i, (id, o))| Some((i, text(id, o)?))).collect()
        };
        let known = |i: usize| starts.get(i).copied().flatten();
        OwnerColumns {
            kind: found().map(|(_, o)| kind_index(o.kind)).collect(),
            start: found()
                .enumerate()
                .map(|(i, (_, o))| Some(o.start.0).filter(|_| known(i) != Some(o.start)))
                .collect(),
            id: some(&|id, o| self.special_id(id, o, limit)),
            label: some(&|id, o| Some(owner_label(self.cx, id)).filter(|l| *l != plain_label(o, limit))),
            name: some(&|_, o| shown_name(o, limit)),
            pinned: found().enumerate().filter(|(_, (_, o))| !o.movable).map(|(i, _)| i).collect(),
        }
    }

    fn special_id(&self, id: OwnerId, owner: &Owner, limit: usize) -> Option<String> {
        let place = Address::new(owner.start, self.cx.snapshot.width());
        let mut plain = format!("{}:{place}", owner.kind.name());
        if let Some(name) = shown_name(owner, limit).filter(|_| has_file_name(owner)) {
            plain = format!("{plain}:{}", file_name(&name));
        }
        let text = self.cx.owner(id)?.id.to_string();
        (text != plain).then(|| bounded_id(text, limit))
    }
}

/// Whether the script takes an owner's name for a file's.
fn has_file_name(owner: &Owner) -> bool {
    matches!(owner.kind, OwnerKind::Module | OwnerKind::MappedFile)
}

fn shown_name(owner: &Owner, limit: usize) -> Option<String> {
    owner.shown().map(|n| shortened(n, limit).to_string())
}

/// What the script calls an owner if it is not told otherwise.
fn plain_label(owner: &Owner, limit: usize) -> String {
    match (owner.kind, shown_name(owner, limit)) {
        (OwnerKind::Module, Some(name)) => file_name(&name).to_owned(),
        (OwnerKind::MappedFile, Some(name)) => format!("{} {}", owner.kind.name(), file_name(&name)),
        (kind, _) => kind.name().to_owned(),
    }
}
