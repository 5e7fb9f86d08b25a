//! What broke, as sentences, and no more of it than people read.

use crate::addr::Addr;
use crate::heaps::Trouble;

/// As many are kept of one arena.
const MOST: usize = 8;

/// Troubles of one arena.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Troubles {
    list: Vec<Trouble>,
    left_out: usize,
}

impl Troubles {
    /// Adds one. Several lists may lead to what is broken; it is told once.
    pub(super) fn add(&mut self, code: &'static str, at: Option<u64>, message: impl Into<String>) {
        let trouble = Trouble { code, message: message.into(), at: at.map(Addr), covered: None };
        if self.list.contains(&trouble) {
            return;
        }
        if self.list.len() < MOST {
            self.list.push(trouble);
        } else {
            self.left_out += 1;
        }
    }

    /// All, with what was walked of the arena. What was left out is counted in the last sentence.
    pub(super) fn finish(mut self, covered: Option<(u64, u64)>) -> Vec<Trouble> {
        if let (Some(last), true) = (self.list.last_mut(), self.left_out > 0) {
            last.message.push_str(&format!("; {} more like it", self.left_out));
        }
        for trouble in &mut self.list {
            trouble.covered = covered;
        }
        self.list
    }
}
