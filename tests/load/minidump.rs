//! Minidumps from synthetic writers: one test per fact of the format.

use fragscope::addr::{Addr, AddrRange};
use fragscope::error::LoadError;
use fragscope::load::facts::{Facts, RawCoverage, RowLabel};
use fragscope::load::{Input, LoadOptions, minidump};
use fragscope::model::{
    Cpu as OurCpu, Endian, Evidence, Os, PointerWidth, Protection, Reason, ReasonKind, Request, RequestSource, Source,
    State, Writer,
};

use super::real_dumps::{facts, try_facts};
use crate::synth::minidump::{Minidump, Raw, stream_type};
use crate::synth::minidump_annotations::{BreakpadInfo, CrashpadInfo, ModuleAnnotations, pairs};
use crate::synth::minidump_context::{self, Context, Cpu};
use crate::synth::minidump_memory::{Memory64List, MemoryInfoList, MemoryList, Region, kind, protect};
use crate::synth::minidump_modules::{Module, ModuleList, UnloadedModuleList};
use crate::synth::minidump_streams::{Exception, Thread, ThreadInfoList, ThreadList, ThreadNames};
use crate::synth::minidump_system::{
    MiscInfo, ProcessVmCounters, SystemInfo, SystemMemoryInfo, limits, linux_auxv, platform,
};
use crate::synth::teb::{self, Teb};

fn range(start: u64, end: u64) -> AddrRange {
    AddrRange::new(Addr(start), Addr(end)).unwrap()
}

fn windows(cpu: Cpu) -> Minidump {
    Minidump::new().stream(SystemInfo::new(cpu, platform::WINDOWS_NT))
}

fn linux(cpu: Cpu) -> Minidump {
    Minidump::new().stream(SystemInfo::new(cpu, platform::LINUX))
}

fn read(dump: &Minidump) -> Facts {
    facts(&dump.build().bytes)
}

fn ranges(facts: &Facts, source: Source) -> Vec<AddrRange> {
    facts.rows.iter().filter(|r| r.source == source).map(|r| r.range).collect()
}

fn codes(facts: &Facts) -> Vec<&'static str> {
    facts.diagnostics.to_vec().into_iter().map(|d| d.code).collect()
}

#[test]
fn virtual_query_rows_keep_state_protection_type_and_allocation() {
    let facts = read(&windows(Cpu::X86).stream(MemoryInfoList::new([
        Region::free(0, 0x1_0000),
        Region::reserved(0x1_0000, 0xf000),
        Region::committed(0x1_f000, 0x1000, protect::READWRITE | protect::GUARD).allocation(0x1_0000),
        Region::committed(0x2_0000, 0x1000, protect::EXECUTE_READ).kind(kind::IMAGE),
        Region::committed(0x2_1000, 0x1000, protect::READWRITE | protect::WRITECOMBINE).kind(kind::MAPPED),
        Region::free(0x2_2000, 0x7ffc_e000),
    ])));
    assert_eq!(facts.coverage, RawCoverage::Within(vec![range(0, 0x7fff_0000)]));
    assert_eq!(facts.evidence, Evidence::Complete);
    assert_eq!(facts.windows.memory_info_end, Some(Addr(0x7fff_0000)));
    let [reserved, guard, image, combined] = facts.rows.as_slice() else { panic!("{:?}", facts.rows) };
    assert_eq!((reserved.state, reserved.protection), (State::Reserved, None));
    assert_eq!(guard.protection, Some(Protection::READ.with(Protection::WRITE).with(Protection::GUARD)));
    assert_eq!(guard.allocation, Some(Addr(0x1_0000)));
    assert_eq!((image.label, combined.label, guard.label), (RowLabel::Image, RowLabel::Mapped, RowLabel::Private));
    assert!(combined.protection.unwrap().has(Protection::WRITE_COMBINE));
}

