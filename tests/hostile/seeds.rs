//! The dumps that are damaged: synthetic ones, in which every structure and field has a name, and the bundled samples.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::synth::bytes::{Endian, Image};
use crate::synth::elf_arch::{self, Arch};
use crate::synth::elf_bsd;
use crate::synth::elf_core::{Core, Load};
use crate::synth::elf_image::ElfImage;
use crate::synth::elf_notes::{MappedFile, Note, at};
use crate::synth::elf_process::{Style, Thread};
use crate::synth::minidump::{Minidump, stream_type};
use crate::synth::minidump_annotations::{BreakpadInfo, CrashpadInfo, HandleData, ModuleAnnotations, pairs};
use crate::synth::minidump_context::{self, Context, Cpu};
use crate::synth::minidump_memory::{Memory64List, MemoryInfoList, MemoryList, Region, kind, protect};
use crate::synth::minidump_modules::{Module, ModuleList, UnloadedModuleList};
use crate::synth::minidump_streams::{Exception, Thread as DumpThread, ThreadInfoList, ThreadList, ThreadNames};
use crate::synth::minidump_system::{
    MiscInfo, ProcessVmCounters, SystemInfo, SystemMemoryInfo, limits, linux_auxv, platform,
};
use crate::synth::pe_image::PeImage;
use crate::synth::pthread::{self, Pthread};
use crate::synth::teb::{Teb, cpu_reserved};

/// A dump with a name for messages.
pub struct Seed {
    pub name: String,
    pub image: Image,
}

impl Seed {
    fn new(name: impl Into<String>, image: Image) -> Seed {
        Seed { name: name.into(), image }
    }

    fn of_bytes(name: impl Into<String>, bytes: Vec<u8>) -> Seed {
        Seed::new(name, Image { endian: Endian::Little, bytes, marks: Vec::new() })
    }
}

/// All synthetic dumps and maps files.
pub fn synthetic() -> Vec<Seed> {
    let mut seeds: Vec<Seed> = elf_arch::ALL.into_iter().flat_map(cores_of).collect();
    seeds.extend(bsd_cores());
    seeds.extend(minidump_context::ALL.into_iter().map(|cpu| {
        let name = format!("minidump {cpu:?}");
        Seed::new(name, windows_minidump(cpu).build())
    }));
    seeds.push(Seed::new("minidump big-endian", windows_minidump(Cpu::Ppc).big_endian().build()));
    seeds.push(Seed::new("minidump wow64", wow64_minidump().build()));
    seeds.push(Seed::new("minidump Linux", linux_minidump(true).build()));
    seeds.push(Seed::new("minidump Linux without a map", linux_minidump(false).build()));
    seeds.push(Seed::of_bytes("maps", MAPS.into()));
    seeds.push(Seed::of_bytes("smaps", SMAPS.into()));
    seeds
}

/// The bundled samples, unpacked, the beginnings of those that are larger.
pub fn samples() -> Vec<Seed> {
    const KEPT: u64 = 4 << 20;
    sample_files().into_iter().map(|path| Seed::of_bytes(file_name(&path), unpacked(&path, KEPT))).collect()
}

/// Files of `sample-dumps` that are dumps.
pub fn sample_files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-dumps");
    let mut found: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| {
        let name = file_name(path);
        [".zst", ".xz", ".gz", ".lz4", ".dmp", ".core", ".maps"].iter().any(|end| name.ends_with(end))
    });
    found.sort();
    found
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

fn unpacked(path: &Path, limit: u64) -> Vec<u8> {
    let packed = fs::File::open(path).unwrap();
    let mut bytes = Vec::new();
    let reader: Box<dyn Read> = match path.extension().and_then(|e| e.to_str()) {
        Some("zst") => Box::new(zstd::stream::read::Decoder::new(packed).unwrap()),
        Some("xz") => Box::new(liblzma::read::XzDecoder::new(packed)),
        Some("gz") => Box::new(flate2::read::MultiGzDecoder::new(packed)),
        Some("lz4") => Box::new(lz4_flex::frame::FrameDecoder::new(packed)),
        _ => Box::new(packed),
    };
    reader.take(limit).read_to_end(&mut bytes).unwrap();
    bytes
}

const MAPS: &str = "\
08048000-0804c000 r-xp 00000000 fe:00 1234                               /usr/bin/my program
0804c000-0804d000 rw-p 00003000 fe:00 1234                               /usr/bin/my program
0804d000-08070000 rw-p 00000000 00:00 0                                  [heap]
40000000-40100000 ---p 00000000 00:00 0 
f7d08000-f7d2a000 r-xp 0001f000 fe:00 77                                 /usr/lib32/libc.so.6
f7f00000-f7f01000 rw-s 00000000 00:05 9                                  /memfd:shared (deleted)
f7fc0000-f7fc8000 r--p 00000000 00:00 0                                  [vvar]
f7fc8000-f7fca000 r-xp 00000000 00:00 0                                  [vdso]
f7fca000-f7ff0000 r-xp 00001000 fe:00 78                                 /usr/lib32/ld-linux.so.2
fffdd000-ffffe000 rw-p 00000000 00:00 0                                  [stack]
";

