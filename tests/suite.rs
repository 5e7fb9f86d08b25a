//! All integration tests in one binary: one link instead of a dozen.

// Tests stop at what should not be; clippy's `allow-…-in-tests` reaches only `#[cfg(test)]` code.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod cli;
mod documents;
mod golden;
mod layering;
mod oracle;
mod properties;
mod samples;
mod synth;
mod truth;