/// dbghelp of 32-bit processes (Firefox): addresses from 2 GiB on are sign-extended.
#[test]
fn sign_extended_addresses_are_masked() {
    let facts = read(
        &windows(Cpu::X86)
            .stream(MemoryInfoList::new([
                Region::free(0, 0x9fff_0000),
                Region::committed(0x9fff_0000, 0x1_0000, protect::READWRITE).sign_extended(),
                Region::free(0xa000_0000, 0x5fff_0000).sign_extended(),
            ]))
            .stream(MemoryList::new().range(0xffff_ffff_9fff_1000, &[1, 2, 3])),
    );
    assert_eq!(ranges(&facts, Source::MemoryInfo), [range(0x9fff_0000, 0xa000_0000)]);
    assert_eq!(facts.rows[0].allocation, Some(Addr(0x9fff_0000)));
    assert_eq!(facts.coverage, RawCoverage::Within(vec![range(0, 0xffff_0000)]));
    assert_eq!(facts.memory[0].range, range(0x9fff_1000, 0x9fff_1003));
}

#[test]
fn empty_and_odd_entries_cost_only_themselves() {
    let facts = read(&windows(Cpu::Amd64).stream(MemoryInfoList::new([
        Region::free(0, 0x1_0000),
        Region::committed(0x1_0000, 0, protect::READWRITE),
        Region::committed(0x1_0000, 0x1000, protect::READWRITE).state(0),
        Region::committed(0x1_1000, 0x1000, protect::READWRITE),
    ])));
    assert_eq!(ranges(&facts, Source::MemoryInfo), [range(0x1_1000, 0x1_2000)]);
    assert_eq!(facts.coverage, RawCoverage::Within(vec![range(0, 0x1_0000), range(0x1_1000, 0x1_2000)]));
    assert!(codes(&facts).contains(&"empty-entry") && codes(&facts).contains(&"unknown-state"));
    assert_eq!(facts.evidence, Evidence::Partial);
}

#[test]
fn sizes_of_header_and_entry_are_used_as_written() {
    let regions = [Region::free(0, 0x1_0000), Region::committed(0x1_0000, 0x1000, protect::READWRITE)];
    let facts = read(&windows(Cpu::X86).stream(MemoryInfoList::new(regions).sizes(24, 56)));
    assert_eq!(ranges(&facts, Source::MemoryInfo), [range(0x1_0000, 0x1_1000)]);
    let image = windows(Cpu::X86).stream(MemoryInfoList::new(regions)).build();
    for size in [0, 8, 0xffff_ffff] {
        let facts = facts_of(&image.clone().with("MemoryInfoList.SizeOfEntry", size).bytes);
        assert!(codes(&facts).contains(&"bad-entry-size"), "{size}");
    }
}

#[test]
fn absurd_counts_are_cut_to_what_there_is() {
    let regions = [Region::free(0, 0x1_0000), Region::committed(0x1_0000, 0x1000, protect::READWRITE)];
    let image = windows(Cpu::X86).stream(MemoryInfoList::new(regions)).build();
    let facts = facts_of(&image.with("MemoryInfoList.NumberOfEntries", u64::MAX).bytes);
    assert_eq!(ranges(&facts, Source::MemoryInfo), [range(0x1_0000, 0x1_1000)]);
    assert_eq!((facts.evidence, codes(&facts).contains(&"short-list")), (Evidence::Partial, true));
    let image = windows(Cpu::X86).stream(ThreadList::new([Thread::new(7)])).build();
    let facts = facts_of(&image.with("ThreadList.NumberOfThreads", 0xffff_ffff).bytes);
    assert_eq!(facts.threads.len(), 1);
}

fn facts_of(bytes: &[u8]) -> Facts {
    facts(bytes)
}

/// minidump-writer on Linux: no free rows, PROT_NONE as PAGE_NOACCESS; gaps are free.
#[test]
fn linux_memory_info_covers_everything() {
    let facts = read(&linux(Cpu::Amd64).stream(MemoryInfoList::new([
        Region::committed(0x40_0000, 0x1000, protect::EXECUTE_READ),
        Region::committed(0x7f00_0000_0000, 0x1000, protect::NOACCESS),
        Region::committed(0x7f00_0000_1000, 0x1000, protect::READWRITE).kind(kind::MAPPED),
        Region::committed(0xffff_ffff_ff60_0000, 0x1000, protect::EXECUTE_READ),
    ])));
    assert_eq!((&facts.coverage, facts.evidence), (&RawCoverage::Everything, Evidence::Complete));
    assert_eq!(facts.rows[1].state, State::Reserved);
    assert!(facts.rows[2].protection.unwrap().has(Protection::SHARED));
    assert_eq!(facts.rows[3].label, RowLabel::Vsyscall);
    assert_eq!(facts.limits.vma_count, Some(3));
    assert_eq!(facts.writer, Some(Writer::MinidumpWriter));
    assert_eq!(facts.windows.memory_info_end, None);
}

