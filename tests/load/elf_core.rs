//! The reader of ELF cores against synthetic cores of every architecture and writer, damaged ones, and real ones.

mod archs;
mod counts;
mod damage;
mod notes;
mod real;
mod streams;
mod writers;

use fragscope::error::LoadError;
use fragscope::load::facts::{Facts, Row};
use fragscope::load::{Input, LoadOptions, elf_core};
use fragscope::model::Source;

use crate::synth::bytes::Image;
use crate::synth::elf_arch::Arch;
use crate::synth::elf_core::{Core, Load};
use crate::synth::elf_notes::{MappedFile, at};
use crate::synth::elf_process::{Style, Thread};

fn read(bytes: &[u8]) -> Result<Facts, LoadError> {
    let input = Input::from_bytes(bytes, false).unwrap();
    elf_core::read(&input, &LoadOptions::default())
}

fn facts(image: &Image) -> Facts {
    read(&image.bytes).unwrap()
}

fn rows_of(facts: &Facts, source: Source) -> Vec<&Row> {
    facts.rows.iter().filter(|r| r.source == source).collect()
}

/// Whether a diagnostic of this code has this in its message.
fn said(facts: &Facts, code: &str, part: &str) -> bool {
    facts.diagnostics.to_vec().iter().any(|d| d.code == code && d.message.contains(part))
}

/// Two threads, a program, its stack, a guard and a file: what every architecture can have.
fn process(arch: Arch, style: Style) -> Core {
    Core::new(arch)
        .style(style)
        .program("synth", "synth --secret")
        .signal(11, 1, 0x1234)
        .thread(Thread::new(71).sp(0x7000_0800).pc(0x40_0100).tls(0x7000_0900))
        .thread(Thread::new(72).sp(0x7100_0800).pc(0x40_0200).tls(0x7100_0900))
        .auxv(&[
            (at::PAGESZ, arch.page),
            (at::ENTRY, 0x40_0010),
            (at::RANDOM, 0x7000_0ff0),
            (at::SYSINFO_EHDR, 0x50_0000),
        ])
        .files([MappedFile::new(0x40_0000, 0x40_0000 + arch.page, 2, "/bin/synth")])
        .load(Load::new(0x40_0000, arch.page, "r-x"))
        .load(Load::new(0x6fff_0000, arch.page, "---"))
        .load(Load::new(0x7000_0000, arch.page, "rw-").dumped())
        .load(Load::new(0x7100_0000, arch.page, "rw-").filesz(0x800))
}
