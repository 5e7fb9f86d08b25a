//! All integration tests in one binary: one link instead of a dozen.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a test that fails panics; clippy exempts only #[test] functions themselves"
)]

mod archive;
#[cfg(target_os = "linux")]
mod browser;
mod cells;
mod cli;
#[cfg(target_os = "linux")]
mod debuggers;
mod diff;
mod documents;
mod fit_laws;
mod golden;
mod heap_ask;
mod heap_map;
mod heap_view;
mod heaps;
mod heaps_python;
mod heaps_windows;
mod hostile;
mod html;
#[cfg(unix)]
mod kit;
mod labelled_stacks;
mod layering;
mod limits_of_space;
#[cfg(target_os = "linux")]
mod live;
#[cfg(target_os = "linux")]
mod live_process;
mod load;
mod made_spaces;
mod map;
mod markdown;
mod nasty;
mod oracle;
mod outputs;
mod properties;
mod published;
mod questions;
mod redact;
#[cfg(target_os = "linux")]
mod remedies;
mod repack;
mod rows;
mod samples;
mod shared_stacks;
mod spaces;
mod synth;
mod transcripts;
#[cfg(target_os = "linux")]
mod triage;
mod triage_page;
mod truth;
mod what_if;
mod what_if_laws;
