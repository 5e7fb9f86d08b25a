//! Hostile input: whatever the bytes are, there is a report whose figures add up or one sentence, in less than 2 s and
//! 256 MiB, and never a panic.
//!
//! `cargo test` tries some thousands of inputs. A million takes minutes:
//!
//! ```text
//! FRAGSCOPE_HOSTILE_RUNS=1000000 cargo test --profile hostile hostile:: -- --nocapture --test-threads=1
//! ```
//!
//! The profile `hostile` is optimised, with debug assertions and overflow checks on.

#![allow(clippy::cast_possible_truncation, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod absurd;
mod cost;
mod edits;
mod examine;
mod formats;
mod invariants;
mod mutation;
pub mod names;
mod program;
pub mod random;
mod rendered;
mod seeds;
mod sweep;
mod text;
mod transcripts;
pub mod watch;
mod wrapped;
