//! The `.extra` file that Firefox-like reporters leave beside a dump: one JSON object of annotations. It comes from
//! wherever the dump comes from, so it is read as carefully.

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::annotations::{Annotations, KEYS};
use crate::diag::Diagnostics;

/// Largest file that is read, in bytes; Firefox's have up to some 300 KB.
pub(in crate::load) const LARGEST: u64 = 8 << 20;

/// Where annotations may be that belong to a minidump.
#[derive(Clone, Copy, Debug)]
pub enum Extra<'a> {
    /// Nowhere.
    Nowhere,
    /// In the `.extra` file beside this one.
    Beside(&'a Path),
    /// Here: the text of an `.extra` file.
    Text(&'a [u8]),
}

/// Takes the annotations, if there are any. A file that cannot be read is reported.
pub(super) fn read(extra: Extra<'_>, found: &mut Annotations, diagnostics: &mut Diagnostics) {
    let text = match extra {
        Extra::Nowhere => None,
        Extra::Beside(path) => beside(path).and_then(|extra| contents(&extra)).map(Cow::Owned),
        Extra::Text(text) => Some(Cow::Borrowed(text)),
    };
    let Some(text) = text else { return };
    if text.len() as u64 > LARGEST {
        diagnostics.warn("bad-extra", "the .extra file beside the dump is larger than 8 MiB and was not read", None);
        return;
    }
    if let Err(error) = parse(&text, found) {
        // The parser's own words would quote what is in the file.
        let place = format!("line {}, column {}", error.line(), error.column());
        let message = format!("the .extra file beside the dump is no JSON object of annotations ({place})");
        diagnostics.warn("bad-extra", message, None);
    }
}

/// `crash.extra` for `crash.dmp`, and for `crash.dmp.zst`.
pub(in crate::load) fn beside(path: &Path) -> Option<PathBuf> {
    let stem = path.file_stem()?;
    let inner = Path::new(stem);
    let is_dump = inner.extension().is_some_and(|e| ["dmp", "mdmp"].iter().any(|known| e.eq_ignore_ascii_case(known)));
    let stem = if is_dump { inner.file_stem()? } else { stem };
    let mut name = stem.to_owned();
    name.push(".extra");
    Some(path.with_file_name(name))
}

/// Up to one byte more than the limit, of a plain file only: a pipe would block.
fn contents(path: &Path) -> Option<Vec<u8>> {
    if !std::fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut text = Vec::new();
    File::open(path).ok()?.take(LARGEST + 1).read_to_end(&mut text).ok()?;
    Some(text)
}

fn parse(text: &[u8], found: &mut Annotations) -> Result<(), serde_json::Error> {
    let mut json = serde_json::Deserializer::from_slice(text);
    json.deserialize_map(Object(found))?;
    json.end()
}

/// Visits the object's members without keeping any but the numbers looked for.
struct Object<'a>(&'a mut Annotations);

impl<'de> Visitor<'de> for Object<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if !KEYS.contains(&key.as_str()) {
                map.next_value::<IgnoredAny>()?;
            } else if let Some(text) = map.next_value_seed(Number)? {
                self.0.take(&key, &text);
            }
        }
        Ok(())
    }
}

/// A number, or a string that may hold one, as text; anything else is nothing.
struct Number;

impl<'de> DeserializeSeed<'de> for Number {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Option<String>, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Number {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_u64<E>(self, value: u64) -> Result<Option<String>, E> {
        Ok(Some(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Option<String>, E> {
        Ok(Some(value.chars().take(32).collect()))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Option<String>, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Option<String>, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Option<String>, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Option<String>, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Option<String>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<String>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_numbers_and_strings_of_numbers() {
        let mut found = Annotations::default();
        let text = br#"{"OOMAllocationSize":"1048576","TotalVirtualMemory":4294836224,"Other":{"a":[1]},
            "BreakpadReserveAddress":[1,{}],"AvailableVirtualMemory":"x","BreakpadReserveSize":-1}"#;
        parse(text, &mut found).unwrap();
        assert_eq!(found.oom_allocation_size, Some(1_048_576));
        assert_eq!(found.total_virtual, Some(4_294_836_224));
        assert_eq!((found.reserve_address, found.reserve_size, found.available_virtual), (None, None, None));
    }

    #[test]
    fn deep_nesting_is_an_error_not_a_crash() {
        let text = [b"{\"a\":".as_slice(), &vec![b'['; 100_000]].concat();
        assert!(parse(&text, &mut Annotations::default()).is_err());
    }

    #[test]
    fn lies_beside_packed_dumps_too() {
        assert_eq!(beside(Path::new("/d/a.dmp")), Some("/d/a.extra".into()));
        assert_eq!(beside(Path::new("/d/a.dmp.zst")), Some("/d/a.extra".into()));
        assert_eq!(beside(Path::new("/d/a.b.dmp")), Some("/d/a.b.extra".into()));
    }
}
