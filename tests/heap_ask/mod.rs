//! Questions about heaps: on made processes with known answers, as laws on random ones, and on real ones whose malloc was
//! asked afterwards.

mod advice;
mod guesses;
mod laws;
mod made;
#[cfg(target_os = "linux")]
mod real;
mod returns;
mod serving;
