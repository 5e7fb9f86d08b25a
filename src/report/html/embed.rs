//! Data inside the page: JSON that cannot end its script element, and the packed report.

use std::io::{self, BufWriter, Write};

use base64::engine::general_purpose::{GeneralPurpose, STANDARD};
use base64::write::EncoderStringWriter;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;
use serde_json::ser::Formatter;

use crate::report::escape::is_harmful;
use crate::report::{Context, Report, write_json};

/// Packed reports above this many bytes are left out: browsers open no such page.
const LARGEST: u64 = 24 << 20;
const BUFFER: usize = 64 << 10;

/// JSON for a script element: `<`, `>`, `&`, the line separators and what could mislead who looks at the source are
/// written as `\u003c`, so that no name in it can end the element, open a comment, or end a line of script.
pub(super) fn json(value: &impl Serialize) -> String {
    let mut out = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, ForScript);
    // Writing to memory fails for no value that the page has: no maps with other keys than text.
    let written = value.serialize(&mut serializer);
    debug_assert!(written.is_ok());
    String::from_utf8(out).unwrap_or_default()
}

struct ForScript;

impl Formatter for ForScript {
    fn write_string_fragment<W: Write + ?Sized>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        for part in fragment.split_inclusive(is_special) {
            let last = part.chars().next_back().filter(|c| is_special(*c));
            let plain = part.len() - last.map_or(0, char::len_utf8);
            out.write_all(part.get(..plain).unwrap_or_default().as_bytes())?;
            for unit in last.iter().flat_map(|c| c.encode_utf16(&mut [0; 2]).to_vec()) {
                write!(out, "\\u{unit:04x}")?;
            }
        }
        Ok(())
    }
}

fn is_special(c: char) -> bool {
    matches!(c, '<' | '>' | '&') || is_harmful(c)
}

/// The bytes of `--format json`, packed with gzip and written in base64; `None` if that is too much for a page.
pub(super) fn packed_report(cx: Context<'_>) -> Option<String> {
    let bounded = Bounded { to: EncoderStringWriter::new(&STANDARD), left: LARGEST };
    // The packer clears its buffer for every write, and JSON is written word by word.
    let mut packer = BufWriter::with_capacity(BUFFER, GzEncoder::new(bounded, Compression::default()));
    write_json(&mut packer, &Report::new(cx)).ok()?;
    let bounded = packer.into_inner().ok()?.finish().ok()?;
    Some(bounded.to.into_inner())
}

/// Refuses what is above its bound.
struct Bounded {
    to: EncoderStringWriter<'static, GeneralPurpose, String>,
    left: u64,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // The encoder takes less than it is given; what it leaves comes again.
        let written = self.to.write(bytes)?;
        let left = self.left.checked_sub(written as u64);
        self.left = left.ok_or_else(|| io::Error::from(io::ErrorKind::FileTooLarge))?;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_cannot_end_its_element_and_reads_back() {
        let name = "</script><script>\u{2028}]]><!-- & é \u{e0041}\u{202e} \"\\";
        let text = json(&name);
        assert!(!text.contains(['<', '>', '&', '\u{2028}', '\u{202e}', '\u{e0041}']), "{text}");
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), name);
    }

    // An encoder that takes a part at a time was once charged for the whole each time, and large reports were left out.
    #[test]
    fn what_is_below_the_bound_is_taken() {
        let mut bounded = Bounded { to: EncoderStringWriter::new(&STANDARD), left: 100_000 };
        assert!(bounded.write_all(&[7; 100_000]).is_ok());
        assert_eq!(bounded.to.into_inner().len(), 133_336);
    }

    #[test]
    fn more_than_the_bound_is_refused() {
        let mut bounded = Bounded { to: EncoderStringWriter::new(&STANDARD), left: 5 };
        assert!(bounded.write_all(b"four").is_ok());
        assert!(bounded.write_all(b"four").is_err());
    }
}
