//! What the truth says, read by code that shares nothing with fragscope: maps files, the generators' tables, and the
//! raw bytes of minidumps.

// Test code: a wrong index is a bug of the test and may panic.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, clippy::expect_used)]

pub mod csv;
pub mod linux_threads;
pub mod maps;
pub mod raw_minidump;
pub mod windows;
