//! All integration tests in one binary: one link instead of a dozen.

mod cli;
mod layering;
mod properties;
mod spaces;
mod synth;
