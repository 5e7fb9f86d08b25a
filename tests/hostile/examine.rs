//! One hostile input through everything: load, analyze, report. What comes out must be a report whose figures add up,
//! or one sentence; in bounded time and memory; and never a panic.

use std::time::Duration;

use fragscope::load::{self, LoadOptions};

use super::cost::{Cost, measure};
use super::invariants::{check_sentence, check_snapshot};
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
    examine_with(bytes, options, true)
}

/// The same; parsing the JSON report, which takes longer than all else, only if it is wanted.
pub fn examine_with(bytes: &[u8], options: &LoadOptions, parse_json: bool) -> (Outcome, Cost) {
    let (rendered, cost) = measure(|| load::from_bytes(bytes, options).map(Rendered::of));
    let outcome = match rendered {
        Ok(rendered) => {
            check_snapshot(rendered.dump.snapshot());
            if parse_json {
                rendered.check_json();
            }
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
