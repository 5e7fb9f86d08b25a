//! How far the input reaches, and what of the core's contents is missing behind that.

use super::shape::Shape;
use crate::addr::{AddrRange, FileOffset};
use crate::diag::Place;
use crate::load::facts::Facts;
use crate::load::{Input, PREFIX_LIMIT};
use crate::model::Captured;

/// The first file offset that is not read: the prefix limit for a stream without `--deep`, whose end is not known
/// before it has been unpacked.
pub(super) fn reach(input: &Input<'_>, deep: bool) -> u64 {
    match input.len() {
        None if !deep => PREFIX_LIMIT,
        _ => u64::MAX,
    }
}

/// Cuts the captured memory to what can be read, and says what is missing and why.
pub(super) fn settle(input: &Input<'_>, shape: &Shape, deep: bool, facts: &mut Facts) {
    if deep && input.len().is_none() {
        // One pass over the stream shows where it ends.
        let _ = input.read_available(FileOffset(shape.contents_end.saturating_sub(1)), 1);
    }
    report_damage(input, facts);
    match input.len() {
        Some(len) => {
            let missing = clip(&mut facts.memory, len);
            report_missing(&missing, len, shape.contents_end, facts);
        }
        None if deep => {}
        None => {
            let missing = clip(&mut facts.memory, PREFIX_LIMIT);
            if missing.ranges > 0 {
                let message = format!("the contents of {} mappings, behind the first 64 MiB", missing.ranges);
                facts.deep_would_add.push(message);
            }
        }
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
        "the file ends at offset {len:#x}, and its headers promise contents up to {promised:#x}: {} bytes of {} mappings \
         are missing, the first of them {first}; the map itself does not depend on them",
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
