//! Compressed cores: what is read without unpacking all, and what `--deep` adds.

use std::io::Write;

use fragscope::load::facts::Facts;
use fragscope::load::{Input, LoadOptions, PREFIX_LIMIT, elf_core};
use fragscope::model::Writer;

use super::process;
use crate::synth::elf_arch::X86_64;
use crate::synth::elf_core::Load;
use crate::synth::elf_process::Style;

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn large(style: Style) -> Vec<u8> {
    let load = Load::new(0x8000_0000, PREFIX_LIMIT + (1 << 20), "rw-").dumped();
    packed(&process(X86_64, style).unmarked().load(load).build().bytes)
}

fn read(bytes: &[u8], deep: bool) -> (Facts, u64) {
    let input = Input::from_bytes(bytes.to_vec(), deep).unwrap();
    let facts = elf_core::read(&input, &LoadOptions { deep, ..LoadOptions::default() }).unwrap();
    let read = input.bytes_read();
    (facts, read)
}

#[test]
fn a_kernel_core_is_whole_without_deep() {
    let (facts, read) = read(&large(Style::Kernel), false);
    assert_eq!((facts.threads.len(), facts.writer, facts.truncated), (2, Some(Writer::Kernel), false));
    assert!(read < 16 << 10);
    assert_eq!(facts.memory.len(), 3);
}

#[test]
fn a_gcore_needs_deep_for_its_threads() {
    let bytes = large(Style::Gdb13);
    let (shallow, _) = read(&bytes, false);
    assert_eq!((shallow.threads.len(), shallow.truncated, shallow.writer), (0, false, Some(Writer::Gdb)));
    assert!(shallow.deep_would_add.iter().any(|s| s.contains("threads")), "{:?}", shallow.deep_would_add);
    assert!(!shallow.diagnostics.has("no-crash"), "what was not read says nothing of a crash");
    let (deep, _) = read(&bytes, true);
    assert_eq!((deep.threads.len(), deep.files.len(), deep.deep_would_add.len()), (2, 1, 0));
    assert!(deep.memory.iter().any(|m| m.range.size() > PREFIX_LIMIT));
}

#[test]
fn a_small_one_needs_nothing() {
    let (facts, _) = read(&packed(&process(X86_64, Style::Gdb13).build().bytes), false);
    assert_eq!((facts.threads.len(), facts.deep_would_add.len(), facts.truncated), (2, 0, false));
}

#[test]
fn a_cut_stream_is_truncated() {
    let whole = packed(&process(X86_64, Style::Kernel).build().bytes);
    let (facts, _) = read(&whole[..whole.len() - 12], false);
    assert!(facts.truncated && facts.diagnostics.has("truncated"));
    let (deep, _) = read(&large(Style::Kernel)[..4000], true);
    assert!(deep.truncated && deep.diagnostics.has("truncated"));
}
