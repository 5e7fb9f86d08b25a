//! Post-mortem analysis of address-space fragmentation.
//!
//! A process died because an allocation failed although memory was left: the free address space was there, but in
//! pieces. This crate reads what is left over (an ELF core, a minidump, a maps file), builds the map of the address
//! space and says how much is free, how large the largest gap is, who splits it, and whether it was to blame.
//!
//! Data flows one way: [`load`] turns bytes into a [`model::Snapshot`], [`analyze`] asks it questions, [`report`]
//! shows the answers.
//!
//! ```
//! use fragscope::load::{self, LoadOptions};
//! use fragscope::{analyze, heaps, report};
//!
//! let maps = "08048000-0804c000 r-xp 00000000 fe:00 7   /usr/bin/app\n\
//!             40000000-bf000000 rw-p 00000000 00:00 0\n\
//!             bffdf000-c0000000 rw-p 00000000 00:00 0   [stack]\n";
//! let dump = load::from_bytes(maps.as_bytes(), &LoadOptions::default())?;
//! let analysis = analyze::analyze(dump.snapshot());
//! assert_eq!(analysis.figures.largest_size(), 0x4000_0000 - 0x0804_c000);
//!
//! let counsel = analyze::advise(dump.snapshot(), &analysis);
//! let ids = report::OwnerIds::new(&dump.snapshot().owners);
//! let heaps = heaps::walk(dump.snapshot(), dump.memory(), heaps::Effort::Quick);
//! let context =
//!     report::Context { snapshot: dump.snapshot(), analysis: &analysis, counsel: &counsel, ids: &ids, heaps: &heaps };
//! let mut json = Vec::new();
//! report::write_json(&mut json, &report::Report::new(context))?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What cannot be read is no error as long as something can be said: it becomes a [diagnostic](diag), and the map
//! carries a [grade](model::Evidence). The library neither prints nor logs, and opens files only in [`load`].
#![warn(missing_docs)]

pub mod addr;
pub mod analyze;
pub mod bytes;
#[cfg(feature = "cli")]
pub mod cli;
pub mod diag;
pub mod error;
pub mod heaps;
pub mod load;
pub mod model;
pub mod report;
pub mod triage;
pub mod units;
