//! Headings, paragraphs and wrapped sentences on a page of 100 columns.

use std::io::{self, Write};
use std::iter;

use anstyle::{AnsiColor, Style};

/// Columns that no line exceeds.
pub const WIDTH: usize = 100;

/// What stays on the line of its number.
const UNITS: [&str; 8] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "%"];

const HEADING: Style = Style::new().bold();
const STRONG: Style = AnsiColor::Yellow.on_default().bold();

/// Where text goes, and how it looks.
pub struct Page<'w> {
    out: &'w mut dyn Write,
    color: bool,
    width: usize,
}

impl<'w> Page<'w> {
    /// A page that writes to `out`, with terminal colours or without.
    pub fn new(out: &'w mut dyn Write, color: bool) -> Page<'w> {
        Page { out, color, width: WIDTH }
    }

    /// The same with another number of columns.
    pub fn wide(out: &'w mut dyn Write, color: bool, width: usize) -> Page<'w> {
        Page { out, color, width }
    }

    /// Where the text goes, for what is no text.
    pub fn out(&mut self) -> &mut dyn Write {
        self.out
    }

    /// One line as it is.
    pub fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{}", text.trim_end())
    }

    /// The line that must not be missed, wrapped.
    pub fn strong(&mut self, text: &str) -> io::Result<()> {
        self.styled(STRONG, &wrap(text, self.width))
    }

    /// An empty line and a section's title, with a remark on what the section shows.
    pub fn heading(&mut self, title: &str, remark: &str) -> io::Result<()> {
        writeln!(self.out)?;
        if !self.color {
            return self.line(&format!("{title}  {remark}"));
        }
        let (on, off) = (HEADING.render(), HEADING.render_reset());
        self.line(&format!("{on}{title}{off}  {remark}"))
    }

    /// A sentence with `lead` in front; its further lines are indented as far as the lead is long.
    pub fn item(&mut self, lead: &str, text: &str) -> io::Result<()> {
        let indent = lead.chars().count();
        for (i, line) in wrap(text, self.width.saturating_sub(indent)).iter().enumerate() {
            let before = if i == 0 { lead } else { "" };
            self.line(&format!("{before:indent$}{line}"))?;
        }
        Ok(())
    }

    fn styled(&mut self, style: Style, lines: &[String]) -> io::Result<()> {
        for line in lines {
            match self.color {
                true => self.line(&format!("{}{line}{}", style.render(), style.render_reset()))?,
                false => self.line(line)?,
            }
        }
        Ok(())
    }
}

/// Breaks a text at blanks into lines of at most `width` characters, and a longer word, which only names are, wherever
/// the line ends. A number keeps its unit.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let words = with_units(text);
    for word in words.iter().flat_map(|word| parts(word, width.max(1))) {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// The words of a text; a number and its unit are one.
fn with_units(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let is_unit = UNITS.contains(&word.trim_end_matches(|c: char| c.is_ascii_punctuation() && c != '%'));
        let number = words.last_mut().filter(|last| is_unit && last.ends_with(|c: char| c.is_ascii_digit()));
        match number {
            Some(number) => *number = format!("{number} {word}"),
            None => words.push(word.to_owned()),
        }
    }
    words
}

/// A word in parts of `width` characters.
fn parts(word: &str, width: usize) -> impl Iterator<Item = &str> {
    let mut rest = word;
    iter::from_fn(move || {
        let end = rest.char_indices().nth(width).map_or(rest.len(), |(at, _)| at);
        let (part, more) = rest.split_at(end);
        rest = more;
        Some(part).filter(|p| !p.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wraps_at_blanks_and_breaks_only_what_is_longer_than_a_line() {
        assert_eq!(wrap("aa bb cc", 5), ["aa bb", "cc"]);
        assert_eq!(wrap("aaaaaaaa b", 5), ["aaaaa", "aaa b"]);
        assert_eq!(wrap("x ééééééé", 3), ["x", "ééé", "ééé", "é"]);
        assert!(wrap("", 5).is_empty());
        assert_eq!(wrap("of 12 KiB, in all", 6), ["of", "12 KiB", ", in", "all"]);
        assert_eq!(wrap("free: 12.5 % of it", 10), ["free:", "12.5 % of", "it"]);
    }

    #[test]
    fn an_item_is_indented_by_its_lead() {
        let mut out = Vec::new();
        let text = "word ".repeat(30);
        Page::new(&mut out, false).item("  - ", &text).unwrap();
        let shown = String::from_utf8(out).unwrap();
        assert!(shown.lines().all(|l| l.len() <= WIDTH));
        assert_eq!(shown.lines().nth(1).unwrap().find('w'), Some(4));
    }
}
