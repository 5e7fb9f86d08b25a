//! Independent writers of synthetic dumps, for tests.
//!
//! Nothing here uses fragscope or any parser: the layouts are taken from the formats' own headers, each named at the
//! place where it is used. So a reader and a writer can only agree if both read the specification right.
//!
//! * [`bytes`]: the writer, and [`bytes::Image`], a file whose structures and fields have names
//! * ELF cores: [`elf_core`] (start here), [`elf_process`] (threads, styles), [`elf_notes`], [`elf_arch`],
//!   [`elf_sections`], [`elf_bsd`]
//! * minidumps: [`minidump`] (start here), [`minidump_streams`] (threads, exception), [`minidump_modules`],
//!   [`minidump_memory`] (memory and maps), [`minidump_system`] (system, process), [`minidump_annotations`]
//!   (crashpad, breakpad, handles), [`minidump_context`]
//! * memory contents: [`elf_image`], [`pe_image`], [`pthread`], [`teb`]

// Test code: a wrong index or an unfit number is a bug of the test and may panic; addresses are cut to 32 bits on purpose;
// not every test uses every writer.
#![allow(dead_code, clippy::cast_possible_truncation, clippy::cast_possible_wrap, clippy::cast_sign_loss)]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, clippy::expect_used)]

pub mod bytes;
pub mod elf_arch;
pub mod elf_bsd;
pub mod elf_core;
pub mod elf_image;
pub mod elf_notes;
pub mod elf_process;
pub mod elf_sections;
pub mod minidump;
pub mod minidump_annotations;
pub mod minidump_context;
pub mod minidump_memory;
pub mod minidump_modules;
pub mod minidump_streams;
pub mod minidump_system;
pub mod pe_image;
pub mod pthread;
pub mod teb;

#[cfg(test)]
mod invariants;
