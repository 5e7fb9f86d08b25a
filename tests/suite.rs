//! All integration tests in one binary: one link instead of a dozen.

mod layering;
#[cfg(target_os = "linux")]
mod live;
mod oracle;
mod published;
mod samples;
mod synth;
mod truth;
