//! Loaders against synthetic and real input.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a test that goes wrong should panic"
)]

mod elf_core;
mod minidump;
mod minidump_differential;
mod minidump_figures;
mod minidump_truth;
mod real_dumps;