const SMAPS: &str = "\
00400000-00452000 r-xp 00000000 08:02 173521      /usr/bin/dbus-daemon
Size:                328 kB
Rss:                 180 kB
VmFlags: rd ex mr mw me dw
7f0000000000-7f0000021000 rw-p 00000000 00:00 0   [anon:name]
Size:                132 kB
THPeligible:    0
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0   [vsyscall]
";

/// Every style, a core with its segment count in section 0, and one whose counts stand in all places.
fn cores_of(arch: Arch) -> Vec<Seed> {
    let styles = [Style::Kernel, Style::Gdb13, Style::Gdb18, Style::Qemu];
    let styled =
        styles.map(|style| Seed::new(format!("core {} {style:?}", arch.name), core(arch).style(style).build()));
    let counted = core(arch).extended_count().build();
    styled.into_iter().chain([Seed::new(format!("core {} PN_XNUM", arch.name), counted)]).collect()
}

/// Where things are in the synthetic cores, below 2 GiB so that it fits every architecture.
mod place {
    pub const EXE: u64 = 0x40_0000;
    pub const HEAP: u64 = 0x100_0000;
    pub const ARENA: u64 = 0x1000_0000;
    pub const LIBC: u64 = 0x3000_0000;
    pub const LINKER: u64 = 0x3100_0000;
    pub const STACK: u64 = 0x2000_0000;
    pub const STACK_SIZE: u64 = 0x4000;
    pub const MAIN_STACK: u64 = 0x7fff_0000;
}

/// A process with an executable, two libraries, a heap, an arena, two threads with stacks (one with its struct
/// pthread in the dump), guards and a reservation.
fn core(arch: Arch) -> Core {
    let page = arch.page;
    let stack_top = place::STACK + stack_size(arch);
    let thread_pointer = stack_top - 0x1000;
    let exe = ElfImage::new(arch).fixed().load(place::EXE, page, 5).build_id(&[7; 20]).size(0x400);
    let library = ElfImage::new(arch).load(0, 2 * page, 5).build_id(&[9; 20]).size(0x400);
    Core::new(arch)
        .program("synth", "synth --test")
        .signal(6, 1, 0x1234)
        .thread(Thread::new(7).sp(place::MAIN_STACK + 0x800).pc(place::EXE + 0x100))
        .thread(Thread::new(8).sp(stack_top - 0x1800).pc(place::LIBC + 0x200).tls(thread_pointer))
        .auxv(&[
            (at::PAGESZ, page),
            (at::PHDR, place::EXE + exe.phdr_offset()),
            (at::BASE, place::LINKER),
            (at::RANDOM, place::MAIN_STACK + 0x900),
        ])
        .files([
            MappedFile::new(place::EXE, place::EXE + page, 0, "/bin/synth"),
            MappedFile::new(place::LIBC, place::LIBC + 2 * page, 0, "/lib/libc.so.6"),
            MappedFile::new(place::LINKER, place::LINKER + page, 0, "/lib/ld-linux.so.2"),
        ])
        .load(Load::new(place::EXE, page, "r-x").content(place::EXE, &exe.bytes()))
        .load(Load::new(place::HEAP, 0x2_1000_u64.next_multiple_of(page), "rw-"))
        .load(Load::new(place::ARENA, 0x2_1000_u64.next_multiple_of(page), "rw-").content(place::ARENA, &[1; 32]))
        .load(Load::new(place::STACK - page, page, "---"))
        .load(stack(arch, thread_pointer))
        .load(Load::new(place::LIBC, 2 * page, "r-x").content(place::LIBC, &library.bytes()))
        .load(Load::new(place::LINKER, page, "r-x").content(place::LINKER, &library.bytes()))
        .load(Load::new(place::MAIN_STACK, page, "rw-"))
}

fn stack(arch: Arch, thread_pointer: u64) -> Load {
    let layout = if arch.wide { pthread::X86_64_2_36 } else { pthread::I386_2_36 };
    let words = Pthread::new(thread_pointer, 8, place::STACK - arch.page, stack_size(arch) + arch.page, arch.page);
    Load::new(place::STACK, stack_size(arch), "rw-").content(thread_pointer, &words.image(arch, layout))
}

fn stack_size(arch: Arch) -> u64 {
    place::STACK_SIZE.max(arch.page)
}

