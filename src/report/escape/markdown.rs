//! Text for Markdown as GitHub, GitLab and Jira read it. Names go into code, and nothing in a code span can leave it.
//!
//! All three turn `@name`, `#1`, `PROJ-1`, `:word:`, addresses of the web and long hex numbers into links or more after
//! the Markdown has been read, so that a backslash in front does not help. Code is the one place that they leave alone.

use std::fmt::Write;

use super::{Shown, is_harmful};

/// A name in a code span, at most `limit` characters of it, counted after escaping. What could end the span or a table's
/// cell is spelled out as `\u{60}` and `\u{7c}`. An empty name gives nothing.
pub fn code(name: &str, limit: usize) -> String {
    match name.is_empty() {
        true => String::new(),
        false => format!("`{}`", Shown { name, limit: limit.max(8), harms: ends_code }),
    }
}

fn ends_code(c: char) -> bool {
    is_harmful(c) || matches!(c, '`' | '|')
}

/// A sentence in which names may stand, on one line. What stands between two backticks goes into a code span, and so
/// does every other word that could be more than a word.
pub fn prose(text: &str) -> String {
    let mut line = Line::default();
    for (index, part) in text.split('`').enumerate() {
        match index % 2 {
            0 => line.words(part),
            _ => line.add(Piece::Quoted, part),
        }
    }
    line.text
}

/// What a part of a line is.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Piece {
    /// Words and marks that mean nothing to Markdown.
    #[default]
    Plain,
    /// A word in code; the next one joins its span.
    Code,
    /// What the sentence itself puts in code.
    Quoted,
}

/// A line in the making.
#[derive(Default)]
struct Line {
    text: String,
    last: Piece,
    /// Whether a blank comes before the next piece.
    blank: bool,
}

/// Marks that may stand in front of and behind a word.
const BEFORE: [char; 1] = ['('];
const BEHIND: [char; 6] = [',', '.', ';', ':', ')', '?'];

impl Line {
    fn words(&mut self, part: &str) {
        let mut rest = Some(part);
        while let Some(text) = rest {
            let end = end_of_word(text);
            let (word, behind) = text.split_at(end);
            if !word.is_empty() {
                self.word(word);
            }
            rest = behind.strip_prefix(' ');
            self.blank |= rest.is_some();
        }
    }

    fn word(&mut self, word: &str) {
        let (before, rest) = word.split_at(word.len() - word.trim_start_matches(BEFORE).len());
        let mut core = rest.trim_end_matches(BEHIND);
        if let (true, Some(call)) = (opens_call(core), rest.get(..=core.len())) {
            core = if call.ends_with(')') { call } else { core };
        }
        let behind = rest.get(core.len()..).unwrap_or_default();
        self.add(Piece::Plain, before);
        match is_plain(core) {
            true => self.add(Piece::Plain, &plain(core)),
            false => self.add(Piece::Code, core),
        }
        // `1.` and `1)` begin a list where a line begins.
        let digits = !self.text.is_empty() && self.text.bytes().all(|b| b.is_ascii_digit());
        let begins_list = digits && !behind.is_empty();
        self.add(Piece::Plain, if begins_list { "\\" } else { "" });
        self.add(Piece::Plain, behind);
    }

    fn add(&mut self, piece: Piece, text: &str) {
        if text.is_empty() {
            // Two backticks in a row keep apart what stands around them.
            self.blank |= piece == Piece::Quoted;
            return;
        }
        let blank = std::mem::take(&mut self.blank) && !self.text.is_empty();
        let joins = piece == Piece::Code && self.last == Piece::Code && self.text.ends_with('`');
        if joins {
            self.text.pop();
        }
        // Two spans side by side would be one.
        if blank || (!joins && piece != Piece::Plain && self.text.ends_with('`')) {
            self.text.push(' ');
        }
        match piece {
            Piece::Plain => self.text.push_str(text),
            Piece::Quoted => self.text.push_str(&code(text, usize::MAX)),
            Piece::Code => self.text.push_str(code(text, usize::MAX).get(usize::from(joins)..).unwrap_or_default()),
        }
        self.last = piece;
    }
}

/// Characters of the arguments of a call.
const ARGUMENTS: usize = 60;

/// Where a word ends: at a blank, but for those between the brackets of a call, as `malloc(1.50 MiB)`.
fn end_of_word(text: &str) -> usize {
    let blank = text.find(' ').unwrap_or(text.len());
    if !text.get(..blank).is_some_and(opens_call) {
        return blank;
    }
    match text.find(')').filter(|end| (blank..ARGUMENTS).contains(end)) {
        Some(end) => text.get(end..).and_then(|rest| rest.find(' ')).map_or(text.len(), |more| end + more),
        None => blank,
    }
}

/// Whether a word has a bracket in it that is still open.
fn opens_call(word: &str) -> bool {
    let inner = word.trim_start_matches(BEFORE);
    inner.matches('(').count() > inner.matches(')').count()
}

/// Whether a word is nothing but a word: letters with hyphens or an apostrophe between them (`gcore-like`, `dump's`), a
/// number (`65,530`, `98.29`, `64-bit`, `4×`), or a mark that stands alone.
fn is_plain(core: &str) -> bool {
    ["<", ">", "=", "%", "+", "×", "…", "–"].contains(&core) || is_words(core) || is_number(core)
}

