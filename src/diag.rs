//! What was missing, overlapping, guessed, clipped: facts about the reading that every format shows.

/// How much a diagnostic matters to whoever relies on the report.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Severity {
    /// Worth knowing; no figure depends on it.
    Info,
    /// Something was lost or assumed, and figures may depend on it.
    Warning,
}

/// Where in the dump a diagnostic arose.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Place {
    /// A byte position in the (decompressed) file.
    Offset(crate::addr::FileOffset),
    /// An address of the process.
    Address(crate::addr::Addr),
    /// A line of a text input, counted from 1.
    Line(u64),
}

/// One fact about how the dump was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// A stable word for programs, such as `truncated`, `overlap`, `assumed-ceiling`.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// One sentence for people.
    pub message: String,
    /// Where, if it is at one place.
    pub at: Option<Place>,
}

/// The diagnostics of one dump, bounded in number: hostile input repeats itself.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    repeats: Vec<(&'static str, u64)>,
}

/// How many diagnostics of one code are kept in full; the rest are counted.
pub const KEPT_PER_CODE: usize = 8;

impl Diagnostics {
    /// Adds a warning.
    pub fn warn(&mut self, code: &'static str, message: impl Into<String>, at: Option<Place>) {
        self.push(Diagnostic { code, severity: Severity::Warning, message: message.into(), at });
    }

    /// Adds a remark.
    pub fn info(&mut self, code: &'static str, message: impl Into<String>, at: Option<Place>) {
        self.push(Diagnostic { code, severity: Severity::Info, message: message.into(), at });
    }

    /// Adds one; the ninth and later of the same code are only counted.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let same = self.list.iter().filter(|d| d.code == diagnostic.code).count();
        if same < KEPT_PER_CODE {
            self.list.push(diagnostic);
        } else {
            self.count_repeat(diagnostic.code, 1);
        }
    }

    /// Adds all of `other`.
    pub fn extend(&mut self, other: Diagnostics) {
        for diagnostic in other.list {
            self.push(diagnostic);
        }
        for (code, times) in other.repeats {
            self.count_repeat(code, times);
        }
    }

    fn count_repeat(&mut self, code: &'static str, times: u64) {
        match self.repeats.iter_mut().find(|(c, _)| *c == code) {
            Some((_, n)) => *n += times,
            None => self.repeats.push((code, times)),
        }
    }

    /// Replaces every message.
    pub fn rewrite(&mut self, new: impl Fn(&str) -> String) {
        self.list.iter_mut().for_each(|diagnostic| diagnostic.message = new(&diagnostic.message));
    }

    /// Whether any was added with this code.
    pub fn has(&self, code: &str) -> bool {
        self.list.iter().any(|d| d.code == code)
    }

    /// The list, in order of arrival, closed by one line for each code that had more than were kept.
    pub fn to_vec(&self) -> Vec<Diagnostic> {
        let counted = self.repeats.iter().map(|(code, times)| Diagnostic {
            code,
            severity: Severity::Info,
            message: format!("{times} more of the kind `{code}` were left out of this list"),
            at: None,
        });
        self.list.iter().cloned().chain(counted).collect()
    }
}
