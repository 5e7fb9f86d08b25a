//! Modules in JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Address, Context};
use crate::model::Module;
use crate::model::snapshot::UnloadedModule;

/// A loaded module.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Module")]
pub struct ModuleView<'a> {
    /// File name (untrusted).
    pub name: &'a str,
    /// Full path (untrusted).
    pub path: &'a str,
    /// First address.
    pub start: Address,
    /// First address after its last byte.
    pub end: Address,
    /// From first to last byte, in bytes.
    pub size: u64,
    /// Build id or debug id.
    pub id: Option<&'a str>,
    /// Address that its headers ask for; a position-independent ELF file asks for 0.
    pub preferred_base: Option<Address>,
    /// Whether the file could be loaded elsewhere.
    pub relocatable: Option<bool>,
    /// Whether a change that the user can make would move it or make it go away.
    pub movable: bool,
}

/// A module that had been unloaded before the dump was written.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "UnloadedModule")]
pub struct UnloadedModuleView<'a> {
    /// File name (untrusted).
    pub name: &'a str,
    /// Where it was.
    pub start: Address,
    /// First address after it.
    pub end: Address,
}

impl<'a> ModuleView<'a> {
    pub(in crate::report) fn new(cx: Context<'a>, module: &'a Module) -> ModuleView<'a> {
        ModuleView {
            name: &module.name,
            path: &module.path,
            start: cx.hex(module.range.start()),
            end: cx.hex(module.range.end()),
            size: module.range.size(),
            id: module.id.as_deref(),
            preferred_base: module.preferred_base.map(|a| cx.hex(a)),
            relocatable: module.relocatable,
            movable: cx.snapshot.owner(module.owner).is_some_and(|o| o.movable),
        }
    }
}

impl<'a> UnloadedModuleView<'a> {
    pub(super) fn new(cx: Context<'a>, module: &'a UnloadedModule) -> UnloadedModuleView<'a> {
        UnloadedModuleView { name: &module.name, start: cx.hex(module.range.start()), end: cx.hex(module.range.end()) }
    }
}
