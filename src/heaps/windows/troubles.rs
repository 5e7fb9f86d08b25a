//! What goes wrong in a walk, in bounded number.

use crate::addr::Addr;
use crate::heaps::Trouble;

/// Troubles that are kept; a heap that is one ruin would make thousands.
const KEPT: usize = 32;

/// Collects troubles of one kind of heap.
#[derive(Default)]
pub(super) struct Troubles {
    list: Vec<Trouble>,
    more: u64,
}

impl Troubles {
    /// One more, at an address.
    pub(super) fn add(&mut self, code: &'static str, at: Addr, message: String) {
        self.push(Trouble { code, message, at: Some(at), covered: None });
    }

    /// One more, with how many bytes of a piece were walked, and how many it has.
    pub(super) fn broken(&mut self, code: &'static str, at: Addr, message: String, covered: (u64, u64)) {
        self.push(Trouble { code, message, at: Some(at), covered: Some(covered) });
    }

    fn push(&mut self, trouble: Trouble) {
        match self.list.len() < KEPT {
            true => self.list.push(trouble),
            false => self.more += 1,
        }
    }

    /// Whether there were any.
    pub(super) fn any(&self) -> bool {
        !self.list.is_empty()
    }

    /// All of them, with a last one that counts those left out.
    pub(super) fn finish(mut self) -> Vec<Trouble> {
        if self.more > 0 {
            let message = format!("{} more troubles were left out of this list", self.more);
            self.list.push(Trouble { code: "more", message, at: None, covered: None });
        }
        self.list
    }
}
