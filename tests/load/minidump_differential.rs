//! What we read of real minidumps against what the `minidump` crate reads of the same bytes.
//!
//! Where the crate is known to see less, or other addresses on purpose, the comparison says so at the place.

use std::path::Path;

use fragscope::addr::Addr;
use fragscope::load::facts::{Facts, Row};
use fragscope::model::{Os, PointerWidth, Source, State};
use minidump::format::MemoryState;
use minidump::{
    CodeView, Minidump, MinidumpException, MinidumpLinuxMaps, MinidumpMemory64List, MinidumpMemoryInfoList,
    MinidumpMemoryList, MinidumpMiscInfo, MinidumpModuleList, MinidumpSystemInfo, MinidumpThreadList,
    MinidumpThreadNames, MinidumpUnloadedModuleList, Module,
};

use super::real_dumps;

type Other<'a> = Minidump<'a, &'a [u8]>;

#[test]
fn real_dumps_read_as_the_minidump_crate_reads_them() {
    let mut compared = 0;
    for path in real_dumps::minidumps() {
        let bytes = real_dumps::bytes(&path);
        let (Ok(other), Ok(ours)) = (Minidump::read(bytes.as_slice()), real_dumps::try_facts(&bytes)) else {
            continue;
        };
        compare(&path, &ours, &other);
        compared += 1;
    }
    println!("{compared} minidumps compared with the minidump crate");
}

fn compare(path: &Path, ours: &Facts, other: &Other<'_>) {
    let name = path.file_name().unwrap().to_string_lossy();
    if let Ok(system) = other.get_stream::<MinidumpSystemInfo>() {
        system_info(&name, ours, &system);
        threads(&name, ours, other, &system);
    }
    modules(&name, ours, other);
    unloaded_modules(&name, ours, other);
    memory_info(&name, ours, other);
    linux_maps(&name, ours, other);
    memory(&name, ours, other);
}

/// The address as a process of this width has it.
fn narrow(ours: &Facts, raw: u64) -> u64 {
    if ours.width == Some(PointerWidth::Bits32) { raw & 0xffff_ffff } else { raw }
}

fn system_info(name: &str, ours: &Facts, system: &MinidumpSystemInfo) {
    let os = match system.os {
        minidump::system_info::Os::Windows => Some(Os::Windows),
        minidump::system_info::Os::Linux => Some(Os::Linux),
        minidump::system_info::Os::Android => Some(Os::Android),
        minidump::system_info::Os::MacOs => Some(Os::MacOs),
        minidump::system_info::Os::Ios => Some(Os::Ios),
        _ => None,
    };
    assert_eq!(ours.os, os, "{name}");
    let seen_from_64_bit = ours.windows.wow64 || ours.diagnostics.has("narrow-process");
    let bits = ours.width.map(PointerWidth::bits);
    let theirs = system.cpu.pointer_width().size_in_bytes().map(|bytes| bytes * 8);
    assert!(seen_from_64_bit || bits == theirs, "{name}: {bits:?} {theirs:?}");
}

/// Registers, TEBs and names. The crashing thread has the exception's registers here. The x86 registers of a thread
/// seen from the 64-bit side are out of the crate's sight.
fn threads(name: &str, ours: &Facts, other: &Other<'_>, system: &MinidumpSystemInfo) {
    let Ok(list) = other.get_stream::<MinidumpThreadList<'_>>() else { return };
    let misc = other.get_stream::<MinidumpMiscInfo>().ok();
    let names = other.get_stream::<MinidumpThreadNames>().unwrap_or_default();
    let exception = other.get_stream::<MinidumpException<'_>>().ok();
    assert_eq!(ours.threads.len(), list.threads.len(), "{name}");
    for (mine, theirs) in ours.threads.iter().zip(&list.threads) {
        assert_eq!(mine.id, u64::from(theirs.raw.thread_id), "{name}");
        // An empty name is none here.
        let called = names.get_name(theirs.raw.thread_id).filter(|n| !n.is_empty());
        assert_eq!(mine.name.as_deref(), called.as_deref(), "{name}");
        let raised = exception.as_ref().filter(|e| u64::from(e.thread_id) == mine.id);
        assert_eq!(mine.crashed, raised.is_some() || (exception.is_none() && mine.crashed), "{name}");
        if ours.windows.wow64 {
            continue;
        }
        assert_eq!(mine.teb.map_or(0, |t| t.0), narrow(ours, theirs.raw.teb), "{name}");
        let of_exception = raised.and_then(|e| e.context(system, misc.as_ref()));
        let context = of_exception.or_else(|| theirs.context(system, misc.as_ref()));
        let registers = context.map(|c| (Addr(c.get_stack_pointer()), Addr(c.get_instruction_pointer())));
        assert_eq!(mine.sp.zip(mine.pc), registers, "{name}: thread {}", mine.id);
        let stack = theirs.raw.stack.start_of_memory_range;
        if let Some(range) = mine.stack_memory {
            assert_eq!(range.start().0, narrow(ours, stack), "{name}");
            assert_eq!(range.size(), u64::from(theirs.raw.stack.memory.data_size), "{name}");
        }
    }
}

