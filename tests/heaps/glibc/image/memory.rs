//! A process's memory in the making.

use std::collections::BTreeSet;

use crate::synth::elf_arch::{X86, X86_64};
use crate::synth::elf_core::{Core, Load};
use crate::synth::elf_notes::MappedFile;
use crate::synth::elf_process::Thread;

use super::version::Version;

pub const PAGE: u64 = 4096;

struct Mapping {
    start: u64,
    bytes: Vec<u8>,
    /// Further bytes that nobody may read.
    reserved: u64,
    path: Option<&'static str>,
}

/// Mappings, filled word by word.
pub struct Memory {
    version: Version,
    mappings: Vec<Mapping>,
    written: BTreeSet<u64>,
}

impl Memory {
    pub fn new(version: Version) -> Memory {
        Memory { version, mappings: Vec::new(), written: BTreeSet::new() }
    }

    pub fn map(&mut self, start: u64, size: u64) {
        self.mappings.push(Mapping { start, bytes: vec![0; size as usize], reserved: 0, path: None });
    }

    pub fn map_file(&mut self, start: u64, size: u64, path: Option<&'static str>) {
        self.mappings.push(Mapping { start, bytes: vec![0; size as usize], reserved: 0, path });
    }

    pub fn map_heap(&mut self, start: u64, size: u64, reserved: u64) {
        self.mappings.push(Mapping { start, bytes: vec![0; size as usize], reserved, path: None });
    }

    pub fn put(&mut self, at: u64, value: u64) {
        let word = self.version.word() as usize;
        self.put_bytes(at, &value.to_le_bytes()[..word]);
    }

    pub fn put_u32(&mut self, at: u64, value: u32) {
        self.put_bytes(at, &value.to_le_bytes());
    }

    pub fn put_bytes(&mut self, at: u64, bytes: &[u8]) {
        let mapping = self.mappings.iter_mut().find(|m| m.start <= at && at < m.start + m.bytes.len() as u64);
        let mapping = mapping.unwrap_or_else(|| panic!("nothing is mapped at {at:#x}"));
        let offset = (at - mapping.start) as usize;
        mapping.bytes[offset..offset + bytes.len()].copy_from_slice(bytes);
        self.written.insert(at);
    }

    /// Addresses that something was put at.
    pub fn written(&self) -> impl Iterator<Item = &u64> {
        self.written.iter()
    }

    /// As /proc/PID/maps would show it, `brk` as the heap.
    pub fn maps(&self, brk: u64) -> String {
        let mut rows: Vec<(u64, String)> = Vec::new();
        for m in &self.mappings {
            let end = m.start + m.bytes.len() as u64;
            let name = m.path.unwrap_or(if m.start == brk { "[heap]" } else { "" });
            rows.push((m.start, format!("{:x}-{end:x} rw-p 00000000 00:00 0 {name}\n", m.start)));
            if m.reserved > 0 {
                rows.push((end, format!("{end:x}-{:x} ---p 00000000 00:00 0\n", end + m.reserved)));
            }
        }
        rows.sort();
        rows.into_iter().map(|(_, row)| row).collect()
    }

    /// A kernel's core of it.
    pub fn core(&self) -> Vec<u8> {
        self.core_without(&BTreeSet::new())
    }

    /// The same without what these pages held (numbers of pages).
    pub fn core_without(&self, missing: &BTreeSet<u64>) -> Vec<u8> {
        let arch = if self.version.wide { X86_64 } else { X86 };
        let mut loads: Vec<Load> = Vec::new();
        for m in &self.mappings {
            m.loads(missing, &mut loads);
        }
        loads.sort_by_key(|load| load.vaddr);
        let file = |m: &Mapping| Some(MappedFile::new(m.start, m.start + m.bytes.len() as u64, 0, m.path?));
        let files = self.mappings.iter().filter_map(file);
        let core = Core::new(arch).unmarked().program("made", "made").thread(Thread::new(1)).loads(loads).files(files);
        core.build().bytes
    }
}

impl Mapping {
    /// One for all that is there, and one for each missing page; a segment can only lack its end.
    fn loads(&self, missing: &BTreeSet<u64>, loads: &mut Vec<Load>) {
        let end = self.start + self.bytes.len() as u64;
        let mut start = self.start;
        let gone = missing.range(start / PAGE..end / PAGE).map(|page| page * PAGE);
        for stop in gone.chain([end]) {
            if stop > start {
                let content = &self.bytes[(start - self.start) as usize..(stop - self.start) as usize];
                loads.push(Load::new(start, stop - start, "rw-").content(start, content));
            }
            if stop < end {
                loads.push(Load::new(stop, PAGE, "rw-"));
            }
            start = stop + PAGE;
        }
        if self.reserved > 0 {
            loads.push(Load::new(end, self.reserved, "---"));
        }
    }
}
