//! Who wrote it, and how far its map is to be trusted.

use fragscope::load::facts::{RawCoverage, RowLabel};
use fragscope::model::{Evidence, Os, Source, Writer};

use super::{facts, process, read, rows_of};
use crate::synth::elf_arch::{self, X86, X86_64};
use crate::synth::elf_bsd::{self, VmEntry};
use crate::synth::elf_core::{Core, Load};
use crate::synth::elf_notes::{MappedFile, Note};
use crate::synth::elf_process::{Style, Thread};

#[test]
fn kernel_gdb_and_qemu_by_their_shape() {
    for arch in elf_arch::ALL {
        let styles = [
            (Style::Kernel, Writer::Kernel, Evidence::Complete),
            (Style::Gdb13, Writer::Gdb, Evidence::NearlyComplete),
            (Style::Gdb18, Writer::Gdb, Evidence::NearlyComplete),
            (Style::Qemu, Writer::Qemu, Evidence::Partial),
        ];
        for (style, writer, evidence) in styles {
            let facts = facts(&process(arch, style).build());
            assert_eq!((facts.writer, facts.evidence), (Some(writer), evidence), "{} {style:?}", arch.name);
            assert_eq!(facts.threads.len(), 2);
            let is_kernel = writer == Writer::Kernel;
            assert_eq!(facts.coverage == RawCoverage::Everything, is_kernel);
            assert_eq!(facts.limits.vma_count.is_some(), is_kernel);
            assert_eq!(rows_of(&facts, Source::NtFile).len(), usize::from(writer != Writer::Qemu));
        }
    }
}

#[test]
fn gdb_13_has_no_thread_pointers_on_i386_and_gdb_18_has() {
    let tls = |style| facts(&process(X86, style).build()).threads.iter().filter(|t| t.tls.is_some()).count();
    assert_eq!((tls(Style::Gdb13), tls(Style::Gdb18)), (0, 2));
}

/// gdb 13: PROT_NONE is written as `r--`; the report must not take it for memory without a word.
#[test]
fn gdb_says_what_it_leaves_out() {
    let facts = facts(&process(X86, Style::Gdb13).build());
    let notes = facts.evidence_notes.join("\n");
    for part in ["MADV_DONTDUMP", "vvar", "NT_FILE", "PROT_NONE"] {
        assert!(notes.contains(part), "{part} in {notes}");
    }
}

/// gdb attaches with SIGSTOP (observed: gdb 13's gcore writes si_signo 19 to every thread).
#[test]
fn a_process_that_gdb_only_looked_at_did_not_crash() {
    let core = process(X86, Style::Gdb13).signal(19, 128, 0);
    let facts = facts(&core.build());
    assert_eq!(facts.reason, None);
    assert!(facts.threads.iter().all(|t| !t.crashed) && facts.diagnostics.has("no-crash"));
}

/// Notes of the kernel around contents of gdb, sections, several PT_NOTEs: not to be trusted as the kernel's.
#[test]
fn mixed_signs_are_nobody() {
    let image = process(X86_64, Style::Kernel).build();
    let shuffled = [
        image.clone().with("phdr[3].p_vaddr", 0x1000),
        image.clone().with("phdr[3].p_align", 0),
        image.clone().with("phdr[0].p_type", 0),
        image.clone().with("ehdr.e_shnum", 9),
    ];
    for (index, image) in shuffled.iter().enumerate() {
        let facts = facts(image);
        assert_eq!((facts.writer, facts.evidence), (None, Evidence::Partial), "{index}");
        assert_eq!((facts.coverage, facts.limits.vma_count), (RawCoverage::Nothing, None));
    }
}

/// x86-64: above 2^63, listed by the kernel, and no mapping of the process.
#[test]
fn vsyscall_is_a_row_and_no_mapping() {
    let core = process(X86_64, Style::Kernel).load(Load::new(0xffff_ffff_ff60_0000, 0x1000, "--x"));
    let facts = facts(&core.build());
    assert_eq!(facts.rows.iter().filter(|r| r.label == RowLabel::Vsyscall).count(), 1);
    assert_eq!((facts.limits.vma_count, facts.evidence), (Some(4), Evidence::Complete));
}

