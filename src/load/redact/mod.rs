//! `--redact`: user names, home directories and host names become stand-ins, the same one for the same name in every
//! report, so that reports can be compared and shown around.
//!
//! It is the last step of loading, so that nothing behind it can leak. [`Redactor`] first learns from all names where a
//! path gives a user or host away (`paths`), then replaces what it learned wherever it stands as a word: a thread named
//! `alice-worker` is hidden because a module lies in `/home/alice`.
//!
//! Process arguments are never loaded, but for the first one, which completes a process's name that the kernel cut; with
//! `--redact` the name stays cut.

mod known;
mod paths;
mod snapshot;
mod stand_in;
mod words;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Bound;

use known::POSITION_ONLY;
use paths::{Secret, SecretKind};
use stand_in::StandIns;

pub(super) use snapshot::redact;

/// How to redact.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Redaction {
    /// What makes stand-ins one's own: without it, whoever guesses a name can check the guess.
    pub key: Option<Vec<u8>>,
}

impl fmt::Debug for Redaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redaction").field("has_key", &self.key.is_some()).finish()
    }
}

/// Learns names that are to be hidden, and hides them.
#[derive(Clone, Debug)]
pub struct Redactor {
    stand_ins: StandIns,
    /// Names in lower case that are hidden wherever they stand as a word.
    learned: BTreeMap<Box<str>, SecretKind>,
    /// How many words the longest of them has.
    most_words: usize,
}

/// A name that the kernel may have cut has this many bytes (TASK_COMM_LEN less its NUL).
const CUT_NAME: usize = 15;
/// A cut name ends with at least this much of a name that is to be hidden, else it may be any word.
const CUT_PART: usize = 3;

impl Redactor {
    /// One that knows no name yet.
    pub fn new(redaction: &Redaction) -> Redactor {
        Redactor { stand_ins: StandIns::new(redaction.key.as_deref()), learned: BTreeMap::new(), most_words: 0 }
    }

    /// Learns the users and hosts that a path or a sentence with paths in it gives away.
    pub fn learn(&mut self, text: &str) {
        for secret in paths::find(text) {
            let name = text.get(secret.range.clone()).unwrap_or_default();
            self.keep(name, secret.kind);
            // In a sentence the path may have ended before the next slash; an address may have a user in front.
            let first = name.split_once(' ').map(|(first, _)| first);
            let host = name.rsplit_once('@').map(|(_, host)| host);
            first.into_iter().chain(host).for_each(|part| self.keep(part, secret.kind));
        }
    }

    fn keep(&mut self, name: &str, kind: SecretKind) {
        let core = name.trim_matches(|c: char| !c.is_alphanumeric());
        if stays_in_place(core) {
            return;
        }
        // Part of a message that quotes a name as Rust source does.
        let quoted = core.escape_debug().to_string();
        for form in [core, quoted.as_str()] {
            let count = words::count(form);
            if (1..=words::MOST).contains(&count) {
                self.most_words = self.most_words.max(count);
                let kept = self.learned.entry(form.to_lowercase().into()).or_insert(kind);
                *kept = (*kept).min(kind);
            }
        }
    }

    /// The text with stand-ins for all that is known, and for what its own paths give away.
    pub fn apply(&self, text: &str) -> String {
        let mut hidden = paths::find(text);
        hidden.extend(self.known_in(text));
        hidden.sort_by_key(|secret| (secret.range.start, std::cmp::Reverse(secret.range.end)));
        let mut shown = String::with_capacity(text.len());
        let mut done = 0;
        for secret in hidden {
            // What lies inside of something larger is hidden with it.
            let Some(between) = text.get(done..secret.range.start) else { continue };
            shown.push_str(between);
            let name = text.get(secret.range.clone()).unwrap_or_default();
            shown.push_str(&self.stand_in(name, secret.kind));
            done = secret.range.end;
        }
        shown + text.get(done..).unwrap_or_default()
    }

    /// The same for a name that the kernel may have cut: its last word may be the beginning of a name.
    pub fn apply_cut(&self, name: &str) -> String {
        let shown = self.apply(name);
        if name.len() < CUT_NAME {
            return shown;
        }
        let last = shown.rfind(|c: char| !c.is_alphanumeric()).map_or(0, |at| at + 1);
        let last = (last..=shown.len()).find(|at| shown.is_char_boundary(*at)).unwrap_or(shown.len());
        let (front, word) = shown.split_at(last);
        let begun = word.to_lowercase();
        let from = (Bound::Included(begun.as_str()), Bound::Unbounded);
        let whole = self.learned.range::<str, _>(from).next();
        match whole.filter(|(known, _)| CUT_PART <= word.len() && known.starts_with(&begun)) {
            Some((known, kind)) => format!("{front}{}", self.stand_in(known, *kind)),
            None => shown,
        }
    }

    fn known_in<'t>(&'t self, text: &'t str) -> impl Iterator<Item = Secret> + 't {
        words::longest_known(text, self.most_words, |candidate| self.learned.get(candidate).copied())
            .map(|(range, kind)| Secret { range, kind })
    }

    fn stand_in(&self, name: &str, kind: SecretKind) -> String {
        match stand_in::is_one(name) {
            true => name.to_owned(),
            false => self.stand_ins.of(name, kind),
        }
    }
}

/// Whether a name is hidden only where a path gives it away: elsewhere it is an ordinary word or number.
fn stays_in_place(core: &str) -> bool {
    core.chars().count() < 3
        || core.chars().all(|c| c.is_ascii_digit())
        || stand_in::is_one(core)
        || POSITION_ONLY.iter().any(|word| core.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests;
