//! More segments than `e_phnum` can say, and how little is read of large files.

use fragscope::load::{Input, LoadOptions, elf_core};
use fragscope::model::{Evidence, Writer};

use super::{facts, process, read, said};
use crate::synth::elf_arch::{X86, X86_64};
use crate::synth::elf_core::{Core, Load};
use crate::synth::elf_process::{Style, Thread};

const MANY: u64 = 70_000;

fn many(style: Style) -> Core {
    let loads = (0..MANY).map(|i| Load::new(0x1_0000_0000 + i * 0x3000, 0x1000, "rw-"));
    let first = Load::new(0x1000, 0x1000, "rw-").dumped();
    process(X86_64, style).unmarked().load(first).loads(loads)
}

/// As the kernel writes it: ascending, and without NT_FILE, which is too large for so many mappings.
fn ordered(style: Style) -> Core {
    let loads = (0..MANY).map(|i| Load::new(0x1_0000_0000 + i * 0x3000, 0x1000, "rw-"));
    Core::new(X86_64).style(style).unmarked().program("p", "p").thread(Thread::new(1).sp(0x1_0000_0800)).loads(loads)
}

#[test]
fn pn_xnum_from_section_zero() {
    for style in [Style::Kernel, Style::Gdb13] {
        let facts = facts(&many(style).build());
        assert_eq!(facts.rows.iter().filter(|r| r.file.is_none()).count() as u64, MANY + 5, "{style:?}");
        assert!(!facts.truncated && !facts.diagnostics.has("segment-count"));
    }
}

/// Section header 0 is the very last thing in a kernel core: any truncation takes it.
#[test]
fn pn_xnum_without_section_zero() {
    let image = ordered(Style::Kernel).build();
    let facts = read(image.cut(image.bytes.len() - 1)).unwrap();
    assert_eq!((facts.rows.len() as u64, facts.limits.vma_count), (MANY, Some(MANY)));
    assert_eq!((facts.writer, facts.evidence), (Some(Writer::Kernel), Evidence::Complete));
    assert!(said(&facts, "segment-count", "65,534"));
    assert!(said(&facts, "no-file-names", "core_file_note_size_limit"));
}

#[test]
fn pn_xnum_with_a_wrong_section_zero() {
    let image = process(X86, Style::Kernel).extended_count().build();
    for info in [0, 1, 5, 0xffff, u64::from(u32::MAX)] {
        let facts = facts(&image.clone().with("shdr[0].sh_info", info));
        let rows = facts.rows.iter().filter(|r| r.file.is_none()).count();
        // Numbers above what there is cannot be told from truncation; what follows the table is not taken for more.
        assert!(rows >= 4, "{info}: {rows}");
        assert!(info >= 0xffff || (rows == 4 && said(&facts, "segment-count", "too few")), "{info}: {rows}");
    }
}

/// gdb: the first contents, not the notes, follow the program headers.
#[test]
fn pn_xnum_of_gdb_without_its_end() {
    let first = Load::new(0x1000, 0x8000, "rw-").dumped();
    let core = Core::new(X86_64).style(Style::Gdb13).unmarked().program("p", "p").thread(Thread::new(1)).load(first);
    let image = core.loads((0..MANY).map(|i| Load::new(0x1_0000_0000 + i * 0x3000, 0x1000, "rw-"))).build();
    let facts = read(image.cut(64 + 56 * 70_002 + 0x1000)).unwrap();
    assert_eq!((facts.rows.len() as u64, facts.threads.len()), (MANY + 1, 0));
    assert_eq!((facts.writer, facts.truncated), (Some(Writer::Gdb), true));
}

#[test]
fn a_table_that_is_cut_is_complete_as_far_as_it_goes() {
    use fragscope::load::facts::RawCoverage;
    let image = ordered(Style::Kernel).build();
    let facts = read(image.cut(64 + 56 * 1001 + 10)).unwrap();
    assert_eq!((facts.rows.len(), facts.truncated, facts.limits.vma_count), (1000, true, None));
    assert_eq!((facts.writer, facts.evidence), (Some(Writer::Kernel), Evidence::Partial));
    let RawCoverage::Within(ranges) = &facts.coverage else { panic!("{:?}", facts.coverage) };
    assert_eq!(ranges[0].end(), facts.rows[999].range.end());
    assert!(said(&facts, "truncated", "program headers"));
}

/// Acceptance: no more than 1.2 times headers and notes are read.
#[test]
fn headers_and_notes_are_read_once_and_nothing_else() {
    for (style, threads) in [(Style::Kernel, 300), (Style::Gdb18, 300), (Style::Kernel, 1), (Style::Qemu, 3)] {
        let threads = (0..threads).map(|i| Thread::new(100 + i).xstate(2696));
        let core =
            threads.fold(process(X86_64, style).load(Load::new(0x8000_0000, 8 << 20, "rw-").dumped()), Core::thread);
        let image = core.build();
        let wanted = 64 + 56 * 6 + image.find("notes").len() as u64;
        let input = Input::from_bytes(&image.bytes[..], false).unwrap();
        elf_core::read(&input, &LoadOptions::default()).unwrap();
        assert!(input.bytes_read() <= wanted + wanted / 20, "{style:?}: {} of {wanted}", input.bytes_read());
    }
}