const MAPS: &str = "00400000-00401000 r-xp 00000000 08:01 1      /bin/a\n\
                    7fff00000000-7fff00021000 rw-p 00000000 00:00 0      [stack]\n";

#[test]
fn both_maps_are_stated() {
    let facts = read(
        &linux(Cpu::Amd64)
            .stream(MemoryInfoList::new([Region::committed(0x40_0000, 0x1000, protect::EXECUTE_READ)]))
            .raw(stream_type::LINUX_MAPS, MAPS),
    );
    assert_eq!(ranges(&facts, Source::LinuxMaps).len(), 2);
    assert_eq!(ranges(&facts, Source::MemoryInfo).len(), 1);
    assert_eq!((facts.limits.vma_count, facts.evidence), (Some(2), Evidence::Complete));
}

#[test]
fn one_bad_line_of_linux_maps_costs_itself_and_the_grade() {
    let text = format!("{MAPS}garbage\n7fff10000000-7fff10001000 rw-p 00000000 00:00 0");
    let facts = read(&linux(Cpu::Amd64).raw(stream_type::LINUX_MAPS, text));
    assert_eq!(ranges(&facts, Source::LinuxMaps).len(), 3);
    assert_eq!((&facts.coverage, facts.evidence), (&RawCoverage::Nothing, Evidence::Partial));
}

#[test]
fn linux_streams_tell_limits_auxv_and_pid() {
    let auxv = linux_auxv(8, &[(3, 0x40_0040), (6, 4096), (7, 0x7f00_0000), (25, 0x7fff_0009), (33, 0x7ffe_0000)]);
    let facts = read(
        &linux(Cpu::Amd64)
            .raw(stream_type::LINUX_MAPS, MAPS)
            .raw(stream_type::LINUX_AUXV, auxv)
            .raw(stream_type::LINUX_PROC_STATUS, "Name:\tapp\nTgid:\t41\nPid:\t42\n")
            .raw(stream_type::MOZ_LINUX_LIMITS, limits(Some(1 << 30), None)),
    );
    assert_eq!((facts.pid, facts.process_name.as_deref()), (Some(41), Some("app")));
    assert_eq!(facts.limits.address_space_limit, Some(1 << 30));
    assert_eq!(facts.limits.stack_limit, Some(u64::MAX));
    assert_eq!((facts.auxv.phdr, facts.auxv.in_main_stack), (Some(Addr(0x40_0040)), Some(Addr(0x7fff_0009))));
    assert_eq!((facts.auxv.vdso, facts.page_size), (Some(Addr(0x7ffe_0000)), Some(4096)));
}

/// minidump-writer (x86-64) of an i386 process: SystemInfo and contexts are 64-bit, the map and the vector are not.
#[test]
fn narrow_linux_process_is_recognised() {
    let maps = "08048000-08049000 r-xp 00000000 08:01 1      /bin/a\nfffdd000-ffffe000 rw-p 00000000 00:00 0 [stack]\n";
    let dump = linux(Cpu::Amd64).raw(stream_type::LINUX_AUXV, linux_auxv(4, &[(3, 0x804_8034), (6, 4096)]));
    let facts = read(&dump.raw(stream_type::LINUX_MAPS, maps));
    assert_eq!((facts.width, facts.cpu), (Some(PointerWidth::Bits32), Some(OurCpu::X86)));
    assert_eq!(facts.auxv.phdr, Some(Addr(0x804_8034)));
    let code_32 = Context::new(Cpu::Amd64, 0xffff_d000, 0x804_8100).put_u32(0x38, 0x23);
    let facts = read(&linux(Cpu::Amd64).stream(ThreadList::new([Thread::new(1).context(code_32)])));
    assert_eq!(facts.width, Some(PointerWidth::Bits32));
}

