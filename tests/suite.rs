//! All integration tests in one binary: one link instead of a dozen.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a test that fails panics; clippy exempts only #[test] functions themselves"
)]

mod cli;
mod layering;
mod properties;
mod spaces;
mod synth;
