//! Post-mortem analysis of address-space fragmentation.
//!
//! A process died because an allocation failed although memory was left: the free address space was there, but in
//! pieces. This crate reads what is left over (an ELF core, a minidump, a maps file), builds the map of the address
//! space and says how much is free, how large the largest gap is, who splits it, and whether it was to blame.
//!
//! Data flows one way: [`load`] turns bytes into a [`model::Snapshot`], [`analyze`] asks it questions, [`report`]
//! shows the answers.
#![warn(missing_docs)]

pub mod addr;
pub mod analyze;
pub mod bytes;
#[cfg(feature = "cli")]
pub mod cli;
pub mod diag;
pub mod error;
pub mod load;
pub mod model;
pub mod report;
pub mod units;
