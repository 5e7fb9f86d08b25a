//! Where known names stand as whole words.

use std::ops::Range;

/// A known name has at most this many words; a longer one is hidden in paths only.
pub(super) const MOST: usize = 8;

/// The number of words in a name: runs of letters and digits.
pub(super) fn count(name: &str) -> usize {
    ranges(name).count()
}

/// Runs of letters and digits.
fn ranges(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut from = 0;
    std::iter::from_fn(move || {
        let rest = text.get(from..)?;
        let start = from + rest.find(char::is_alphanumeric)?;
        let run = text.get(start..)?;
        let end = start + run.find(|c: char| !c.is_alphanumeric()).unwrap_or(run.len());
        from = end;
        Some(start..end)
    })
}

/// Known names in a text, from one word to `most` words long, the longest first where several begin at one place. `known`
/// is asked in lower case.
pub(super) fn longest_known<'t, T: 't>(
    text: &'t str,
    most: usize,
    known: impl Fn(&str) -> Option<T> + 't,
) -> impl Iterator<Item = (Range<usize>, T)> + 't {
    let words: Vec<Range<usize>> = if most == 0 { Vec::new() } else { ranges(text).collect() };
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < words.len() {
            let begun = words.get(at..).unwrap_or_default();
            at += 1;
            let found = (1..=most.min(begun.len())).rev().find_map(|count| {
                let range = begun.first()?.start..begun.get(count - 1)?.end;
                let value = known(&text.get(range.clone())?.to_lowercase())?;
                Some((count, range, value))
            });
            if let Some((count, range, value)) = found {
                at += count - 1;
                return Some((range, value));
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'t>(text: &'t str, names: &[&str]) -> Vec<&'t str> {
        let known = |candidate: &str| names.contains(&candidate).then_some(());
        longest_known(text, MOST, known).map(|(range, ())| &text[range]).collect()
    }

    #[test]
    fn whole_words_only() {
        assert_eq!(found("alice-worker Alice_2 malice alice2", &["alice"]), ["alice", "Alice"]);
        assert_eq!(found("x (b c d)", &["b", "b c"]), ["b c"]);
        assert_eq!(found("nas01.corp.example", &["nas01", "nas01.corp.example"]), ["nas01.corp.example"]);
        assert_eq!(found("größe Größe", &["größe"]), ["größe", "Größe"]);
    }
}
