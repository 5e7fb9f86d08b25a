//! Why a text is no condition, with a mark below the character that is meant.

use std::fmt;

/// Characters of the text that are shown, where it is long.
const SHOWN: usize = 100;

/// Why a text is no condition, and at which character.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConditionError {
    problem: String,
    /// The line that is shown, of characters that are one column wide.
    shown: String,
    /// Characters in front of the one that is meant, in the text.
    at: usize,
    /// The same in what is shown.
    mark: usize,
}

impl ConditionError {
    /// An error at a character of a text.
    pub(super) fn new(text: &str, problem: String, at: usize) -> ConditionError {
        let from = if at > SHOWN * 2 / 3 { at - SHOWN / 2 } else { 0 };
        let part = text.chars().skip(from).take(SHOWN);
        // Blanks and what is not printed are one column each.
        let line: String = part.map(|c| if c.is_ascii_graphic() || c.is_alphanumeric() { c } else { ' ' }).collect();
        let before = if from > 0 { "…" } else { "" };
        let after = if text.chars().nth(from + SHOWN).is_some() { "…" } else { "" };
        let mark = at - from + before.chars().count();
        ConditionError { problem, shown: format!("{before}{line}{after}"), at, mark }
    }

    /// How many characters stand in front of the one that is meant.
    pub fn at(&self) -> usize {
        self.at
    }
}

impl fmt::Display for ConditionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  {}\n  {:>mark$}^", self.problem, self.shown, "", mark = self.mark)
    }
}

impl std::error::Error for ConditionError {}