fn bsd_cores() -> Vec<Seed> {
    let arch = elf_arch::X86_64;
    let entry = |start, path: &str| elf_bsd::VmEntry {
        start,
        end: start + 0x2000,
        protection: 3,
        kind: 2,
        path: path.to_string(),
    };
    let freebsd = Core::new(arch)
        .osabi(elf_bsd::FREEBSD_OSABI)
        .note(elf_bsd::freebsd_prpsinfo(arch, 7, "synth", "synth --test"))
        .note(elf_bsd::freebsd_prstatus(arch, 100_007, 0x7fff_f000_0800, 0x20_0100))
        .note(elf_bsd::freebsd_thrmisc(arch, "main"))
        .note(elf_bsd::freebsd_vmmap(arch, &[entry(0x20_0000, "/bin/synth"), entry(0x80_0000, "")]))
        .note(elf_bsd::freebsd_auxv(arch, &[(at::PAGESZ, 0x1000)]))
        .load(Load::new(0x20_0000, 0x2000, "r-x"))
        .load(Load::new(0x7fff_f000_0000, 0x1000, "rw-").dumped());
    let netbsd = Core::new(arch)
        .note(elf_bsd::netbsd_procinfo(arch, 7, 1, "synth", 1))
        .note(elf_bsd::netbsd_auxv(arch, &[(at::PAGESZ, 0x1000)]))
        .note(elf_bsd::netbsd_registers_of(arch, 1, 0x7f7f_f000_0800, 0x20_0100))
        .note(Note::raw(arch, "vendor", 0x77, &[1, 2, 3]))
        .load(Load::new(0x20_0000, 0x2000, "r-x"))
        .load(Load::new(0x7f7f_f000_0000, 0x1000, "rw-").dumped());
    vec![Seed::new("core FreeBSD", freebsd.build()), Seed::new("core NetBSD", netbsd.build())]
}

fn is_64_bit(cpu: Cpu) -> bool {
    cpu.word() == 8
}

/// A Windows dump with every stream that is read, on any CPU.
fn windows_minidump(cpu: Cpu) -> Minidump {
    let teb = if is_64_bit(cpu) { Teb::amd64(0x7ffd_e000, 11) } else { Teb::x86(0x7ffd_e000, 11) };
    let teb = teb.stack(0x10_0000, 0x1f_0000, 0x20_0000);
    let machine = if is_64_bit(cpu) { 0x8664 } else { 0x14c };
    let context = |sp| Context::new(cpu, sp, 0x40_1000);
    Minidump::new()
        .flags(0x802)
        .stream(SystemInfo::new(cpu, platform::WINDOWS_NT).csd("Service Pack 1"))
        .stream(MiscInfo { version: 5, pid: 10, created: 1 })
        .stream(ThreadList::new([
            DumpThread::new(11).teb(0x7ffd_e000).stack(0x1f_f000, &[0x44; 256]).context(context(0x1f_f010)),
            DumpThread::new(12).teb(0x7ffd_c000).stack_range(0x2f_f000, 0x1000).context(context(0x2f_f010)),
        ]))
        .stream(ThreadNames(vec![(11, "main".into()), (12, "worker \u{202e}".into())]))
        .stream(ThreadInfoList(vec![(11, 2, 0x40_1000), (12, 0, 0x40_1100)]))
        .stream(Exception::new(11, 0xe000_0008, 0x40_1000).parameters(&[0x400_0000, 1]).context(context(0x1f_f010)))
        .stream(ModuleList(vec![
            Module::new(0x40_0000, 0x1_0000, "C:\\app\\synth.exe").pdb70([3; 16], 1, "C:\\synth.pdb"),
            Module::new(0x7700_0000, 0x18_0000, "C:\\Windows\\ntdll.dll").version([10, 0, 1, 2]).time(5),
        ]))
        .stream(UnloadedModuleList(vec![(0x6000_0000, 0x1000, "gone.dll".into())]))
        .stream(SystemMemoryInfo::default())
        .stream(ProcessVmCounters { revision: 2, pagefile: 1, private: 2, virtual_size: 1 << 30, job_commit_limit: 0 })
        .stream(CrashpadInfo {
            simple: pairs(&[("BreakpadReserveAddress", "1073741824"), ("BreakpadReserveSize", "83886080")]),
            modules: vec![ModuleAnnotations {
                module: 0,
                list: vec!["text".into()],
                simple: pairs(&[("OOMAllocationSize", "1048576")]),
                objects: pairs(&[("ptype", "renderer")]),
            }],
        })
        .stream(HandleData(vec![(4, "Event".into())]))
        .unused_slot()
        .stream(memory_info(is_64_bit(cpu)))
        .raw(stream_type::COMMENT_A, b"a comment\0")
        .raw(0xfff0, [1, 2, 3])
        .stream(MemoryList::new().range(0x1f_f000, &[0x44; 256]).range(0x1f_f080, &[0x44; 64]))
        .stream(
            Memory64List::new()
                .range(0x40_0000, &PeImage::new(machine, 0x40_0000, 0x1_0000).bytes())
                .range(0x7ffd_e000, &teb.bytes()),
        )
}

