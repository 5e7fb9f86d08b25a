//! ModuleListStream (4): MINIDUMP_MODULE (minidumpapiset.h), 108 bytes.

use minidump_common::format::{CvSignature, MINIDUMP_STREAM_TYPE as Kind};
use num_traits::FromPrimitive;

use super::file::{DumpFile, Location};
use super::reading::Reading;
use super::strings;
use crate::bytes::Reader;
use crate::load::facts::ModuleFacts;

/// Most modules taken.
const MAX_MODULES: usize = 1 << 16;
/// Longest debug record looked at, in bytes: signature, GUID and age, or a build id.
const RECORD: u64 = 64;

/// A module before its addresses are brought to the width of the process.
pub(super) struct RawModule {
    pub base: u64,
    pub size: u32,
    pub path: String,
    id: Option<String>,
}

/// Reads the list. A name or debug record that cannot be read costs only itself.
pub(super) fn list(dump: &mut Reading<'_>) -> Vec<RawModule> {
    let Some(table) = dump.plain_list(Kind::ModuleListStream, 108) else { return Vec::new() };
    let mut modules = Vec::new();
    dump.each_entry(table, |dump, offset, reader| match parse(dump, reader) {
        Some(module) if modules.len() < MAX_MODULES => modules.push(module),
        Some(_) => {}
        None => dump.warn_at("bad-module", "an entry of the module list could not be read".into(), offset),
    });
    modules
}

fn parse(dump: &mut Reading<'_>, reader: &mut Reader<'_>) -> Option<RawModule> {
    let base = reader.u64()?;
    let size = reader.u32()?;
    reader.skip(8)?;
    let name = u64::from(reader.u32()?);
    reader.skip(52)?;
    let record = Location::read(reader)?;
    Some(RawModule { base, size, path: dump.name(name).unwrap_or_default(), id: debug_id(dump.file, record) })
}

/// The build id (breakpad's MDCVInfoELF), or GUID and age as Breakpad's symbol files have them (CV_INFO_PDB70), in hex.
/// Both zero means that there is none.
fn debug_id(file: DumpFile<'_>, at: Location) -> Option<String> {
    let bytes = file.up_to(at.offset, at.size.min(RECORD));
    let mut reader = file.reader(&bytes);
    match CvSignature::from_u32(reader.u32()?)? {
        CvSignature::Elf => {
            let id = reader.take(reader.remaining())?;
            id.iter().any(|b| *b != 0).then(|| id.iter().map(|b| format!("{b:02x}")).collect())
        }
        CvSignature::Pdb70 => pdb70(&mut reader),
        _ => None,
    }
}

fn pdb70(reader: &mut Reader<'_>) -> Option<String> {
    let (a, b, c) = (reader.u32()?, reader.u16()?, reader.u16()?);
    let rest = reader.take(8)?;
    let age = reader.u32()?;
    let tail: String = rest.iter().map(|byte| format!("{byte:02X}")).collect();
    let known = a != 0 || b != 0 || c != 0 || rest.iter().any(|byte| *byte != 0);
    known.then(|| format!("{a:08X}{b:04X}{c:04X}{tail}{age:x}"))
}

/// States the modules; the first is the executable.
pub(super) fn state(dump: &mut Reading<'_>, modules: Vec<RawModule>) {
    if let Some(main) = modules.first().filter(|m| !m.path.is_empty()) {
        dump.facts.process_name = Some(strings::base_name(&main.path).to_owned());
    }
    for module in modules {
        match dump.addresses.range(module.base, u64::from(module.size)) {
            Some(range) => dump.facts.modules.push(ModuleFacts { path: module.path, range, id: module.id }),
            None => dump.facts.diagnostics.info(
                "module-outside",
                format!("module {} has no bytes in the process's address space and is left out", shown(&module)),
                None,
            ),
        }
    }
}

/// Names are untrusted: control characters are escaped.
fn shown(module: &RawModule) -> String {
    format!("{:?} at {:#x}", strings::base_name(&module.path), module.base)
}