/// GitHub takes seven and more hex digits for a commit, Jira capitals with a number for an issue.
fn is_words(core: &str) -> bool {
    let letters = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphabetic());
    let commit = core.len() >= 7 && core.bytes().all(|b| b.is_ascii_hexdigit());
    let core = core.strip_suffix('\'').unwrap_or(core);
    !commit && core.split(['-', '\'']).all(letters)
}

fn is_number(core: &str) -> bool {
    let number = core.trim_end_matches(['×', '%']);
    let number = number.split_once('-').filter(|(_, unit)| is_words(unit)).map_or(number, |(digits, _)| digits);
    let digits = |part: &str| (1..7).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let whole = number.split_once('.').map_or(number, |(whole, fraction)| if digits(fraction) { whole } else { "" });
    whole.split(',').all(digits)
}

/// A mark that stands alone may be one of Markdown's.
fn plain(core: &str) -> String {
    match core {
        "<" | ">" | "=" | "+" => format!("\\{core}"),
        _ => core.to_owned(),
    }
}

/// A block of code with a fence that no run of backticks or tildes in it is as long as. Only for text that has been made
/// harmless by other means; its last line may have an end or none.
pub fn fenced(text: &str, language: &str) -> String {
    let fence = "`".repeat(3.max(longest_run(text) + 1));
    let mut block = String::with_capacity(text.len() + 2 * fence.len() + language.len() + 3);
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    // Writing to a string does not fail.
    let _ = write!(block, "{fence}{language}\n{text}{end}{fence}\n");
    block
}

fn longest_run(text: &str) -> usize {
    let mut longest = 0;
    let mut run = (' ', 0);
    for c in text.chars() {
        run = if c == run.0 { (c, run.1 + 1) } else { (c, 1) };
        if matches!(c, '`' | '~') {
            longest = longest.max(run.1);
        }
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_span_or_cell() {
        assert_eq!(code("libc.so.6", 60), "`libc.so.6`");
        assert_eq!(code("a`b|c\n", 60), r"`a\u{60}b\u{7c}c\u{a}`");
        assert_eq!(code("", 60), "");
        assert_eq!(code("`````", 10).chars().filter(|c| *c == '`').count(), 2);
    }

    #[test]
    fn sentences_keep_their_words() {
        for (text, shown) in [
            ("96 MiB does not fit although 1.32 GiB is free", "96 MiB does not fit although 1.32 GiB is free"),
            ("of 1.32 GiB free: 98.29 % of it lies", "of 1.32 GiB free: 98.29 % of it lies"),
            ("64-bit x86-64 linux, 65,531 mappings", "64-bit `x86-64` linux, 65,531 mappings"),
            ("the dump's map (gcore-like)", "the dump's map (gcore-like)"),
            ("less than (ulimit -v), and more", "less than (ulimit `-v`), and more"),
            ("moved (`ulimit -s unlimited` does it)", "moved (`ulimit -s unlimited` does it)"),
            ("\"a b\" at 0x400000", "`\"a b\"` at `0x400000`"),
            ("< 952 KiB", r"\< 952 KiB"),
            ("?", "?"),
            ("1. no list", r"1\. no list"),
            ("see 0x10 0x20.", "see `0x10 0x20`."),
            ("4×", "4×"),
            ("so malloc(1.50 MiB) is served, and", "so `malloc(1.50 MiB)` is served, and"),
            (
                "call malloc_trim(0), or mallopt(M_ARENA_MAX, 2).",
                "call `malloc_trim(0)`, or `mallopt(M_ARENA_MAX, 2)`.",
            ),
            ("the heaps' own data (see f(a, b))", "the heaps' own data (see `f(a, b)`)"),
            ("f(a b is left open", "`f(a` b is left open"),
        ] {
            assert_eq!(prose(text), shown, "{text}");
        }
    }

    #[test]
    fn what_is_more_than_a_word_is_code() {
        for word in [
            "@user",
            "#123",
            "!7",
            "PROJ-12",
            "a@b.c",
            "www.a.b",
            "http://a",
            "b/c#1",
            "deadbeef",
            "1234567",
            "<b>",
            "&lt;",
            "*a*",
            "_a_",
            "~~a~~",
            "[x](y)",
            "![x](y)",
            "---",
            "===",
            "-",
            "#",
            "$x$",
            "\\",
            "a|b",
            ":tada:",
            "example.com",
            "1.2.3.4",
            "\u{202e}",
            "a\u{1b}",
        ] {
            let shown = prose(&format!("so {word} is"));
            let outside: String = shown.split('`').step_by(2).collect();
            assert!(["so  is", "so ) is", "so ; is", "so : is"].contains(&outside.as_str()), "{shown}");
        }
    }

    #[test]
    fn odd_backticks_are_harmless() {
        assert_eq!(prose("a ` @b"), "a ` @b`");
        assert_eq!(prose("`a``b`"), "`a` `b`");
        assert_eq!(prose("dead``beef"), "dead beef");
    }

    #[test]
    fn a_fence_is_longer_than_what_is_in_it() {
        assert_eq!(fenced("a\n", ""), "```\na\n```\n");
        assert_eq!(fenced("```` ~~~", "sh"), "`````sh\n```` ~~~\n`````\n");
    }
}