fn memory_info(wide: bool) -> MemoryInfoList {
    let high = Region::committed(0x9fff_0000, 0x1000, protect::READWRITE);
    MemoryInfoList::new([
        Region::free(0x1_0000, 0xf_0000),
        Region::reserved(0x10_0000, 0xf_0000),
        Region::committed(0x1f_0000, 0x1_0000, protect::READWRITE).allocation(0x10_0000),
        Region::free(0x20_0000, 0x20_0000),
        Region::committed(0x40_0000, 0x1_0000, protect::EXECUTE_READ).kind(kind::IMAGE),
        Region::free(0x41_0000, 0x76bf_0000),
        Region::committed(0x7700_0000, 0x18_0000, protect::EXECUTE_READ).kind(kind::IMAGE),
        Region::committed(0x7718_0000, 0x1000, protect::READONLY).kind(kind::MAPPED),
        Region::committed(0x7ffd_e000, 0x2000, protect::READWRITE),
        Region::committed(0x7ffe_0000, 0x1000, protect::READONLY),
        if wide { high } else { high.sign_extended() },
    ])
}

/// A 32-bit process dumped from the 64-bit side: AMD64 contexts, the 32-bit registers in the TEB.
fn wow64_minidump() -> Minidump {
    let registers = Context::new(Cpu::X86, 0x1f_f010, 0x40_1000);
    let outer = Teb::amd64(0x7ffd_c000, 11).wow64(0x7ffd_e000, 0x7ffd_a000);
    let inner = Teb::x86(0x7ffd_e000, 11).stack(0x10_0000, 0x1f_0000, 0x20_0000);
    Minidump::new()
        .stream(SystemInfo::new(Cpu::Amd64, platform::WINDOWS_NT))
        .stream(ThreadList::new([DumpThread::new(11)
            .teb(0x7ffd_c000)
            .stack_range(0x1f_f000, 0x1000)
            .context(Context::new(Cpu::Amd64, 0x8_e000, 0x7700_1000))]))
        .stream(ModuleList(vec![
            Module::new(0x40_0000, 0x1_0000, "C:\\app\\synth.exe"),
            Module::new(0x7700_0000, 0x18_0000, "C:\\Windows\\ntdll.dll"),
        ]))
        .stream(memory_info(false))
        .stream(
            Memory64List::new()
                .range(0x40_0000, &PeImage::new(0x14c, 0x40_0000, 0x1_0000).bytes())
                .range(0x7ffd_a000, &cpu_reserved(&registers))
                .range(0x7ffd_c000, &outer.bytes())
                .range(0x7ffd_e000, &inner.bytes()),
        )
}

/// As breakpad and minidump-writer make them.
fn linux_minidump(with_map: bool) -> Minidump {
    let context = |sp| Context::new(Cpu::Amd64, sp + 0x10, 0x40_1000);
    let thread = |id, sp| DumpThread::new(id).stack(sp, &[1; 512]).context(context(sp));
    let dump = Minidump::new()
        .stream(SystemInfo::new(Cpu::Amd64, platform::LINUX).csd("Linux 6.1.0 x86_64"))
        .stream(MiscInfo { version: 1, pid: 7, created: 1 })
        .stream(ThreadList::new([thread(7, 0x7fff_f000_0000), thread(8, 0x7f00_0000_1000)]).padded())
        .stream(ModuleList(vec![Module::new(0x40_0000, 0x1_0000, "/bin/synth").elf_build_id(&[8; 20])]))
        .stream(Exception::new(7, 11, 0x1234))
        .stream(BreakpadInfo { dump_thread: Some(8), requesting_thread: Some(7) })
        .stream(MemoryList::new().padded().range(0x7fff_f000_0000, &[1; 512]))
        .raw(stream_type::LINUX_CMD_LINE, b"synth\0--test\0")
        .raw(stream_type::LINUX_PROC_STATUS, b"Name:\tsynth\nPid:\t7\nThreads:\t2\n")
        .raw(stream_type::LINUX_AUXV, linux_auxv(8, &[(at::PAGESZ, 0x1000), (at::PHDR, 0x40_0040)]))
        .raw(stream_type::LINUX_LSB_RELEASE, b"DISTRIB_ID=Debian\n")
        .raw(stream_type::MOZ_LINUX_LIMITS, limits(Some(1 << 30), None))
        .raw(stream_type::MOZ_SOFT_ERRORS, b"[{\"error\": 1}]");
    match with_map {
        true => dump.raw(stream_type::LINUX_MAPS, MAPS).stream(memory_info(true)),
        false => dump,
    }
}
