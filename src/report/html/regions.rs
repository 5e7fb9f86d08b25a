//! The regions of a page, by column.

use std::collections::HashMap;
use std::hash::Hash;

use serde::Serialize;

use super::data::Part;
use super::owners::{OwnerTable, name_limit};
use super::words::Words;
use crate::addr::Addr;
use crate::model::{FileId, Protection, Region, Sources, State};
use crate::report::escape::shortened;
use crate::report::{Context, Evidence, Word};

/// Regions by address. Indexes refer to the page's own tables.
#[derive(Serialize, Default)]
pub(super) struct RegionColumns {
    /// Start of each owner's first region, in order of the owners' numbers.
    #[serde(skip)]
    pub owner_starts: Vec<Option<Addr>>,
    /// Free bytes below each.
    gap: Words,
    size: Words,
    /// How many owners before the next new one: 0 is a new one, for most regions have an owner of their own.
    owner: Vec<u32>,
    attributes: Vec<u32>,
    /// -1 for none.
    file: Vec<i64>,
}

/// What many regions have in common.
#[derive(Serialize)]
pub(super) struct Attributes {
    state: Word<State>,
    protection: Option<String>,
    evidence: Evidence,
}

type Key = (State, Option<Protection>, Sources);

impl RegionColumns {
    /// The regions of a part, with the tables of attributes and files that they refer to.
    pub fn of(
        cx: Context<'_>,
        part: &Part,
        owners: &mut OwnerTable<'_>,
    ) -> (RegionColumns, Vec<Attributes>, Vec<String>) {
        let (mut columns, mut attributes, mut files) = (RegionColumns::default(), Numbers::new(), Numbers::new());
        let mut free_from = part.range.start();
        for region in cx.snapshot.space.regions().get(part.regions.clone()).unwrap_or_default() {
            columns.gap.push(region.range.start().distance_from(free_from));
            columns.size.push(region.range.size());
            columns.push_owner(owners.number(region.owner), region.range.start());
            columns.attributes.push(attributes.number(key(region)));
            columns.file.push(region.backing.map_or(-1, |f| files.number(f).into()));
            free_from = region.range.end();
        }
        let attributes = attributes.list.into_iter().map(Attributes::from).collect();
        (columns, attributes, file_names(cx, &files.list))
    }
}

impl RegionColumns {
    fn push_owner(&mut self, number: u32, start: Addr) {
        let next = u32::try_from(self.owner_starts.len()).unwrap_or(u32::MAX);
        self.owner.push(next.saturating_sub(number));
        if number == next {
            self.owner_starts.push(Some(start));
        }
    }
}

fn key(region: &Region) -> Key {
    (region.state, region.protection, region.evidence)
}

impl From<Key> for Attributes {
    fn from((state, protection, sources): Key) -> Attributes {
        Attributes { state: Word(state), protection: protection.map(Protection::letters), evidence: Evidence(sources) }
    }
}

fn file_names(cx: Context<'_>, files: &[FileId]) -> Vec<String> {
    let limit = name_limit(files.len());
    files.iter().map(|f| shortened(cx.snapshot.file(*f).unwrap_or_default(), limit).to_string()).collect()
}

/// Numbers for values, in order of first mention.
struct Numbers<T> {
    numbers: HashMap<T, u32>,
    list: Vec<T>,
}

impl<T: Copy + Eq + Hash> Numbers<T> {
    fn new() -> Numbers<T> {
        Numbers { numbers: HashMap::new(), list: Vec::new() }
    }

    fn number(&mut self, value: T) -> u32 {
        let next = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        let list = &mut self.list;
        *self.numbers.entry(value).or_insert_with(|| {
            list.push(value);
            next
        })
    }
}
