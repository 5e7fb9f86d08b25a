//! All integration tests in one binary: one link instead of a dozen.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a test that is wrong may say so by panicking"
)]

mod layering;
mod load {
    mod elf_core;
}
mod oracle;
mod samples;
mod synth;
mod truth;
