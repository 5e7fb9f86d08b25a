//! What went wrong on a walk, bounded.

use crate::addr::Addr;
use crate::heaps::Trouble;

/// So many are told one by one.
const SHOWN: usize = 16;

/// Troubles in the order in which they were met.
#[derive(Default)]
pub(super) struct Troubles {
    list: Vec<Trouble>,
    more: u64,
    missing: u64,
    first_missing: Option<Addr>,
}

impl Troubles {
    /// One more; a sentence without its full stop.
    pub fn add(&mut self, code: &'static str, at: Addr, message: String) {
        match self.list.len() < SHOWN {
            true => self.list.push(Trouble { code, message: format!("{message}."), at: Some(at), covered: None }),
            false => self.more += 1,
        }
    }

    /// A pool or a block that the dump does not hold.
    pub fn missing(&mut self, at: Addr) {
        self.missing += 1;
        self.first_missing.get_or_insert(at);
    }

    /// All of them, with `covered` as bytes walked and bytes there are.
    pub fn finish(mut self, covered: (u64, u64)) -> Vec<Trouble> {
        let mut last = |code, at, message| self.list.push(Trouble { code, message, at, covered: Some(covered) });
        if self.missing > 0 {
            let message = format!("The dump lacks memory of {} pools.", self.missing);
            last("memory-missing", self.first_missing, message);
        }
        if self.more > 0 {
            last("more", None, format!("{} more places of the arenas are damaged.", self.more));
        }
        self.list
    }
}
