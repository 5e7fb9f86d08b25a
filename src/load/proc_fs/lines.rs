//! Lines of an input in blocks, so that memory use does not depend on its length.

use std::ops::Range;

use crate::addr::FileOffset;
use crate::load::Input;

const BLOCK: u64 = 1 << 20;
/// A longer line is no line of a map; what was read of it is passed on once and the rest is dropped.
const LONGEST_LINE: usize = 1 << 16;

/// Calls `take` with each line of `range` (offsets in the input), without its end. Bytes that are no UTF-8 are replaced.
/// Returns how many bytes of the range there were.
pub fn for_each(input: &Input<'_>, range: Range<u64>, mut take: impl FnMut(&str)) -> u64 {
    let mut offset = range.start;
    let mut carry: Vec<u8> = Vec::new();
    loop {
        let block = input.read_available(FileOffset(offset), BLOCK.min(range.end.saturating_sub(offset)));
        if block.is_empty() {
            break;
        }
        offset += block.len() as u64;
        let mut parts = block.split(|b| *b == b'\n').peekable();
        while let Some(part) = parts.next() {
            let room = LONGEST_LINE.saturating_sub(carry.len()).min(part.len());
            carry.extend_from_slice(part.get(..room).unwrap_or_default());
            if parts.peek().is_some() {
                take(&String::from_utf8_lossy(&carry));
                carry.clear();
            }
        }
    }
    if !carry.is_empty() {
        take(&String::from_utf8_lossy(&carry));
    }
    offset - range.start
}
