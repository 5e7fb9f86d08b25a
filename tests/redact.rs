//! `--redact`: what is to be hidden occurs in no output, and nothing else changes.

mod program;
mod same;
