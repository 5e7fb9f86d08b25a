//! Questions about what is inside the heaps, joined to the map.

mod fills;
mod shares;

pub use fills::{Buckets, Fills};
pub use shares::{Shares, shares};