#[test]
fn without_a_map_there_are_bounds() {
    let facts = read(
        &windows(Cpu::X86)
            .stream(ThreadList::new([Thread::new(7).stack(0x12_f000, &[0; 0x1000])]))
            .stream(ModuleList(vec![Module::new(0x40_0000, 0x3000, "c:\\dir\\app.exe")]))
            .stream(MemoryList::new().range(0x50_0000, &[0; 16]).range(0x50_0010, &[0; 16]))
            .stream(UnloadedModuleList(vec![(0x60_0000, 0x1000, "gone.dll".into())])),
    );
    assert_eq!((&facts.coverage, facts.evidence), (&RawCoverage::Nothing, Evidence::Partial));
    assert_eq!(ranges(&facts, Source::ThreadStack), [range(0x12_f000, 0x13_0000)]);
    assert_eq!(ranges(&facts, Source::ModuleList), [range(0x40_0000, 0x40_3000)]);
    assert_eq!(ranges(&facts, Source::MemoryList), [range(0x50_0000, 0x50_0020)]);
    assert_eq!(facts.rows.len(), 3, "unloaded modules are no rows");
    assert_eq!(facts.unloaded_modules[0].range, range(0x60_0000, 0x60_1000));
    assert_eq!(facts.process_name.as_deref(), Some("app.exe"));
    assert!(facts.evidence_notes.iter().any(|n| n.contains("lower bound")), "{:?}", facts.evidence_notes);
}

#[test]
fn registers_of_every_cpu() {
    for cpu in minidump_context::ALL {
        let (sp, pc) = if cpu.word() == 4 { (0xbeef_0010, 0x40_1000) } else { (0x7ffe_beef_0010, 0x55_5555_1000) };
        for extra in [0, 0x900] {
            let context = Context::new(cpu, sp, pc);
            let context = if extra > 0 { context.size(0x500 + extra) } else { context };
            let facts = read(&linux(cpu).stream(ThreadList::new([Thread::new(1).context(context)])));
            assert_eq!((facts.threads[0].sp, facts.threads[0].pc), (Some(Addr(sp)), Some(Addr(pc))), "{cpu:?}");
        }
    }
}

#[test]
fn contexts_that_are_cut_or_foreign_are_reported() {
    for context in [Context::new(Cpu::Amd64, 1, 2).size(0x60), Context::new(Cpu::Amd64, 1, 2).flags(0x10_0002)] {
        let facts = read(&windows(Cpu::Amd64).stream(ThreadList::new([Thread::new(1).context(context)])));
        assert_eq!((facts.threads[0].sp, codes(&facts)), (None, vec!["bad-context"]));
    }
}

#[test]
fn threads_have_names_tebs_stacks_and_one_crashed() {
    let facts = read(
        &windows(Cpu::X86)
            .stream(
                ThreadList::new([
                    Thread::new(7).teb(0x7ffd_f000).stack_range(0x12_f000, 0x1000),
                    Thread::new(8).teb(0x7ffd_e000).context(Context::new(Cpu::X86, 0x100, 0x200)),
                    Thread::new(9).teb(0x7ffd_d000).context(Context::new(Cpu::X86, 0x100, 0x200)),
                ])
                .padded(),
            )
            .stream(ThreadNames(vec![(8, "worker".into())]))
            .stream(ThreadInfoList(vec![(7, 0x20, 0), (9, 0x10, 0)]))
            .stream(
                Exception::new(8, 0xc000_0005, 0x40_1000)
                    .parameters(&[1, 0xffff_ffff_0000_0045])
                    .context(Context::new(Cpu::X86, 0x300, 0x400)),
            ),
    );
    let [first, second, third] = facts.threads.as_slice() else { panic!() };
    assert_eq!((first.teb, first.stack_memory), (None, Some(range(0x12_f000, 0x13_0000))));
    assert_eq!((second.name.as_deref(), second.crashed), (Some("worker"), true));
    assert_eq!((second.sp, second.pc), (Some(Addr(0x300)), Some(Addr(0x400))), "the exception's registers");
    assert_eq!((third.sp, third.teb), (None, Some(Addr(0x7ffd_d000))));
    assert!(facts.memory.is_empty(), "Rva 0 is no memory");
    let reason = Reason {
        kind: ReasonKind::Exception,
        code: 0xc000_0005,
        name: Some("EXCEPTION_ACCESS_VIOLATION".into()),
        address: Some(Addr(0x45)),
        thread_id: Some(8),
    };
    assert_eq!(facts.reason, Some(reason));
}

