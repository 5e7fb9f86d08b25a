//! Views as JSON.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::Formatter;

use super::escape::is_harmful;

/// Writes a view as one JSON document with a line end. Lists are made while they are written.
///
/// Names are as the dump has them; what could mislead a terminal is written as `\u009b`, which programs read as the
/// same name.
///
/// # Errors
/// Those of `out`.
pub fn write_json(out: &mut dyn Write, view: &impl Serialize) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, Harmless);
    view.serialize(&mut serializer).map_err(io::Error::from)?;
    writeln!(out)
}

/// Compact JSON without a character that could do harm. Control characters below 0x20 are escaped by JSON itself.
struct Harmless;

impl Formatter for Harmless {
    fn write_string_fragment<W: Write + ?Sized>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        if fragment.bytes().all(|b| b < 0x7f) {
            return out.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| is_harmful(*c)) {
            let (before, from) = rest.split_at(at);
            out.write_all(before.as_bytes())?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = from.get(c.len_utf8()..).unwrap_or_default();
        }
        out.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harmful_characters_are_escaped_and_read_back() {
        let name = "\u{1b}[31m\u{9b}31m\u{7f}é\u{202e}fdp\"\u{e0041}.\n";
        let mut out = Vec::new();
        write_json(&mut out, &name).unwrap();
        let text = String::from_utf8(out).unwrap();
        let body = text.strip_suffix('\n').unwrap();
        assert!(!body.chars().any(is_harmful), "{body}");
        assert!(body.contains(r"\u009b31m\u007fé\u202e") && body.contains(r"\udb40\udc41"), "{body}");
        assert_eq!(serde_json::from_str::<String>(body).unwrap(), name);
    }
}
