//! Modules: which regions belong to which executable or library.
//!
//! Linux lists mappings, and modules are runs of mappings of one file; Windows lists modules. Where a dump has both
//! (Linux minidumps), the runs give the ranges and the list gives the ids.

mod elf_header;
mod listed;
mod pe_header;
mod runs;

use super::Draft;
use super::claims::{Claim, Rank};
use crate::addr::{Addr, AddrRange};
use crate::model::{Module, Os, Owner, OwnerKind};

/// Finds all modules and claims their regions.
pub(super) fn claim(draft: &mut Draft<'_>) {
    runs::claim(draft);
    listed::claim(draft);
    draft.modules.sort_by_key(|m| (m.range.start(), m.range.end()));
}

/// What the headers of a module say, as far as they are in the dump.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Headers {
    pub id: Option<String>,
    pub preferred_base: Option<Addr>,
    pub relocatable: Option<bool>,
    /// Bytes of address space from the module's base on that it takes.
    pub span: Option<u64>,
    /// Windows only: its place in the dump's list, which dbghelp writes in the loader's order.
    pub load_order: Option<u32>,
    /// PE only: IMAGE_FILE_LARGE_ADDRESS_AWARE.
    pub large_address_aware: Option<bool>,
}

/// Adds a module with its owner and its claim.
fn add(draft: &mut Draft<'_>, path: &str, range: AddrRange, headers: Headers, pinned: bool) {
    let name = file_name(path);
    let owner = draft.owners.add(Owner {
        movable: !pinned && !is_system_module(name, draft.platform.os),
        ..Owner::named(OwnerKind::Module, range.start(), name)
    });
    draft.claims.push(Claim::new(range, owner, Rank::Module));
    draft.modules.push(Module {
        name: name.into(),
        path: path.into(),
        range,
        id: headers.id.map(Into::into),
        preferred_base: headers.preferred_base,
        relocatable: headers.relocatable,
        load_order: headers.load_order,
        owner,
    });
}

/// The file's name without folders and without the kernel's ` (deleted)`.
fn file_name(path: &str) -> &str {
    let path = path.strip_suffix(" (deleted)").unwrap_or(path);
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    if name.is_empty() { path } else { name }
}

/// Modules that no user can move or do without.
fn is_system_module(name: &str, os: Option<Os>) -> bool {
    match os {
        Some(Os::Windows) => {
            let pinned = ["ntdll.dll", "wow64.dll", "wow64win.dll", "wow64cpu.dll"];
            pinned.iter().any(|p| name.eq_ignore_ascii_case(p))
        }
        _ => is_dynamic_linker(name) || name == "libc.so.6" || (name.starts_with("libc-2.") && name.ends_with(".so")),
    }
}

/// `ld-linux.so.2`, `ld-linux-x86-64.so.2`, `ld-2.31.so`, `ld64.so.2`, `ld-musl-x86_64.so.1`, Android's `linker64`.
pub(super) fn is_dynamic_linker(name: &str) -> bool {
    let ld = name.starts_with("ld-") || name.starts_with("ld64.so") || name.starts_with("ld.so");
    (ld && name.contains(".so")) || name == "linker" || name == "linker64"
}