#[test]
fn signals_have_names_and_breakpad_tells_who_asked() {
    let facts = read(&linux(Cpu::Amd64).stream(Exception::new(1, 6, 0)));
    assert_eq!(facts.reason.unwrap().name.as_deref(), Some("SIGABRT"));
    let threads = ThreadList::new([Thread::new(1), Thread::new(2)]);
    let asked = BreakpadInfo { dump_thread: Some(1), requesting_thread: Some(2) };
    let facts = read(&windows(Cpu::X86).stream(threads).stream(asked));
    assert_eq!(facts.threads.iter().map(|t| t.crashed).collect::<Vec<_>>(), [false, true]);
    assert_eq!(facts.writer, Some(Writer::Breakpad));
}

#[test]
fn request_comes_from_the_out_of_memory_exception() {
    let facts = read(&windows(Cpu::X86).stream(Exception::new(1, 0xe000_0008, 0).parameters(&[96 << 20])));
    let request = Request { size: 96 << 20, align: None, source: RequestSource::ExceptionParameter };
    assert_eq!(facts.request, Some(request));
    assert_eq!(facts.reason.unwrap().name.as_deref(), Some("OUT_OF_MEMORY"));
}

#[test]
fn crashpad_annotations_of_process_and_modules() {
    let facts = read(&windows(Cpu::X86).stream(CrashpadInfo {
        simple: pairs(&[("OOMAllocationSize", "1048576"), ("other", "1"), ("AvailablePageFile", "7000")]),
        modules: vec![ModuleAnnotations {
            simple: pairs(&[("BreakpadReserveAddress", "0x50000000")]),
            objects: pairs(&[("BreakpadReserveSize", "83886080"), ("TotalVirtualMemory", "x")]),
            ..ModuleAnnotations::default()
        }],
    }));
    let request = Request { size: 1 << 20, align: None, source: RequestSource::Annotation };
    assert_eq!(facts.request, Some(request));
    assert_eq!(facts.limits.commit_left, Some(7000));
    assert_eq!(facts.reservations, [range(0x5000_0000, 0x5500_0000)]);
    assert_eq!((facts.limits.total_virtual, facts.writer), (None, Some(Writer::Crashpad)));
}

#[test]
fn extra_file_beside_the_dump() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crash.dmp");
    std::fs::write(folder.path().join("crash.extra"), br#"{"OOMAllocationSize":"64","AvailableVirtualMemory":5}"#)
        .unwrap();
    let bytes = windows(Cpu::X86).build().bytes;
    let input = Input::from_bytes(bytes.as_slice(), false).unwrap();
    let facts = minidump::read(&input, minidump::Extra::Beside(&path), &LoadOptions::default()).unwrap();
    assert_eq!((facts.request.map(|r| r.size), facts.limits.available_virtual), (Some(64), Some(5)));
    std::fs::write(folder.path().join("crash.extra"), b"<html>").unwrap();
    let facts = minidump::read(&input, minidump::Extra::Beside(&path), &LoadOptions::default()).unwrap();
    assert!(codes(&facts).contains(&"bad-extra"));
}

#[test]
fn commit_left_is_the_tighter_of_system_and_job() {
    let system =
        SystemMemoryInfo { committed: 10, commit_limit: 110, maximum_address: 0x7ffe_ffff, ..Default::default() };
    for basic_performance in [true, false] {
        let facts = read(&windows(Cpu::X86).stream(SystemMemoryInfo { basic_performance, ..system }));
        assert_eq!(facts.limits.commit_left, Some(100 * 4096));
        assert_eq!(facts.windows.maximum_user_address, Some(Addr(0x7ffe_ffff)));
        assert_eq!((facts.windows.allocation_granularity, facts.page_size), (Some(0x1_0000), Some(0x1000)));
    }
    let counters = |job_commit_limit| ProcessVmCounters {
        revision: 2,
        pagefile: 0,
        private: 0,
        virtual_size: 0,
        job_commit_limit,
    };
    let facts = read(&windows(Cpu::X86).stream(system).stream(counters(8192)));
    assert_eq!(facts.limits.commit_left, Some(8192));
    let facts = read(&windows(Cpu::X86).stream(system).stream(counters(0)));
    assert_eq!(facts.limits.commit_left, Some(100 * 4096));
}