/// Untouched memory has p_filesz 0 like a guard, and is committed.
#[test]
fn reserved_is_what_has_no_permissions() {
    use fragscope::model::State;
    for permissions in ["r--", "rw-", "r-x", "-w-", "--x", "rwx", "---"] {
        let core = Core::new(X86).thread(Thread::new(1)).load(Load::new(0x1000, 0x1000, permissions));
        let row = facts(&core.build()).rows[0];
        assert_eq!(row.state == State::Reserved, permissions == "---", "{permissions}");
        assert_eq!(row.protection.unwrap().letters(), permissions);
    }
}

#[test]
fn dumps_of_machines_are_refused() {
    for owner in ["VMCOREINFO", "QEMU"] {
        let core = process(X86_64, Style::Kernel).note(Note::raw(X86_64, owner, 0, b"OSRELEASE=6.1"));
        let error = read(&core.build().bytes).unwrap_err().to_string();
        assert!(error.contains("whole machine"), "{error}");
    }
}

#[test]
fn freebsd_cores_have_a_map_and_threads() {
    let entry =
        |start, protection, path: &str| VmEntry { start, end: start + 0x2000, protection, kind: 2, path: path.into() };
    for arch in [X86, X86_64] {
        let core = Core::new(arch)
            .osabi(elf_bsd::FREEBSD_OSABI)
            .note(elf_bsd::freebsd_prpsinfo(arch, 70, "daemon", "daemon -x"))
            .note(elf_bsd::freebsd_prstatus(arch, 100_071, 0x7000_0800, 0x40_0100))
            .note(elf_bsd::freebsd_thrmisc(arch, "worker"))
            .note(elf_bsd::freebsd_vmmap(arch, &[entry(0x40_0000, 5, "/bin/daemon"), entry(0x50_0000, 0, "")]))
            .note(elf_bsd::freebsd_auxv(arch, &[(6, 4096), (9, 0x40_0010), (25, 0x7777)]))
            .load(Load::new(0x40_0000, 0x2000, "r-x"));
        let facts = facts(&core.build());
        assert_eq!((facts.os, facts.pid, facts.page_size), (Some(Os::FreeBsd), Some(70), Some(4096)));
        assert_eq!(facts.process_name.as_deref(), Some("daemon"));
        let [thread] = &facts.threads[..] else { panic!("one thread") };
        assert_eq!((thread.id, thread.sp.unwrap().0, thread.pc.unwrap().0), (100_071, 0x7000_0800, 0x40_0100));
        assert_eq!((thread.name.as_deref(), thread.crashed), (Some("worker"), true));
        assert_eq!(rows_of(&facts, Source::Maps).len(), 2);
        assert_eq!((facts.evidence, facts.auxv.in_main_stack), (Evidence::NearlyComplete, None));
        assert_eq!(facts.reason.unwrap().name.as_deref(), Some("SIGABRT"));
    }
}

#[test]
fn netbsd_cores_have_threads() {
    for arch in [X86, X86_64] {
        let core = Core::new(arch)
            .note(elf_bsd::netbsd_procinfo(arch, 70, 2, "daemon", 2))
            .note(elf_bsd::netbsd_registers_of(arch, 1, 0x7000_0800, 0x40_0100))
            .note(elf_bsd::netbsd_registers_of(arch, 2, 0x7100_0800, 0x40_0200))
            .load(Load::new(0x40_0000, 0x2000, "r-x"));
        let facts = facts(&core.build());
        assert_eq!((facts.os, facts.pid, facts.evidence), (Some(Os::NetBsd), Some(70), Evidence::Partial));
        let found: Vec<_> = facts.threads.iter().map(|t| (t.id, t.sp.unwrap().0, t.pc.unwrap().0, t.crashed)).collect();
        assert_eq!(found, [(1, 0x7000_0800, 0x40_0100, false), (2, 0x7100_0800, 0x40_0200, true)]);
    }
}

/// minicoredumper keeps the kernel's notes and drops most program headers.
#[test]
fn a_kernel_core_whose_notes_list_more_is_not_complete() {
    let core =
        process(X86_64, Style::Kernel).files([MappedFile::new(0x7e00_0000_0000, 0x7e00_0001_0000, 0, "/lib/x.so")]);
    let facts = facts(&core.build());
    assert_eq!((facts.writer, facts.evidence), (Some(Writer::Kernel), Evidence::Partial));
    assert_eq!((facts.coverage, facts.limits.vma_count), (RawCoverage::Nothing, None));
    assert!(facts.evidence_notes.iter().any(|n| n.contains("minicoredumper")), "{:?}", facts.evidence_notes);
}
