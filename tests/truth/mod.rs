//! What is read out of a dump equals what the process said of itself just before: mappings row by row, free space by
//! an independent sum, stacks by pthread_getattr_np or the TEB.
//!
//! * [`linux`]: the comparison for cores and Linux minidumps
//! * [`windows`]: the comparison for Windows minidumps
//! * [`of_samples`]: the bundled samples
//! * [`shared_mapping`]: drawn cases of stacks that share a mapping
//! * [`of_raw_dumps`]: all that tests/generators/linux/make.sh and windows/make.sh left in FRAGSCOPE_RAW_DUMPS

pub mod linux;
mod of_raw_dumps;
mod of_samples;
mod shared_mapping;
pub mod windows;
