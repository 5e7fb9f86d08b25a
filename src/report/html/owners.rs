//! The owners that a page refers to.

use std::collections::HashMap;

use serde::Serialize;

use super::data::kind_index;
use crate::model::{Owner, OwnerId};
use crate::report::escape::shortened;
use crate::report::text::owner_label;
use crate::report::{Address, Context};

/// Characters of all names together, about; of many owners, each has a shorter name.
const NAMES: usize = 4 << 20;
const LONGEST_NAME: usize = 400;
const SHORTEST_NAME: usize = 40;

/// How many characters each of `count` names may have in a page.
pub(super) fn name_limit(count: usize) -> usize {
    (NAMES / count.max(1)).clamp(SHORTEST_NAME, LONGEST_NAME)
}

/// Owners by the numbers that they have in the page: in order of first mention.
pub(super) struct OwnerTable<'a> {
    cx: Context<'a>,
    numbers: HashMap<OwnerId, u32>,
    mentioned: Vec<OwnerId>,
}

/// The owners' columns. Where an id is `kind:0xstart`, it is null; where a label is the kind, it is null too.
#[derive(Serialize)]
pub(super) struct OwnerColumns {
    kind: Vec<u8>,
    start: super::words::Words,
    id: Vec<Option<String>>,
    label: Vec<Option<String>>,
    /// Longer than the label, or null.
    name: Vec<Option<String>>,
    /// 1 for those that cannot be moved.
    pinned: Vec<u8>,
}

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

    /// The columns of all that were mentioned.
    pub fn columns(&self) -> OwnerColumns {
        let found = || self.mentioned.iter().filter_map(|id| Some((*id, self.cx.snapshot.owner(*id)?)));
        let limit = name_limit(self.mentioned.len());
        OwnerColumns {
            kind: found().map(|(_, o)| kind_index(o.kind)).collect(),
            start: found().map(|(_, o)| o.start.0).collect(),
            id: found().map(|(id, o)| self.special_id(id, o)).collect(),
            label: found().map(|(id, o)| Some(owner_label(self.cx, id)).filter(|l| l != o.kind.name())).collect(),
            name: found().map(|(_, o)| o.name.as_deref().map(|n| shortened(n, limit).to_string())).collect(),
            pinned: found().map(|(_, o)| u8::from(!o.movable)).collect(),
        }
    }

    fn special_id(&self, id: OwnerId, owner: &Owner) -> Option<String> {
        let plain = format!("{}:{}", owner.kind.name(), Address::new(owner.start, self.cx.snapshot.width()));
        let text = self.cx.owner(id)?.id.to_string();
        (text != plain).then_some(text)
    }
}
