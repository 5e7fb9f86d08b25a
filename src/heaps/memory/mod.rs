//! Reading a process's memory for walks: in blocks where everything is looked at ([`Blocks`]), by word where pointers are
//! followed ([`Words`]). Neither ever holds more than a few megabytes.

mod blocks;
mod words;

pub use blocks::{BLOCK, Blocks};
pub use words::Words;
