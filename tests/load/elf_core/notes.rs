//! What notes say, in all their forms.

use fragscope::addr::Addr;

use super::{facts, process, read, rows_of, said};
use crate::synth::elf_arch::{AARCH64, MIPS, PPC, X86, X86_64};
use crate::synth::elf_core::{Core, Load};
use crate::synth::elf_notes::{self, MappedFile, Note, at};
use crate::synth::elf_process::{Style, Thread};
use fragscope::model::Source;

fn small(arch: crate::synth::elf_arch::Arch) -> Core {
    Core::new(arch).thread(Thread::new(7)).load(Load::new(0x1000, 0x1000, "rw-"))
}

#[test]
fn addresses_only_of_signals_raised_by_a_fault() {
    // number, si_code, whether there is an address: SI_USER, SEGV_MAPERR, SI_KERNEL, SI_TKILL (-6), SIGABRT, SIGBUS.
    let cases =
        [(11, 0, false), (11, 1, true), (11, 0x80, false), (11, -6i32 as u32, false), (6, 1, false), (7, 2, true)];
    for (number, code, told) in cases {
        let reason = facts(&small(X86_64).signal(number, code, 0x10).build()).reason.unwrap();
        assert_eq!(reason.address.is_some(), told, "{number} {code}");
    }
}

/// MIPS numbers signals its own way and has si_code before si_errno.
#[test]
fn signals_of_mips() {
    for (number, name) in [(10, "SIGBUS"), (12, "SIGSYS"), (11, "SIGSEGV"), (16, "SIGUSR1")] {
        let reason = facts(&small(MIPS).signal(number, 1, 0x10).build()).reason.unwrap();
        assert_eq!(reason.name.as_deref(), Some(name));
        assert_eq!(reason.address.is_some(), number == 10 || number == 11, "{name}");
    }
    let realtime = facts(&small(X86).signal(40, 0, 0).build()).reason.unwrap();
    assert_eq!((realtime.code, realtime.name), (40, None));
}

/// Old kernels have no NT_SIGINFO (before 3.7): pr_cursig tells.
#[test]
fn the_signal_without_siginfo() {
    let reason = facts(&small(PPC).build()).reason.unwrap();
    assert_eq!((reason.name.as_deref(), reason.thread_id, reason.address), (Some("SIGABRT"), Some(7), None));
}

#[test]
fn arguments_are_never_kept() {
    let long = "averyveryverylongname";
    let core = small(X86).program(&long[..15], &format!("/opt/{long} --password=secret"));
    let facts = facts(&core.build());
    assert_eq!(facts.process_name.as_deref(), Some(long));
    assert!(!format!("{facts:?}").contains("secret"));
}

#[test]
fn the_auxiliary_vector() {
    let vector = [
        (at::PHDR, 0x40_0040),
        (at::BASE, 0x7f00_0000),
        (at::ENTRY, 0x40_0010),
        (at::SYSINFO_EHDR, 0x50_0000),
        (at::PLATFORM, 0x7fff_0010),
        (at::EXECFN, 0x7fff_0ff0),
        (at::PAGESZ, 0x1_0000),
    ];
    let facts = facts(&small(AARCH64).auxv(&vector).build());
    let found = [facts.auxv.phdr, facts.auxv.base, facts.auxv.entry, facts.auxv.vdso, facts.auxv.in_main_stack];
    let wanted = [0x40_0040, 0x7f00_0000, 0x40_0010, 0x50_0000, 0x7fff_0ff0].map(|a| Some(Addr(a)));
    assert_eq!((found, facts.page_size), (wanted, Some(0x1_0000)));
    let odd = super::facts(&small(AARCH64).auxv(&[(at::PAGESZ, 12345), (at::BASE, 0)]).build());
    assert_eq!((odd.page_size, odd.auxv.base), (None, None));
}