/// Task Manager (64-bit) of a 32-bit process.
#[test]
fn wow64_threads_have_their_x86_registers() {
    let reserved = teb::cpu_reserved(&Context::new(Cpu::X86, 0x37_f5b8, 0x77ce_01fd));
    let teb64 = Teb::amd64(0x7efd_b000, 7).wow64(0x7efd_d000, 0x8_e320).bytes();
    let dump = |teb_memory: bool| {
        let list = Memory64List::new().range(0x8_e320, &reserved);
        let list = if teb_memory { list.range(0x7efd_b000, &teb64) } else { list };
        windows(Cpu::Amd64)
            .stream(ModuleList(vec![
                Module::new(0xe3_0000, 0x1000, "a.exe"),
                Module::new(0x74b5_0000, 0x1000, "c:\\wow64.dll"),
            ]))
            .stream(ThreadList::new([Thread::new(7)
                .teb(0x7efd_b000)
                .stack_range(0x8_e000, 0x1000)
                .context(Context::new(Cpu::Amd64, 0x8_e0f8, 0x74b1_2e09))]))
            .stream(MemoryInfoList::new([
                Region::free(0, 0x7fff_0000),
                Region::reserved(0x7fff_0000, 0x7ff9_0000_0000),
                Region::committed(0x7ffa_0000_0000, 0x1000, protect::READWRITE),
            ]))
            .stream(list)
    };
    let facts = read(&dump(true));
    assert!(facts.windows.wow64);
    assert_eq!((facts.width, facts.cpu), (Some(PointerWidth::Bits32), Some(OurCpu::X86)));
    assert_eq!((facts.threads[0].sp, facts.threads[0].pc), (Some(Addr(0x37_f5b8)), Some(Addr(0x77ce_01fd))));
    assert_eq!((facts.threads[0].teb, facts.threads[0].stack_memory), (Some(Addr(0x7efd_d000)), None));
    assert_eq!(facts.windows.memory_info_end, Some(Addr(0x7fff_0000)));
    assert!(ranges(&facts, Source::MemoryInfo).is_empty());
    let facts = read(&dump(false));
    assert_eq!((facts.threads[0].sp, facts.threads[0].teb), (Some(Addr(0x8_e0f8)), Some(Addr(0x7efd_d000))));
    assert!(codes(&facts).contains(&"wow64-registers"));
}

#[test]
fn modules_keep_ids_and_bad_names_cost_only_themselves() {
    let guid = [0x5a, 0x98, 0x32, 0xe5, 0x28, 0x72, 0x41, 0xc1, 0x83, 0x8e, 0xd9, 0x89, 0x14, 0xe9, 0xb7, 0xff];
    let image = windows(Cpu::X86)
        .stream(ModuleList(vec![
            Module::new(0x40_0000, 0x1000, "a.exe").pdb70(guid, 1, "a.pdb"),
            Module::new(0x50_0000, 0x1000, "libb.so").elf_build_id(&[0xab, 0xcd, 0xef]),
            Module::new(0x60_0000, 0, "empty"),
        ]))
        .stream(MiscInfo { version: 2, pid: 77, created: 0 })
        .build()
        .with("ModuleList.Modules[1].ModuleNameRva", 0xffff_fff0);
    let facts = facts_of(&image.bytes);
    assert_eq!(facts.modules[0].id.as_deref(), Some("E532985A7228C141838ED98914E9B7FF1"));
    assert_eq!((facts.modules[1].path.as_str(), facts.modules[1].id.as_deref()), ("", Some("abcdef")));
    assert_eq!((facts.modules.len(), facts.pid), (2, Some(77)));
}

#[test]
fn directory_is_read_leniently() {
    let image = windows(Cpu::X86)
        .unused_slot()
        .stream(Raw::new(0x1234_5678, [1, 2, 3]))
        .stream(MiscInfo { version: 1, pid: 1, created: 0 })
        .stream(MiscInfo { version: 1, pid: 2, created: 0 })
        .stream(ThreadList::new([Thread::new(7)]))
        .build()
        .with("directory[5].Rva", 0xffff_0000);
    let facts = facts_of(&image.bytes);
    assert_eq!((facts.pid, facts.threads.len(), facts.truncated), (Some(1), 0, true));
    assert_eq!(codes(&facts), ["duplicate-stream", "truncated-stream"]);
}