fn modules(name: &str, ours: &Facts, other: &Other<'_>) {
    let Ok(list) = other.get_stream::<MinidumpModuleList>() else { return };
    let theirs: Vec<_> = list.iter().filter(|m| m.size() > 0).collect();
    assert_eq!(ours.modules.len(), theirs.len(), "{name}");
    for (mine, theirs) in ours.modules.iter().zip(theirs) {
        assert_eq!(mine.path, theirs.code_file(), "{name}");
        assert_eq!(mine.range.start().0, narrow(ours, theirs.base_address()), "{name}");
        assert_eq!(mine.range.size(), theirs.size(), "{name}: {}", mine.path);
        let id = match &theirs.codeview_info {
            Some(CodeView::Elf(_)) => theirs.code_identifier().map(|id| id.to_string()),
            Some(CodeView::Pdb70(_)) => theirs.debug_identifier().map(|id| id.breakpad().to_string()),
            _ => None,
        };
        assert_eq!(mine.id, id, "{name}: {}", mine.path);
    }
}

fn unloaded_modules(name: &str, ours: &Facts, other: &Other<'_>) {
    let Ok(list) = other.get_stream::<MinidumpUnloadedModuleList>() else { return };
    let theirs: Vec<_> = list.iter().map(|m| (m.code_file().into_owned(), m.base_address(), m.size())).collect();
    let of_mine =
        |m: &fragscope::model::snapshot::UnloadedModule| (m.name.to_string(), m.range.start().0, m.range.size());
    assert_eq!(ours.unloaded_modules.iter().map(of_mine).collect::<Vec<_>>(), theirs, "{name}");
}

fn rows(ours: &Facts, source: Source) -> Vec<&Row> {
    ours.rows.iter().filter(|r| r.source == source).collect()
}

/// Row by row, in the list's order. The crate's iterator keeps free and empty entries; ours are no rows.
fn memory_info(name: &str, ours: &Facts, other: &Other<'_>) {
    let Ok(list) = other.get_stream::<MinidumpMemoryInfoList<'_>>() else { return };
    let taken = |m: &&minidump::MinidumpMemoryInfo<'_>| m.raw.region_size > 0 && m.state != MemoryState::MEM_FREE;
    let theirs: Vec<_> = list.iter().filter(taken).collect();
    let mine = rows(ours, Source::MemoryInfo);
    assert_eq!(mine.len(), theirs.len(), "{name}");
    for (mine, theirs) in mine.into_iter().zip(theirs) {
        assert_eq!(mine.range.start().0, narrow(ours, theirs.raw.base_address), "{name}");
        assert_eq!(mine.range.size(), theirs.raw.region_size, "{name}");
        let reserved = theirs.state == MemoryState::MEM_RESERVE;
        if ours.os == Some(Os::Windows) {
            assert_eq!(mine.state == State::Reserved, reserved, "{name}");
            let allocation = narrow(ours, theirs.raw.allocation_base);
            assert_eq!(mine.allocation.map_or(0, |a| a.0), allocation, "{name}");
        }
        let Some(protection) = mine.protection else { continue };
        assert_eq!(protection.letters().get(..3), Some(letters(theirs.protection.bits())), "{name}: {theirs:?}");
    }
}

/// PAGE_* of winnt.h as letters. (The crate's `is_readable` does not count PAGE_WRITECOPY.)
fn letters(protection: u32) -> &'static str {
    match protection & 0xff {
        0x02 => "r--",
        0x04 | 0x08 => "rw-",
        0x10 => "--x",
        0x20 => "r-x",
        0x40 | 0x80 => "rwx",
        _ => "---",
    }
}

/// Row by row. The crate drops a whole stream for one odd line, and then there is nothing to compare.
fn linux_maps(name: &str, ours: &Facts, other: &Other<'_>) {
    let Ok(list) = other.get_stream::<MinidumpLinuxMaps<'_>>() else { return };
    let theirs: Vec<_> = list.iter().filter(|m| m.map.address.0 < m.map.address.1).collect();
    let mine = rows(ours, Source::LinuxMaps);
    assert_eq!(mine.len(), theirs.len(), "{name}");
    for (mine, theirs) in mine.into_iter().zip(theirs) {
        assert_eq!((mine.range.start().0, mine.range.end().0), theirs.map.address, "{name}");
        let letters = mine.protection.unwrap().letters();
        assert_eq!(letters.starts_with('r'), theirs.is_readable(), "{name}");
        assert_eq!(letters.chars().nth(1) == Some('w'), theirs.is_writable(), "{name}");
        assert_eq!(letters.contains('x'), theirs.is_executable(), "{name}");
    }
}

/// Every range of the memory lists is captured, and its first bytes are where we say.
fn memory(name: &str, ours: &Facts, other: &Other<'_>) {
    let list = other.get_stream::<MinidumpMemoryList<'_>>().unwrap_or_default();
    let list_64 = other.get_stream::<MinidumpMemory64List<'_>>().unwrap_or_default();
    let small = list.iter().map(|m| (m.base_address, m.bytes));
    let large = list_64.iter().map(|m| (m.base_address, m.bytes));
    for (base, bytes) in small.chain(large).filter(|(_, bytes)| !bytes.is_empty()) {
        let base = narrow(ours, base);
        let found = ours.memory.iter().any(|c| c.range.start().0 == base && c.range.size() == bytes.len() as u64);
        assert!(found, "{name}: {base:#x}");
    }
}
