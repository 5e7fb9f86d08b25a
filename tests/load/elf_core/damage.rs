//! Cut, contradictory and hostile cores.

use std::time::{Duration, Instant};

use fragscope::model::{Evidence, Source};

use super::{facts, process, read, rows_of, said};
use crate::synth::bytes::Image;
use crate::synth::elf_arch::{self, X86, X86_64};
use crate::synth::elf_core::{Core, Load};
use crate::synth::elf_process::{Style, Thread};

fn range_of(image: &Image) -> (u64, u64) {
    let facts = facts(image);
    (facts.rows[0].range.start().0, facts.rows[0].range.end().0)
}

fn one(arch: elf_arch::Arch, start: u64) -> Image {
    Core::new(arch).thread(Thread::new(1)).load(Load::new(start, 0x2000, "rw-").dumped()).build()
}

#[test]
fn sizes_that_contradict_each_other() {
    let image = one(X86_64, 0x1000);
    for (memsz, end) in [(0x1000, 0x2000), (0, 0x3000)] {
        let image = image.clone().with("phdr[1].p_memsz", memsz);
        assert_eq!(range_of(&image), (0x1000, end));
        let facts = facts(&image);
        assert!(said(&facts, "damaged-segment", "program header 1"));
        assert_eq!((facts.evidence, facts.memory[0].range.end().0), (Evidence::Partial, end));
    }
}

#[test]
fn ranges_that_wrap_are_cut_at_the_last_address() {
    assert_eq!(range_of(&one(X86_64, u64::MAX - 0xfff)), (u64::MAX - 0xfff, u64::MAX));
    assert_eq!(range_of(&one(X86, 0xffff_f000)), (0xffff_f000, 1 << 32));
    assert_eq!(range_of(&one(X86, 0xffff_e000)), (0xffff_e000, 1 << 32));
    let last = read(&one(X86_64, 0x1000).with("phdr[1].p_vaddr", u64::MAX).bytes).unwrap();
    assert!(last.rows.is_empty() && said(&last, "damaged-segment", "last address"));
}

/// A truncated kernel core has its map and all notes; only memory is missing.
#[test]
fn a_cut_kernel_core_keeps_map_and_threads() {
    let core = process(X86, Style::Kernel);
    let image = core.build();
    let facts = read(image.cut(image.find("load[2]").start + 0x10)).unwrap();
    assert_eq!((facts.threads.len(), rows_of(&facts, Source::PtLoad).len()), (2, 4));
    assert_eq!((facts.truncated, facts.evidence), (true, Evidence::Complete));
    assert_eq!(facts.memory.iter().map(|m| m.range.size()).collect::<Vec<_>>(), [0x10]);
    assert!(said(&facts, "truncated", "in 2 of the mappings"));
}

/// A truncated gcore has no notes: they are at the end.
#[test]
fn a_cut_gcore_says_that_its_threads_are_gone() {
    let image = process(X86, Style::Gdb13).build();
    let facts = read(image.cut(image.find("notes").start)).unwrap();
    assert_eq!((facts.threads.len(), rows_of(&facts, Source::PtLoad).len()), (0, 4));
    assert_eq!((facts.truncated, facts.evidence), (true, Evidence::Partial));
    assert_eq!(facts.writer, Some(fragscope::model::Writer::Gdb));
    assert!(said(&facts, "truncated", "threads"));
}

#[test]
fn every_cut_is_a_sentence_or_facts() {
    for arch in elf_arch::ALL {
        for style in [Style::Kernel, Style::Gdb18, Style::Qemu] {
            for image in [process(arch, style).build(), process(arch, style).extended_count().build()] {
                image.fine_cuts().into_iter().for_each(|cut| check_cut(&image, cut));
            }
        }
    }
}

fn check_cut(image: &Image, cut: usize) {
    match read(image.cut(cut)) {
        Ok(facts) => {
            assert!(!facts.rows.is_empty() || !facts.threads.is_empty());
            assert!(facts.memory.iter().all(|m| m.offset.0 + m.range.size() <= cut as u64), "{cut}");
        }
        Err(error) => {
            let text = error.to_string();
            assert!(text.contains("offset") && text.len() > 40, "{text}");
        }
    }
}

/// Values that overflow sums, products and allocations, in every field of every structure.
#[test]
fn every_field_with_absurd_values() {
    let values = [0, 1, 4, 0xffff, 0x7fff_ffff, 0xffff_ffff, 1 << 63, u64::MAX];
    for arch in [X86, elf_arch::PPC64] {
        for style in [Style::Kernel, Style::Gdb18] {
            for image in [process(arch, style).build(), process(arch, style).extended_count().build()] {
                let names: Vec<String> = image.fields().map(|m| m.name.clone()).collect();
                for (name, value) in names.iter().flat_map(|n| values.map(|v| (n, v))) {
                    let image = image.clone().with(name, value);
                    let started = Instant::now();
                    let _ = read(&image.bytes);
                    assert!(started.elapsed() < Duration::from_secs(1), "{name} = {value:#x}");
                }
            }
        }
    }
}

#[test]
fn every_byte_changed() {
    let images = [process(X86, Style::Kernel).build(), process(X86_64, Style::Gdb18).build()];
    for image in images {
        let mut bytes = image.bytes;
        for index in 6..bytes.len().min(4096) {
            for flip in [0xff, 0x80, 0x01] {
                bytes[index] ^= flip;
                let _ = read(&bytes);
                bytes[index] ^= flip;
            }
        }
    }
}

#[test]
fn errors_name_structure_and_offset() {
    let image = process(X86_64, Style::Kernel).build();
    let cases = [
        (image.cut(40).to_vec(), "the ELF header at offset 0x0"),
        (image.clone().with("ehdr.e_phnum", 0).bytes, "e_phnum is 0"),
        (image.clone().with("ehdr.e_phoff", 1 << 40).bytes, "the first program header at offset 0x10000000000"),
        (image.cut(100).to_vec(), "the first program header at offset 0x40"),
    ];
    for (bytes, part) in cases {
        let error = read(&bytes).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
    let mut class = image.bytes.clone();
    class[4] = 9;
    assert!(read(&class).unwrap_err().to_string().contains("EI_CLASS is 9"));
    let empty = Core::new(X86).build();
    assert!(read(&empty.bytes).unwrap_err().to_string().contains("list no mapping"));
}

/// 60,000 PT_NOTEs that all point to the same notes must not be read 60,000 times.
#[test]
fn many_note_segments_are_bounded() {
    let loads = (0..60_000u64).map(|i| Load::new(0x1000 * i, 0x1000, "rw-"));
    let core = process(X86_64, Style::Kernel).unmarked().loads(loads);
    let image = core.thread(Thread::new(9).xstate(100_000)).build();
    let mut bytes = image.bytes;
    let first = bytes[64..64 + 56].to_vec();
    for entry in bytes[64 + 56..64 + 56 * 60_001].chunks_exact_mut(56) {
        entry.copy_from_slice(&first);
    }
    let started = Instant::now();
    let facts = read(&bytes).unwrap();
    assert!(facts.diagnostics.has("damaged-notes"));
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
}
