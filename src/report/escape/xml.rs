//! Text for XML 1.0.

use std::borrow::Cow;

use super::{Shown, is_harmful};

/// Text between two tags or in an attribute, at most `limit` characters of it before `&lt;` and its like are written: no
/// mark in it ends what it stands in. Characters that XML 1.0 cannot hold in any way are spelled out as `\u{1b}`, as in
/// other reports.
pub fn text(text: &str, limit: usize) -> String {
    let shown = Shown { name: text, limit: limit.max(8), harms }.to_string();
    let marks = |c| matches!(c, '&' | '<' | '>' | '"' | '\'');
    let mut escaped = String::with_capacity(shown.len());
    for part in shown.split_inclusive(marks) {
        let mark = part.chars().next_back().filter(|c| marks(*c));
        escaped.push_str(mark.map_or(part, |mark| part.strip_suffix(mark).unwrap_or_default()));
        escaped.push_str(&mark.map_or(Cow::Borrowed(""), |mark| format!("&#{};", u32::from(mark)).into()));
    }
    escaped
}

fn harms(c: char) -> bool {
    is_harmful(c) || matches!(c, '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_mark_ends_an_attribute_and_no_character_is_forbidden() {
        assert_eq!(text("libc.so.6 (deleted)", 60), "libc.so.6 (deleted)");
        assert_eq!(text("a<b>&\"'", 60), "a&#60;b&#62;&#38;&#34;&#39;");
        assert_eq!(text("]]>\u{0}\u{1b}\n\u{ffff}é", 60), r"]]&#62;\u{0}\u{1b}\u{a}\u{ffff}é");
        assert_eq!(text(&"<".repeat(100), 9).matches("&#60;").count(), 8);
    }
}
