//! Names from dumps are untrusted: whoever made the dump chose them. This is the one place that makes them harmless
//! for a terminal or a ticket.

pub mod markdown;
pub mod xml;

use std::fmt;

/// A name as it may be shown: nothing in it can move the cursor, start an escape sequence, end a line or turn the
/// direction of writing. What could is written as `\u{1b}`. A name that is longer than the limit is cut in the middle,
/// for both its folder and its end tell something.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    name: &'a str,
    limit: usize,
    /// What is spelled out: what harms everywhere, and what harms in one format.
    harms: fn(char) -> bool,
}

/// Shows a name whole, however long.
pub fn shown(name: &str) -> Shown<'_> {
    Shown { name, limit: usize::MAX, harms: is_harmful }
}

/// Shows at most `limit` characters of a name, counted after escaping; a limit below 8 counts as 8.
pub fn shortened(name: &str, limit: usize) -> Shown<'_> {
    Shown { name, limit: limit.max(8), harms: is_harmful }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let harmless = !self.name.chars().any(self.harms);
        if harmless && self.name.len() <= self.limit {
            return f.pad(self.name);
        }
        let pieces = self.pieces();
        let length: usize = pieces.iter().map(|p| p.chars().count()).sum();
        if length <= self.limit {
            return f.pad(&pieces.concat());
        }
        let room = self.limit - 1;
        let tail = fitting(pieces.iter().rev(), room - room / 2);
        let head = fitting(pieces.iter(), room / 2);
        let tail_from = pieces.len() - tail;
        let middle =
            [pieces.get(..head).unwrap_or_default().concat(), pieces.get(tail_from..).unwrap_or_default().concat()];
        f.pad(&middle.join("…"))
    }
}

impl Shown<'_> {
    /// The characters as they are shown; of a very long name those of its ends, which are all that can be.
    fn pieces(&self) -> Vec<String> {
        let chars = || self.name.chars();
        if self.name.len() / 8 <= self.limit || chars().nth(self.limit.saturating_mul(2)).is_none() {
            return chars().map(|c| self.escaped(c)).collect();
        }
        let mut tail: Vec<char> = chars().rev().take(self.limit).collect();
        tail.reverse();
        chars().take(self.limit).chain(tail).map(|c| self.escaped(c)).collect()
    }

    fn escaped(&self, c: char) -> String {
        if (self.harms)(c) { c.escape_unicode().to_string() } else { c.to_string() }
    }
}

/// How many pieces fit into `room` characters.
fn fitting<'a>(pieces: impl Iterator<Item = &'a String>, room: usize) -> usize {
    let lengths = pieces.map(|p| p.chars().count());
    lengths
        .scan(0, |sum, length| {
            *sum += length;
            (*sum <= room).then_some(())
        })
        .count()
}

/// Control characters (C0, DEL, C1), line and paragraph separators, marks that turn the direction of writing,
/// characters without width that make two names look alike, and the replacement of bytes that were no UTF-8.
pub(super) fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names_stay_as_they_are() {
        assert_eq!(shown("/usr/lib/libc.so.6 (deleted)").to_string(), "/usr/lib/libc.so.6 (deleted)");
        assert_eq!(shown("библиотека.dll").to_string(), "библиотека.dll");
        assert_eq!(format!("{:<6}|", shown("a")), "a     |");
    }

    #[test]
    fn terminal_escapes_and_line_ends_are_spelled_out() {
        assert_eq!(shown("a\x1b]0;x\x07b\r\n").to_string(), r"a\u{1b}]0;x\u{7}b\u{d}\u{a}");
        assert_eq!(shown("x\u{9b}31m").to_string(), r"x\u{9b}31m");
    }

    #[test]
    fn direction_marks_are_spelled_out() {
        assert_eq!(shown("exe\u{202e}fdp.").to_string(), r"exe\u{202e}fdp.");
        assert_eq!(shown("a\u{200b}b").to_string(), r"a\u{200b}b");
    }

    // Unicode's Default_Ignorable_Code_Point: nothing is drawn for these.
    #[test]
    fn characters_that_nobody_sees_are_spelled_out() {
        let unseen = "\u{ad}\u{34f}\u{115f}\u{1160}\u{17b4}\u{180b}\u{3164}\u{fe0f}\u{ffa0}\u{1d173}\u{e0100}\u{e01ef}";
        for c in unseen.chars() {
            assert_eq!(shown(&format!("kernel{c}32")).to_string(), format!("kernel{}32", c.escape_unicode()));
        }
    }

    #[test]
    fn of_a_very_long_name_both_ends_are_shown() {
        let name = format!("a{}\u{1b}{}z", "b".repeat(5000), "y".repeat(5000));
        assert_eq!(shortened(&name, 9).to_string(), "abbb…yyyz");
        assert_eq!(shortened(&"\u{1b}".repeat(5000), 20).to_string(), r"\u{1b}…\u{1b}");
    }

    #[test]
    fn long_names_are_cut_in_the_middle_and_never_inside_an_escape() {
        let text = shortened("/usr/lib/i386-linux-gnu/libstdc++.so.6.0.30", 21).to_string();
        assert_eq!(text, "/usr/lib/i…++.so.6.0.30".replace("++.so.6.0.30", ".so.6.0.30"));
        for limit in 0..40 {
            let cut = shortened("aaaa\u{1b}bbbb\u{1b}cccc\u{202e}dddd", limit).to_string();
            assert!(cut.chars().count() <= limit.max(8), "{cut}");
            assert_eq!(cut.matches(r"\u{").count(), cut.matches('}').count(), "{cut}");
        }
    }
}
