//! How far the input reaches, and what of the core's contents is missing behind that.

use super::shape::Shape;
use crate::addr::{AddrRange, FileOffset};
use crate::diag::Place;
use crate::load::Input;
use crate::load::facts::Facts;
use crate::model::Captured;

/// Cuts the captured memory to what can be read, and says what is missing and why.
pub(super) fn settle(input: &Input<'_>, shape: &Shape, deep: bool, facts: &mut Facts) {
    if deep && input.len().is_none() {
        // One pass over the stream shows where it ends.
        let _ = input.read_available(FileOffset(shape.contents_end.saturating_sub(1)), 1);
    }
    report_damage(input, facts);
    // Of a stream whose end is not known, nothing is missing yet: it is only not unpacked.
    if let Some(len) = input.len() {
        let missing = clip(&mut facts.memory, len);
        report_missing(&missing, len, shape.contents_end, facts);
    }
}

/// What was cut off.
#[derive(Default)]
struct Missing {
    ranges: u64,
    bytes: u64,
    first: Option<AddrRange>,
}

/// Cuts each range where the file ends.
fn clip(memory: &mut Vec<Captured>, end: u64) -> Missing {
    let mut missing = Missing::default();
    memory.retain_mut(|captured| {
        let there = end.saturating_sub(captured.offset.0);
        let size = captured.range.size();
        if there >= size {
            return true;
        }
        missing.ranges += 1;
        missing.bytes = missing.bytes.saturating_add(size - there);
        missing.first.get_or_insert(captured.range);
        let left = AddrRange::from_size(captured.range.start(), there);
        *captured = Captured { range: left.unwrap_or(captured.range), ..*captured };
        left.is_some()
    });
    missing
}

fn report_missing(missing: &Missing, len: u64, promised: u64, facts: &mut Facts) {
    let Some(first) = missing.first else { return };
    facts.truncated = true;
    let message = format!(
        "the file ends at offset {len:#x}, and its headers promise contents up to {promised:#x}: {} bytes of memory \
         are missing, in {} of the mappings, the first of them {first}; the map itself does not depend on them",
        missing.bytes, missing.ranges
    );
    facts.diagnostics.warn("truncated", message, Some(Place::Offset(FileOffset(len))));
}

fn report_damage(input: &Input<'_>, facts: &mut Facts) {
    if let Some(reason) = input.ended_early() {
        facts.truncated = true;
        facts.diagnostics.warn("truncated", format!("the compressed data ends before its end: {reason}"), None);
    }
}
