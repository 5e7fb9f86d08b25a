//! A process over time: one line for each look, or a picture that is drawn anew.

mod frame;
mod moment;
mod plot;
mod sample;

pub use frame::{FrameOptions, write_frame};
pub use moment::Moment;
pub use sample::{Sample, write_sample};
