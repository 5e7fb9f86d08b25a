//! A way to capture, as data.

use super::growth::Adds;

/// What to set or run so that a writer's dumps have a complete map.
#[derive(PartialEq, Eq, Debug)]
pub struct Recipe {
    /// The word for it on the command line.
    pub name: &'static str,
    /// Other words for it.
    pub aliases: &'static [&'static str],
    /// What it is called.
    pub title: &'static str,
    /// The smallest change that gives a complete map, as one sentence.
    pub advice: &'static str,
    /// What to run or set, in order.
    pub steps: &'static [Step],
    /// What it adds to a dump.
    pub(super) adds: Adds,
}

/// One thing to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Step {
    /// What to type or write, or `None` for what is only said.
    pub command: Option<&'static str>,
    /// What it does, as a sentence.
    pub what: &'static str,
}

impl Recipe {
    /// What it adds to a dump, where no dump is at hand.
    pub fn cost(&self) -> &'static str {
        self.adds.sentence()
    }
}

/// A command and what it does.
pub(super) const fn run(command: &'static str, what: &'static str) -> Step {
    Step { command: Some(command), what }
}

/// A remark.
pub(super) const fn note(what: &'static str) -> Step {
    Step { command: None, what }
}
