//! What the writers promise of themselves.

use super::bytes::{Endian, Image, Kind, Writer};
use super::elf_arch;
use super::elf_core::{Core, Load};
use super::elf_notes::{MappedFile, at};
use super::elf_process::{Style, Thread};
use super::minidump::Minidump;
use super::minidump_context::{self, Context, Cpu};
use super::minidump_streams::Thread as DumpThread;
use super::minidump_streams::ThreadList;

fn core(arch: elf_arch::Arch, style: Style) -> Core {
    Core::new(arch)
        .style(style)
        .program("synth", "synth --test")
        .signal(11, 1, 0x1234)
        .thread(Thread::new(7).sp(0x7000_0800).pc(0x40_0100).tls(0x7000_0900))
        .thread(Thread::new(8).sp(0x7100_0800).pc(0x40_0200))
        .auxv(&[(at::PAGESZ, 0x1000)])
        .files([MappedFile::new(0x40_0000, 0x40_1000, 0, "/bin/synth")])
        .load(Load::new(0x40_0000, 0x1000, "r-x"))
        .load(Load::new(0x7000_0000, 0x1000, "rw-").dumped().content(0x7000_0800, &[1, 2, 3]))
}

fn check(image: &Image) {
    let cuts = image.fine_cuts();
    assert!(cuts.is_sorted_by(|a, b| a < b));
    assert_eq!(cuts.last(), Some(&image.bytes.len()));
    assert!(image.cuts().iter().all(|cut| cuts.contains(cut)));
    for mark in &image.marks {
        assert!(mark.start <= mark.end && mark.end <= image.bytes.len(), "{mark:?}");
        assert!(mark.kind == Kind::Structure || matches!(mark.end - mark.start, 2 | 4 | 8), "{mark:?}");
    }
}

#[test]
fn marks_of_cores_lie_in_the_file() {
    for arch in elf_arch::ALL {
        for style in [Style::Kernel, Style::Gdb13, Style::Gdb18, Style::Qemu] {
            check(&core(arch, style).build());
            check(&core(arch, style).extended_count().build());
        }
    }
}

#[test]
fn fields_of_cores_say_where_things_are() {
    let image = core(elf_arch::PPC, Style::Gdb13).build();
    assert_eq!(image.get("ehdr.e_phnum"), 3);
    assert_eq!(image.get("phdr[0].p_offset") as usize, image.find("notes").start);
    assert_eq!(image.get("phdr[2].p_offset") as usize, image.find("load[1]").start);
    assert_eq!(image.get("notes.NT_PRSTATUS(8).desc.pr_pid"), 8);
}

#[test]
fn extended_count_stands_in_section_zero() {
    let image = core(elf_arch::X86_64, Style::Kernel).extended_count().build();
    assert_eq!((image.get("ehdr.e_phnum"), image.get("shdr[0].sh_info")), (0xffff, 3));
    assert_eq!(image.find("shdr[0]").end, image.bytes.len());
}

#[test]
fn marks_of_minidumps_lie_in_the_file() {
    for cpu in minidump_context::ALL {
        let thread = DumpThread::new(7).stack(0x8000, &[0; 64]).context(Context::new(cpu, 0x8010, 0x40_0000));
        let list = ThreadList::new([thread]);
        let image = Minidump::new().unused_slot().stream(list.clone()).stream(list).raw(0xfff0, [1, 2, 3]).build();
        check(&image);
        assert_eq!(image.get("directory[1].Rva") as usize, image.find("ThreadList").start);
        assert_eq!(image.get("ThreadList#2.Threads[0].Stack.DataSize"), 64);
    }
}

#[test]
fn falsified_fields_keep_their_size() {
    let image = Minidump::new().raw(1, [0; 4]).build();
    let falsified = image.clone().with("header.NumberOfStreams", u64::MAX);
    assert_eq!(falsified.get("header.NumberOfStreams"), 0xffff_ffff);
    assert_eq!(falsified.bytes.len(), image.bytes.len());
    assert_eq!(falsified.get("header.StreamDirectoryRva"), 32);
}

#[test]
fn byte_order_applies_to_numbers_and_text() {
    for (endian, expected) in [(Endian::Little, [2, 1, b'x', 0]), (Endian::Big, [1, 2, 0, b'x'])] {
        let mut w = Writer::new(endian, false);
        w.u16(0x102);
        w.utf16("x");
        assert_eq!(w.into_bytes(), expected);
    }
}

#[test]
fn contexts_have_their_documented_sizes() {
    let size = |cpu| {
        let mut w = Writer::new(Endian::Little, false);
        Context::new(cpu, 0, 0).write(&mut w);
        w.position()
    };
    assert_eq!([size(Cpu::X86), size(Cpu::Amd64), size(Cpu::Arm64)], [716, 1232, 912]);
}
