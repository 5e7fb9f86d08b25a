//! One line of /proc/PID/maps, as `proc_pid_maps(5)` describes it.

use crate::addr::{Addr, AddrRange};
use crate::model::Protection;

/// A mapping as one line has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MapsLine<'a> {
    /// Where.
    pub range: AddrRange,
    /// Access rights and whether it is shared.
    pub protection: Protection,
    /// Offset in the file, in bytes.
    pub offset: u64,
    /// Path, a name in brackets, or empty. ` (deleted)` is part of it.
    pub path: &'a str,
}

/// Reads a line such as `f7d08000-f7d2a000 r--p 00000000 fe:00 1234   /usr/lib32/libc.so.6`.
///
/// Returns `None` if it is not such a line, or its range is empty. The path may hold spaces and may be missing,
/// with or without the blank before it (Breakpad's copies have lost it).
pub fn parse(line: &str) -> Option<MapsLine<'_>> {
    let (range, rest) = word(line)?;
    let (permissions, rest) = word(rest)?;
    let (offset, rest) = word(rest)?;
    let (_device, rest) = word(rest)?;
    let (inode, rest) = word(rest)?;
    inode.parse::<u64>().ok()?;
    Some(MapsLine {
        range: parse_range(range)?,
        protection: parse_permissions(permissions)?,
        offset: u64::from_str_radix(offset, 16).ok()?,
        path: rest.trim(),
    })
}

/// Whether the line is one of a mapping that begins where it ends: Linux before 4.13 lists a stack whose guard page has
/// eaten it up so (`be1ff000-be1ff000 ---p …`, Android 4.4 in a Firefox dump).
pub fn is_empty_mapping(line: &str) -> bool {
    let limits = word(line).and_then(|(range, _)| range.split_once('-'));
    limits.is_some_and(|(start, end)| start == end && u64::from_str_radix(start, 16).is_ok())
}

fn word(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start_matches([' ', '\t']);
    let end = text.find([' ', '\t']).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    (!word.is_empty()).then_some((word, rest))
}

fn parse_range(text: &str) -> Option<AddrRange> {
    let (start, end) = text.split_once('-')?;
    let hex = |t: &str| u64::from_str_radix(t, 16).ok().map(Addr);
    AddrRange::new(hex(start)?, hex(end)?)
}

/// Reads `r-xp`: read, write, execute, and whether it is shared. `None` if it is anything else.
pub fn parse_permissions(text: &str) -> Option<Protection> {
    let &[r, w, x, s] = text.as_bytes() else { return None };
    let flag = |letter: u8, wanted: u8, protection: Protection| match letter {
        b'-' => Some(Protection::NONE),
        l if l == wanted => Some(protection),
        _ => None,
    };
    let shared = match s {
        b's' | b'S' => Protection::SHARED,
        b'p' => Protection::NONE,
        _ => return None,
    };
    Some(
        flag(r, b'r', Protection::READ)?
            .with(flag(w, b'w', Protection::WRITE)?)
            .with(flag(x, b'x', Protection::EXECUTE)?)
            .with(shared),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_line_with_a_path() {
        let line = parse("f7d08000-f7d2a000 r-xp 0001f000 fe:00 1234   /usr/lib32/my lib.so (deleted)").unwrap();
        assert_eq!(line.range.start(), Addr(0xf7d0_8000));
        assert_eq!(line.offset, 0x1f000);
        assert_eq!(line.path, "/usr/lib32/my lib.so (deleted)");
        assert_eq!(line.protection.letters(), "r-x");
    }

    #[test]
    fn reads_an_anonymous_line_without_trailing_blank() {
        let line = parse("00010000-00020000 ---s 00000000 00:00 0").unwrap();
        assert_eq!(line.path, "");
        assert!(line.protection.is_no_access() && line.protection.has(Protection::SHARED));
    }

    #[test]
    fn knows_empty_mappings() {
        assert!(is_empty_mapping("be1ff000-be1ff000 ---p 00000000 00:00 0 "));
        assert!(!is_empty_mapping("be1ff000-be200000 ---p 00000000 00:00 0 "));
        assert!(!is_empty_mapping("x-x"));
    }

    #[test]
    fn refuses_what_is_no_line() {
        for text in ["", "Rss: 4 kB", "00020000-00010000 rw-p 0 0:0 0", "1-2 rwzp 0 0:0 0", "1-2 rw-p 0 0:0 x", "x-y"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