/// gdb states a page size of 1 and offsets in bytes.
#[test]
fn offsets_of_files_in_pages_or_bytes() {
    for (page, offset) in [(4096, 3), (1, 0x3000)] {
        let file = MappedFile::new(0x1000, 0x2000, offset, "/lib/x (deleted)");
        let facts = facts(&small(X86).files([file]).file_page(page).build());
        assert_eq!(rows_of(&facts, Source::NtFile)[0].file_offset, Some(0x3000));
        assert_eq!(
            (facts.files.as_slice(), facts.page_size),
            (&["/lib/x (deleted)".to_string()][..], Some(page).filter(|p| *p > 1))
        );
    }
}

#[test]
fn damaged_rows_of_files_cost_only_themselves() {
    let file = |start, path| MappedFile::new(start, start + 0x1000, 0, path);
    let core = small(X86_64).files([file(0x1000, "/a"), file(0x2000, "/b"), file(0x3000, "/c")]);
    let image = core.build();
    let reversed = facts(&image.clone().with("notes.NT_FILE.desc.file[1].end", 0));
    assert_eq!(reversed.files, ["/a", "/c"]);
    assert_eq!(rows_of(&reversed, Source::NtFile).len(), 2);
    for count in [4, 1 << 20, u64::MAX] {
        let facts = facts(&image.clone().with("notes.NT_FILE.desc.count", count));
        assert!(rows_of(&facts, Source::NtFile).len() <= 4 && said(&facts, "damaged-notes", "NT_FILE"), "{count}");
    }
    let huge = facts(&image.clone().with("notes.NT_FILE.desc.file[1].offset", u64::MAX));
    assert_eq!(rows_of(&huge, Source::NtFile)[1].file_offset, None);
}

/// i386 under a 32-bit kernel has GDT entries 6 to 8, under a 64-bit kernel 12 to 14.
#[test]
fn i386_thread_pointers_by_gs() {
    for first in [6, 12] {
        let core = Core::new(X86).gdt_first(first).load(Load::new(0x1000, 0x1000, "rw-"));
        let image = core.thread(Thread::new(7).tls(0xf7c0_0000)).build();
        assert_eq!(facts(&image).threads[0].tls, Some(Addr(0xf7c0_0000)));
    }
    for gs in [0, 7, 0x53] {
        let thread = Thread::new(7).tls(0xf7c0_0000).register(10, gs);
        let image = Core::new(X86).thread(thread).load(Load::new(0x1000, 0x1000, "rw-")).build();
        assert_eq!(facts(&image).threads[0].tls, None, "{gs:#x}");
    }
}

#[test]
fn unknown_machines_keep_their_map_and_thread_ids() {
    let facts = facts(&small(X86).build().with("ehdr.e_machine", 0x1234));
    assert_eq!((facts.cpu, facts.rows.len(), facts.threads[0].id, facts.threads[0].sp), (None, 1, 7, None));
    assert!(said(&facts, "no-registers", "4660"));
}

#[test]
fn several_note_segments_and_none() {
    let image = process(X86_64, Style::Kernel).build();
    let mut two = image.clone();
    let (start, size) = (image.get("phdr[0].p_offset"), image.get("phdr[0].p_filesz"));
    let half = image.find("notes.NT_PRSTATUS(72)").start as u64 - start;
    two.set("phdr[0].p_filesz", half);
    two.set("phdr[1].p_type", 4).set("phdr[1].p_offset", start + half).set("phdr[1].p_filesz", size - half);
    let facts = read(&two.bytes).unwrap();
    assert_eq!((facts.threads.len(), rows_of(&facts, Source::PtLoad).len()), (2, 3));
    let none = read(&image.with("phdr[0].p_type", 6).bytes).unwrap();
    assert_eq!((none.threads.len(), rows_of(&none, Source::PtLoad).len()), (0, 4));
}

#[test]
fn notes_that_nobody_knows_are_passed_over() {
    let big = vec![0xa5; 200_000];
    let core = small(X86).note(Note::raw(X86, "CORE", 0x77, &big)).note(Note::raw(X86, "strange owner", 1, &big));
    let core = core.note(elf_notes::auxv(X86, &[(at::PAGESZ, 4096)]));
    let facts = facts(&core.build());
    assert_eq!((facts.page_size, facts.threads.len()), (Some(4096), 1));
    assert!(!facts.diagnostics.has("damaged-notes"));
}
