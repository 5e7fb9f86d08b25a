//! Every architecture, both byte orders: layout, threads, name, signal, files.

use fragscope::addr::Addr;
use fragscope::load::facts::RawCoverage;
use fragscope::model::{Endian, Evidence, PointerWidth, Source, State, Writer};

use super::{facts, process, rows_of};
use crate::synth::bytes;
use crate::synth::elf_arch::{self, Arch, Tls};
use crate::synth::elf_process::Style;

fn all() -> impl Iterator<Item = Arch> {
    let flipped = |arch: &Arch| {
        arch.with_endian(match arch.endian {
            bytes::Endian::Little => bytes::Endian::Big,
            bytes::Endian::Big => bytes::Endian::Little,
        })
    };
    elf_arch::ALL.into_iter().flat_map(move |arch| [arch, flipped(&arch)])
}

#[test]
fn width_order_and_cpu() {
    for arch in all() {
        let facts = facts(&process(arch, Style::Kernel).arch_flags().build());
        let width = if arch.wide { PointerWidth::Bits64 } else { PointerWidth::Bits32 };
        let little = arch.endian == bytes::Endian::Little;
        assert_eq!(facts.width, Some(width), "{}", arch.name);
        assert_eq!(facts.endian, if little { Endian::Little } else { Endian::Big }, "{}", arch.name);
        let name = arch.name.trim_end_matches("le").trim_end_matches("el");
        assert_eq!(facts.cpu.map(|c| c.name()), Some(name));
        assert_eq!((facts.page_size, facts.pid), (Some(arch.page), Some(71)), "{}", arch.name);
        assert_eq!(facts.process_name.as_deref(), Some("synth"), "{}", arch.name);
    }
}

#[test]
fn registers_of_every_thread() {
    for arch in all() {
        let facts = facts(&process(arch, Style::Kernel).build());
        let found: Vec<_> = facts.threads.iter().map(|t| (t.id, t.sp, t.pc, t.crashed)).collect();
        let first = (71, Some(Addr(0x7000_0800)), Some(Addr(0x40_0100)), true);
        let second = (72, Some(Addr(0x7100_0800)), Some(Addr(0x40_0200)), false);
        assert_eq!(found, [first, second], "{}", arch.name);
    }
}

#[test]
fn thread_pointers_where_the_architecture_has_them() {
    for arch in all() {
        let facts = facts(&process(arch, Style::Kernel).build());
        let found: Vec<_> = facts.threads.iter().map(|t| t.tls.map(|a| a.0)).collect();
        let told = arch.tls != Tls::Nowhere;
        assert_eq!(found, [told.then_some(0x7000_0900), told.then_some(0x7100_0900)], "{}", arch.name);
    }
}

#[test]
fn the_map_is_complete_and_has_the_files() {
    for arch in all() {
        let facts = facts(&process(arch, Style::Kernel).build());
        assert_eq!((facts.writer, facts.evidence), (Some(Writer::Kernel), Evidence::Complete), "{}", arch.name);
        assert_eq!((facts.coverage.clone(), facts.limits.vma_count), (RawCoverage::Everything, Some(4)));
        let rows = rows_of(&facts, Source::PtLoad);
        let states: Vec<_> = rows.iter().map(|r| (r.range.start().0, r.range.size(), r.state)).collect();
        let [text, guard, one, two] = [0x40_0000, 0x6fff_0000, 0x7000_0000, 0x7100_0000].map(|a| (a, arch.page));
        let committed = |(start, size)| (start, size, State::Committed);
        assert_eq!(states, [committed(text), (guard.0, guard.1, State::Reserved), committed(one), committed(two)]);
        let [file] = rows_of(&facts, Source::NtFile)[..] else { panic!("one file in {}", arch.name) };
        assert_eq!((file.range.start().0, file.file_offset, file.protection), (text.0, Some(2 * arch.page), None));
        assert_eq!(facts.files, ["/bin/synth"]);
    }
}

#[test]
fn the_signal_with_its_address() {
    for arch in all() {
        let facts = facts(&process(arch, Style::Kernel).build());
        let reason = facts.reason.unwrap();
        assert_eq!((reason.code, reason.name.as_deref(), reason.thread_id), (11, Some("SIGSEGV"), Some(71)));
        assert_eq!(reason.address, Some(Addr(0x1234)), "{}", arch.name);
    }
}

/// 32-bit programs with 64-bit registers: x32, and MIPS n32 (EF_MIPS_ABI2).
#[test]
fn narrow_pointers_with_wide_registers() {
    use crate::synth::elf_core::{Core, Load};
    use crate::synth::elf_notes::Note;
    for (arch, words, sp, pc) in [(elf_arch::X86_64, 27, 19, 16), (elf_arch::MIPS64, 45, 29, 34)] {
        let narrow = Arch { wide: false, e_flags: 0x20, ..arch };
        let mut desc = narrow.writer();
        desc.zeros(24);
        desc.u32(71);
        desc.pad_to(72);
        for index in 0..words {
            desc.u64(if index == sp {
                0x7000_0800
            } else if index == pc {
                0x40_0100
            } else {
                u64::MAX
            });
        }
        let note = Note::new("NT_PRSTATUS", "CORE", 1, desc);
        let core = Core::new(narrow).arch_flags().note(note).load(Load::new(0x7000_0000, 0x1000, "rw-"));
        let thread = facts(&core.build()).threads[0].clone();
        assert_eq!((thread.sp, thread.pc), (Some(Addr(0x7000_0800)), Some(Addr(0x40_0100))), "{}", arch.name);
    }
}