#[test]
fn unreadable_headers_are_one_clear_sentence() {
    let image = windows(Cpu::X86).build();
    let error = |bytes: &[u8]| try_facts(bytes).unwrap_err();
    assert!(matches!(error(image.cut(20)), LoadError::Unreadable(_)));
    let said = error(image.cut(40)).to_string();
    assert!(said.contains("stream directory at offset 0x20 needs 12 bytes, and the file has 8"), "{said}");
    let far = image.clone().with("header.StreamDirectoryRva", 0xffff_fff0);
    assert!(error(&far.bytes).to_string().contains("0xfffffff0"));
    let many = image.with("header.NumberOfStreams", 0xffff_ffff);
    assert!(codes(&facts_of(&many.bytes)).contains(&"short-directory"));
}

#[test]
fn memory_is_cut_where_the_file_ends() {
    let image =
        windows(Cpu::X86).stream(Memory64List::new().range(0x1_0000, &[1; 64]).range(0x2_0000, &[2; 64])).build();
    let facts = facts_of(image.cut(image.bytes.len() - 80));
    assert_eq!(facts.memory.iter().map(|c| c.range).collect::<Vec<_>>(), [range(0x1_0000, 0x1_0030)]);
    assert_eq!(ranges(&facts, Source::MemoryList), [range(0x1_0000, 0x1_0040), range(0x2_0000, 0x2_0040)]);
    assert!(facts.truncated && codes(&facts).contains(&"truncated-memory"));
}

/// A process that dumps itself: dbghelp's memory is captured and free in the map. The map has the last word, later.
#[test]
fn beside_a_map_only_memory_outside_of_it_is_stated() {
    let regions = [
        Region::free(0, 0x1_0000),
        Region::committed(0x1_0000, 0x1000, protect::READWRITE),
        Region::committed(0x1_1000, 0x1000, protect::EXECUTE_READ),
        Region::free(0x1_2000, 0x1_0000),
    ];
    let memory = MemoryList::new().range(0x1_0800, &[0; 0x1000]).range(0x1_1900, &[0; 0x1000]).range(0x1_4000, &[0; 8]);
    let facts = read(&windows(Cpu::X86).stream(MemoryInfoList::new(regions)).stream(memory));
    assert_eq!(ranges(&facts, Source::MemoryList), [range(0x1_1900, 0x1_2900), range(0x1_4000, 0x1_4008)]);
}

/// Found by random damage: sizes whose sum is above 2^64.
#[test]
fn sizes_of_missing_memory_do_not_overflow() {
    let list = Memory64List::new().range(0x1_0000, &[1; 64]).range(0x2_0000, &[2; 64]).range(0x3_0000, &[3; 64]);
    let mut image = windows(Cpu::Amd64).stream(list).build();
    for index in 0..3 {
        image.set(&format!("Memory64List.MemoryRanges[{index}].DataSize"), u64::MAX);
    }
    let facts = facts_of(&image.bytes);
    assert!(facts.truncated && codes(&facts).contains(&"truncated-memory"));
}

#[test]
fn killed_writer_is_noticed() {
    let facts = read(&windows(Cpu::X86).flags(2).stream(ThreadList::new([Thread::new(1)])));
    assert!(codes(&facts).contains(&"no-memory-list"));
}

#[test]
fn big_endian_dumps_are_read() {
    let dump = Minidump::new()
        .big_endian()
        .stream(SystemInfo::new(Cpu::Ppc, platform::MAC_OS))
        .stream(ThreadList::new([Thread::new(1).context(Context::new(Cpu::Ppc, 0xbfff_0000, 0x1000))]))
        .stream(ModuleList(vec![Module::new(0x1000, 0x1000, "/bin/äpp")]));
    let facts = read(&dump);
    assert_eq!((facts.endian, facts.os, facts.cpu), (Endian::Big, Some(Os::MacOs), Some(OurCpu::Ppc)));
    assert_eq!(facts.threads[0].sp, Some(Addr(0xbfff_0000)));
    assert_eq!(facts.process_name.as_deref(), Some("äpp"));
}

