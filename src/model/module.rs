//! Executables, libraries and DLLs.

use super::owner::OwnerId;
use crate::addr::{Addr, AddrRange};

/// A loaded module.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Module {
    /// File name without folders; untrusted.
    pub name: Box<str>,
    /// Full path as the dump has it; untrusted.
    pub path: Box<str>,
    /// From the first to the last byte that belongs to it.
    pub range: AddrRange,
    /// Build id or debug id in hex, or `None` if the dump has none.
    pub id: Option<Box<str>>,
    /// The address its headers ask for, or `None` if the headers are not in the dump.
    /// A position-independent ELF module asks for 0.
    pub preferred_base: Option<Addr>,
    /// Whether the file could be loaded elsewhere (position independent, relocations kept), or `None` if the headers are not in the dump.
    pub relocatable: Option<bool>,
    /// Its place in the loader's list, from 0; `None` where the dump's list has another order or there is none.
    pub load_order: Option<u32>,
    /// The owner of its regions.
    pub owner: OwnerId,
}
