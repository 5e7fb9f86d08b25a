//! The executable: its name, and from its ELF header the instruction set and pointer size.

use super::process::Process;
use crate::addr::FileOffset;
use crate::load::facts::Facts;
use crate::load::{Input, auxv, elf_core};
use crate::model::Endian;

/// States name, instruction set, pointer size, and what the auxiliary vector tells.
pub(super) fn read(process: &Process, facts: &mut Facts) {
    facts.process_name = name(process);
    header(process, facts);
    let (Some(width), Ok(bytes)) = (facts.width, process.space_bytes("auxv")) else { return };
    let (vector, page_size) = auxv::read(&bytes, width, facts.endian, true);
    facts.auxv = vector;
    facts.page_size = page_size;
}

/// The file's name where the link may be read, else the name that the kernel keeps, of at most 15 bytes.
fn name(process: &Process) -> Option<String> {
    let link = std::fs::read_link(process.space_path("exe")).ok();
    let by_link = link.as_ref().and_then(|path| path.file_name()).map(|name| {
        let name = name.to_string_lossy();
        name.strip_suffix(" (deleted)").unwrap_or(&name).to_owned()
    });
    by_link.or_else(|| process.text("comm").ok().map(|name| name.trim_end_matches('\n').to_owned()))
}

fn header(process: &Process, facts: &mut Facts) {
    let input = Input::open(&process.space_path("exe"), false);
    let machine = input.ok().filter(starts_like_elf).and_then(|input| elf_core::machine(&input));
    match machine {
        Some((cpu, width, endian)) => {
            facts.cpu = cpu;
            facts.width = Some(width);
            facts.endian = endian;
        }
        None => {
            let message = "the executable may not be read; the pointer size is concluded from the addresses";
            facts.diagnostics.info("no-executable", message, None);
            facts.endian = if cfg!(target_endian = "big") { Endian::Big } else { Endian::Little };
        }
    }
}

fn starts_like_elf(input: &Input<'_>) -> bool {
    input.read_available(FileOffset(0), 4) == b"\x7fELF"
}
