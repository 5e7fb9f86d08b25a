//! One hostile input through everything: load, analyze, report. What comes out must be a report whose figures add up,
//! or one sentence; in bounded time and memory; and never a panic.

use std::time::Duration;

use fragscope::load::{self, LoadOptions};
use fragscope::model::{AddressSpace, Region, Snapshot};

use super::cost::{Cost, measure};
use super::rendered::Rendered;

/// Largest peak of one input, in bytes of Rust's allocations (what the C decompressors take is measured from outside).
pub const MEMORY_LIMIT: u64 = 256 << 20;
/// Longest CPU time of one input in an optimised build.
pub const TIME_LIMIT: Duration = Duration::from_secs(2);
/// How much slower the build of `cargo test` is; the long run in the profile `hostile` measures with 1.
const SLOWER: u32 = 10;

/// What became of an input.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    Report,
    Sentence,
}

/// Whether this is not the short run of `cargo test`.
pub fn is_long_run() -> bool {
    std::env::var_os("FRAGSCOPE_HOSTILE_RUNS").is_some()
}

fn time_limit() -> Duration {
    if is_long_run() { TIME_LIMIT } else { TIME_LIMIT * SLOWER }
}

/// Reads `bytes`, checks everything, and tells the outcome and what it cost.
pub fn examine(bytes: &[u8], options: &LoadOptions) -> (Outcome, Cost) {
    let (rendered, cost) = measure(|| load::from_bytes(bytes, options).map(Rendered::of));
    let outcome = match rendered {
        Ok(rendered) => {
            check_space(&rendered.dump.snapshot().space);
            check_snapshot(rendered.dump.snapshot());
            rendered.check_json();
            Outcome::Report
        }
        Err(error) => {
            check_sentence(&error.to_string());
            Outcome::Sentence
        }
    };
    assert!(cost.memory <= MEMORY_LIMIT, "{} bytes were allocated at one time", cost.memory);
    assert!(cost.time <= time_limit(), "it took {:?} of CPU", cost.time);
    (outcome, cost)
}

/// Regions and holes tile the bounds, counted here and not by the space's own methods.
fn check_space(space: &AddressSpace) {
    let bounds = space.bounds().range;
    let mut parts: Vec<(u64, u64)> = space.regions().iter().map(|r| (r.range.start().0, r.range.end().0)).collect();
    parts.extend(space.holes().map(|h| (h.range.start().0, h.range.end().0)));
    parts.sort_unstable();
    let mut border = bounds.start().0;
    for (start, end) in parts {
        assert!(start == border && start < end, "{start:#x}..{end:#x} does not begin at {border:#x}");
        border = end;
    }
    assert_eq!(border, bounds.end().0, "the parts do not reach the ceiling");
}

fn check_snapshot(snapshot: &Snapshot) {
    let known = |region: &Region| (region.owner.0 as usize) < snapshot.owners.len();
    assert!(snapshot.space.regions().iter().all(known), "a region has an owner that does not exist");
    let files = snapshot.files.len();
    let named = |region: &Region| region.backing.is_none_or(|file| (file.0 as usize) < files);
    assert!(snapshot.space.regions().iter().all(named), "a region is backed by a file that does not exist");
    assert!(!snapshot.diagnostics.has("internal"), "{:?}", snapshot.diagnostics);
}

/// One line, no control characters that could play tricks with a terminal, of a length that people read.
pub fn check_sentence(sentence: &str) {
    let printable = !sentence.chars().any(char::is_control);
    assert!(printable, "not printable: {sentence:?}");
    assert!((20..600).contains(&sentence.len()), "not a sentence: {sentence:?}");
}
