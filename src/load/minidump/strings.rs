//! Strings in a minidump. They are untrusted and bounded.

use super::file::DumpFile;

/// Longest string taken, in bytes: a Windows path has at most 32,767 UTF-16 units.
const LONGEST: u64 = 1 << 16;
/// Enough for almost all strings, so that one read gets length and text.
const USUAL: u64 = 516;

/// MINIDUMP_STRING (minidumpapiset.h) at `offset`: length in bytes (4 bytes), then UTF-16. Unpaired surrogates are
/// replaced; the text ends at the first NUL. `None` if it is empty or not in the file.
pub(super) fn utf16(file: DumpFile<'_>, offset: u64) -> Option<String> {
    let bytes = counted(file, offset)?;
    let mut reader = file.reader(&bytes);
    let units = std::iter::from_fn(|| reader.u16()).take_while(|unit| *unit != 0);
    let text: String = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    (!text.is_empty()).then_some(text)
}

/// MinidumpUTF8String or MinidumpByteArray (crashpad minidump_extensions.h) at `offset`: length in bytes (4 bytes),
/// then UTF-8. `None` if it is empty or not in the file.
pub(super) fn utf8(file: DumpFile<'_>, offset: u64) -> Option<String> {
    let bytes = counted(file, offset)?;
    let text = bytes.split(|b| *b == 0).next().unwrap_or_default();
    (!text.is_empty()).then(|| String::from_utf8_lossy(text).into_owned())
}

/// The bytes behind a length: as many as are there, up to a limit.
fn counted(file: DumpFile<'_>, offset: u64) -> Option<Vec<u8>> {
    if offset == 0 {
        return None;
    }
    let mut bytes = file.up_to(offset, USUAL);
    let len = u64::from(file.reader(&bytes).u32()?).min(LONGEST);
    if len + 4 > USUAL {
        bytes = file.up_to(offset, len + 4);
    }
    bytes.truncate(usize::try_from(len + 4).ok()?);
    bytes.drain(..4.min(bytes.len()));
    Some(bytes)
}

/// The last part of a path of either system.
pub(super) fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}
