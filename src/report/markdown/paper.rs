//! A page of bounded length: what does not fit is not written, and the section says so.

use super::budget::LONGEST;
use crate::units::{Count, plural};

/// What a note about what was left out takes at the most, in bytes.
const NOTE: usize = 160;
const FOLD_END: &str = "\n</details>\n";

/// Markdown in the making.
#[derive(Default)]
pub struct Paper {
    text: String,
    /// How long the text may become with the sections begun so far, in bytes.
    allowed: usize,
    /// Whether a fold is open, whose end must fit.
    folded: bool,
}

impl Paper {
    /// What was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Begins a section that may have `budget` bytes, and what those before it left.
    pub fn section(&mut self, budget: usize) {
        self.allowed = LONGEST.min(self.allowed + budget);
    }

    /// A title above what follows.
    pub fn heading(&mut self, title: &str) {
        self.lines(&format!("\n### {title}\n\n"));
    }

    /// Begins what is folded under a title of our own words; `false` if there is no room for it.
    pub fn fold(&mut self, summary: &str) -> bool {
        let summary = summary.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        self.folded = true;
        self.folded = self.lines(&format!("\n<details>\n<summary>{summary}</summary>\n\n"));
        self.folded
    }

    /// Ends what is folded.
    pub fn unfold(&mut self) {
        if std::mem::take(&mut self.folded) {
            self.text.push_str(FOLD_END);
        }
    }

    /// Whole lines with their ends, all or none; `false` if there is no room for them and a note.
    pub fn lines(&mut self, lines: &str) -> bool {
        let reserved = NOTE + if self.folded { FOLD_END.len() } else { 0 };
        let fits = self.text.len() + lines.len() + reserved <= self.allowed;
        if fits {
            self.text.push_str(lines);
        }
        fits
    }

    /// Sentences as a list, made as they are written; says how many of `total` there was no room for.
    pub fn list(&mut self, total: usize, items: impl IntoIterator<Item = String>) {
        self.list_marked('-', total, items);
    }

    /// The same with another mark in front of each.
    pub fn list_marked(&mut self, mark: char, total: usize, items: impl IntoIterator<Item = String>) {
        let written = items.into_iter().take_while(|item| self.lines(&format!("{mark} {item}\n"))).count();
        if written < total {
            self.note(&format!("{} more of {}", Count((total - written) as u64), Count(total as u64)));
        }
    }

    /// Below a table of `total`, of which `written` were shown: how many more there are, and where.
    pub fn left_out(&mut self, total: usize, written: usize, noun: &str, place: &str) {
        if written < total {
            let (rest, all) = (Count((total - written) as u64), plural(total as u64, noun));
            self.note(&format!("{rest} more of {all}{place}"));
        }
    }

    /// A remark for which there is always room.
    fn note(&mut self, note: &str) {
        debug_assert!(note.len() + 8 <= NOTE, "{note}");
        self.text.push_str(&format!("\n… {note}\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_counted() {
        let mut paper = Paper::default();
        paper.section(NOTE + 40);
        paper.list(3, vec!["x".repeat(17); 3]);
        assert_eq!(paper.text(), format!("- {0}\n- {0}\n\n… 1 more of 3\n", "x".repeat(17)));
    }

    #[test]
    fn a_fold_always_ends_and_nothing_exceeds_the_sum() {
        let mut paper = Paper::default();
        for budget in (0..400).step_by(7) {
            paper.section(budget);
            if paper.fold("a < b") {
                while paper.lines("0123456789\n") {}
                paper.left_out(usize::MAX, 1, "mapping", "; `--all` of the text report shows them");
                paper.unfold();
            }
            assert!(paper.text().len() <= paper.allowed);
            assert_eq!(paper.text().matches("<details>").count(), paper.text().matches("</details>").count());
        }
    }
}
