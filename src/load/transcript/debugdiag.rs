//! DebugDiag's Virtual Memory Summary: figures only.

use super::found::Found;
use super::lines::Line;
use super::numbers::{addr, size};
use super::session::Block;
use super::tool::Tool;
use crate::addr::AddrRange;
use crate::model::Stated;

/// The summary.
#[derive(Default)]
pub(super) struct Summary {
    open: bool,
}

impl Block for Summary {
    fn begins(&self, line: &Line<'_>) -> bool {
        let text = line.text.trim();
        text == "Virtual Memory Summary" || text.starts_with("Size of largest free VM block")
    }

    fn take(&mut self, line: &Line<'_>, found: &mut Found) -> bool {
        let text = line.text.trim();
        if text == "Virtual Memory Summary" {
            self.open = true;
            return true;
        }
        let Some((what, value)) = FIELDS.into_iter().find_map(|(what, field)| Some((field, text.strip_prefix(what)?)))
        else {
            return false;
        };
        // Heaps further down have words of their own, which begin alike.
        if !self.open && what != Field::Largest {
            return false;
        }
        self.open = true;
        store(what, value.trim(), found);
        true
    }

    fn end(&mut self, _found: &mut Found) {
        self.open = false;
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Field {
    Largest,
    Fragmentation,
    Free,
    Reserved,
    Committed,
    Total,
    LargestAt,
}

/// Words with capitals: the heaps' fields are `Reserved memory`, `Committed memory`.
const FIELDS: [(&str, Field); 7] = [
    ("Size of largest free VM block", Field::Largest),
    ("Free memory fragmentation", Field::Fragmentation),
    ("Free Memory", Field::Free),
    ("Reserved Memory", Field::Reserved),
    ("Committed Memory", Field::Committed),
    ("Total Memory", Field::Total),
    ("Largest free block at", Field::LargestAt),
];

fn store(field: Field, value: &str, found: &mut Found) {
    found.saw(Tool::DebugDiag);
    let by = Tool::DebugDiag.words();
    if found.stated.as_ref().is_none_or(|s| s.by != by) {
        found.stated = Some(Stated { by, ..Stated::default() });
    }
    let Some(stated) = &mut found.stated else { return };
    let bytes = size(value.split('(').next().unwrap_or(value));
    match field {
        Field::Largest => stated.largest = bytes,
        Field::Free => stated.free = bytes,
        Field::Reserved => stated.reserved = bytes,
        Field::Committed => stated.committed = bytes,
        Field::Total => stated.total = bytes,
        // It is computed from the two above it.
        Field::Fragmentation => {}
        Field::LargestAt => {
            let at = addr(value).zip(stated.largest);
            stated.largest_at = at.and_then(|(at, size)| AddrRange::from_size(at, size - size % 0x1000));
        }
    }
}