/// A dump with all streams, for damage.
fn full() -> Minidump {
    windows(Cpu::X86)
        .stream(MiscInfo { version: 5, pid: 1, created: 0 })
        .stream(ThreadList::new([
            Thread::new(1).teb(0x7ffd_f000).stack(0x12_f000, &[0; 64]).context(Context::new(
                Cpu::X86,
                0x12_f010,
                0x40_1000,
            )),
            Thread::new(2).context(Context::new(Cpu::X86, 0x13_f010, 0x40_1000)),
        ]))
        .stream(ThreadNames(vec![(1, "main".into())]))
        .stream(ThreadInfoList(vec![(1, 0, 0)]))
        .stream(ModuleList(vec![Module::new(0x40_0000, 0x1000, "a.exe").pdb70([1; 16], 1, "a.pdb")]))
        .stream(UnloadedModuleList(vec![(0x60_0000, 0x1000, "gone.dll".into())]))
        .stream(Exception::new(1, 0xe000_0008, 0).parameters(&[64]).context(Context::new(Cpu::X86, 1, 2)))
        .stream(MemoryInfoList::new([Region::free(0, 0x1_0000), Region::reserved(0x1_0000, 0x1000)]))
        .stream(SystemMemoryInfo::default())
        .stream(ProcessVmCounters { revision: 2, pagefile: 0, private: 0, virtual_size: 0, job_commit_limit: 4096 })
        .stream(CrashpadInfo {
            simple: pairs(&[("OOMAllocationSize", "1")]),
            modules: vec![ModuleAnnotations {
                simple: pairs(&[("a", "b")]),
                objects: pairs(&[("c", "d")]),
                ..ModuleAnnotations::default()
            }],
        })
        .raw(stream_type::LINUX_MAPS, MAPS)
        .raw(stream_type::LINUX_AUXV, linux_auxv(4, &[(3, 1)]))
        .raw(stream_type::MOZ_LINUX_LIMITS, limits(None, None))
        .stream(MemoryList::new().range(0x12_f000, &[0; 64]))
        .stream(Memory64List::new().range(0x50_0000, &[0; 64]))
}

#[test]
fn truncation_anywhere_never_panics_and_is_reported() {
    let image = full().build();
    for cut in image.fine_cuts().into_iter().filter(|cut| *cut < image.bytes.len()) {
        if let Ok(facts) = try_facts(image.cut(cut)) {
            assert!(facts.truncated, "cut at {cut:#x}");
        }
    }
}

#[test]
fn falsified_fields_never_panic() {
    let image = full().build();
    let names: Vec<String> = image.fields().map(|mark| mark.name.clone()).collect();
    for name in names {
        for value in [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_fff0, u64::MAX, u64::MAX / 2, 1 << 32, 1 << 63] {
            let _ = try_facts(&image.clone().with(&name, value).bytes);
        }
    }
}

/// A small file whose 20,000 modules share one name of 60 KB would take 1.2 GB.
#[test]
fn shared_long_names_do_not_multiply() {
    let long = "x".repeat(30_000);
    let modules = (0..2000).map(|i| Module::new(0x1_0000 * (i + 1), 0x1000, if i == 0 { &long } else { "" }));
    let mut image = windows(Cpu::X86).stream(ModuleList(modules.collect())).build();
    let name = image.get("ModuleList.Modules[0].ModuleNameRva");
    for index in 1..2000 {
        image.set(&format!("ModuleList.Modules[{index}].ModuleNameRva"), name);
    }
    let facts = facts_of(&image.bytes);
    assert!(facts.modules.iter().map(|m| m.path.len()).sum::<usize>() <= 16 << 20);
    assert!((facts.modules.len(), codes(&facts).contains(&"long-names")) == (2000, true));
}

/// No library needed: a plain linear congruence gives the same bytes everywhere.
#[test]
fn random_damage_never_panics() {
    let image = full().build();
    let mut state = 1u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    for _ in 0..3000 {
        let mut bytes = image.bytes.clone();
        for _ in 0..1 + next() % 8 {
            let at = next() % bytes.len();
            bytes[at] = next() as u8;
        }
        bytes.truncate(bytes.len() - next() % 2 * (next() % bytes.len()));
        let _ = try_facts(&bytes);
    }
}
