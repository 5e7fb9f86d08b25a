//! All integration tests in one binary: one link instead of a dozen.

mod documents;
mod golden;
mod layering;
mod oracle;
mod samples;
mod synth;
mod truth;
