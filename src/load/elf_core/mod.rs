//! ELF cores: of Linux' kernel, gdb, qemu-user and others, 32 and 64 bit, both byte orders.
//!
//! Only headers and notes are read, whatever the size of the file.

mod bsd;
mod count;
mod extent;
mod grade;
mod header;
mod notes;
mod nt_file;
mod process;
mod prpsinfo;
mod prstatus;
mod registers;
mod segments;
mod shape;
mod siginfo;
mod tls;
mod window;
mod writer;

use object::elf;

use super::facts::Facts;
use super::{Input, LoadOptions};
use crate::error::LoadError;
#[cfg(target_os = "linux")]
use crate::model::{Cpu, Endian, PointerWidth};
use crate::model::{DumpFormat, Os, Reason, ReasonKind, Writer};
use header::Header;
use process::{Ended, Told};
use shape::Shape;

/// Reads the facts of an ELF core.
///
/// # Errors
/// If the ELF header or the first program header cannot be read, if there is neither a mapping nor a thread, or if it
/// is the memory of a whole machine.
pub fn read(input: &Input<'_>, options: &LoadOptions) -> Result<Facts, LoadError> {
    let header = header::read(input)?;
    let mut facts = facts_of(&header);
    let shape = segments::read(input, &header, options.deep, &mut facts)?;
    let told = process::read(input, &header, &shape, &mut facts);
    extent::settle(input, &shape, options.deep, &mut facts);
    refuse_others(&header, &shape, &told, &facts)?;
    facts.writer = writer::recognise(&shape, &told.seen);
    facts.os = Some(os_of(&header, &told));
    grade::grade(&shape, &told.seen, &mut facts);
    tell_the_end(&header, &told, &mut facts);
    Ok(facts)
}

/// Instruction set, pointer size and byte order of any ELF file, or `None` if its header is damaged.
#[cfg(target_os = "linux")]
pub(super) fn machine(input: &Input<'_>) -> Option<(Option<Cpu>, PointerWidth, Endian)> {
    let header = header::read(input).ok()?;
    Some((header.cpu(), header.width, header.endian))
}

fn facts_of(header: &Header) -> Facts {
    let mut facts = Facts::new(DumpFormat::ElfCore);
    facts.width = Some(header.width);
    facts.endian = header.endian;
    facts.cpu = header.cpu();
    facts
}

/// Linux, unless notes or header say otherwise: its cores carry no mark.
fn os_of(header: &Header, told: &Told) -> Os {
    match (told.seen.bsd, header.os_abi) {
        (Some(os), _) => os,
        (None, elf::ELFOSABI_FREEBSD) => Os::FreeBsd,
        (None, elf::ELFOSABI_NETBSD) => Os::NetBsd,
        (None, _) => Os::Linux,
    }
}

fn refuse_others(header: &Header, shape: &Shape, told: &Told, facts: &Facts) -> Result<(), LoadError> {
    if told.seen.machine {
        return Err(LoadError::NotADump(
            "this is an ELF dump of a whole machine's memory (its notes are VMCOREINFO or QEMU), not of one process; \
             pass the core that the crashed process left"
                .to_owned(),
        ));
    }
    if facts.rows.is_empty() && facts.threads.is_empty() {
        return Err(LoadError::NothingInIt(format!(
            "the {} program headers at offset {:#x} of this ELF core list no mapping, and its notes no thread; capture \
             a new core",
            shape.segments, header.phoff
        )));
    }
    Ok(())
}

/// Says why the process ended, and marks the thread that the signal was for: the first one, of which all writers
/// write the notes before those of others.
fn tell_the_end(header: &Header, told: &Told, facts: &mut Facts) {
    let name_of = |number| match told.seen.bsd {
        Some(_) => siginfo::bsd_name(number),
        None => siginfo::linux_name(number, header),
    };
    let name = told.ended.and_then(|e| name_of(e.signal.number));
    let stopped = told.ended.is_none() || name == Some("SIGSTOP");
    if facts.writer == Some(Writer::Gdb) && stopped && told.seen.prstatus {
        // gdb stops a process with SIGSTOP to look at it, and says so in every thread's notes.
        facts.diagnostics.info("no-crash", "a debugger wrote this core of a process that had not crashed", None);
        return;
    }
    let thread_id = told.ended.and_then(|e| e.thread).or(facts.threads.first().map(|t| t.id));
    if let Some(thread) = facts.threads.iter_mut().find(|t| Some(t.id) == thread_id) {
        thread.crashed = true;
    }
    facts.reason = told.ended.map(|Ended { signal, .. }| Reason {
        kind: ReasonKind::Signal,
        code: u64::from(signal.number),
        name: name.map(Into::into),
        address: signal.address,
        thread_id,
    });
}
