//! Allocators that are recognised and not walked: by their libraries, by the names that they give to their memory, and Go by
//! the address at which its heap begins.
//!
//! Names of files are compared as a whole, for a program may be called after anything.

use super::{Allocator, Grade, Heap, Part, Role};
use crate::addr::{Addr, AddrRange};
use crate::model::{Module, Os, OwnerKind, PointerWidth, Snapshot, State};

/// What gives an allocator away.
struct Sign {
    allocator: Allocator,
    /// Shared objects by their names up to `.so`; a version may follow.
    objects: &'static [&'static str],
    /// DLLs and programs by their whole names, in lower case.
    files: &'static [&'static str],
    /// Ends of paths, where the name alone says too little.
    paths: &'static [&'static str],
    /// Names of anonymous memory (PR_SET_VMA_ANON_NAME), as they begin.
    memory: &'static [&'static str],
}

/// The names that the projects' own builds and the distributions give to these files.
const SIGNS: [Sign; 10] = [
    Sign {
        allocator: Allocator::Musl,
        objects: &["ld-musl-x86_64", "ld-musl-i386", "ld-musl-x32", "ld-musl-aarch64", "ld-musl-arm", "ld-musl-armhf"],
        files: &["libc.musl-x86_64.so.1", "libc.musl-x86.so.1", "libc.musl-aarch64.so.1", "libc.musl-armhf.so.1"],
        // Debian's; its loader is a link to that.
        paths: &["-linux-musl/libc.so"],
        memory: &[],
    },
    // Android's libc, over jemalloc up to Android 10.
    Sign {
        allocator: Allocator::Bionic,
        objects: &[],
        files: &[],
        paths: &["/bionic/libc.so", "/system/lib/libc.so", "/system/lib64/libc.so"],
        memory: &["libc_malloc"],
    },
    // Firefox has its own, in mozglue.
    Sign {
        allocator: Allocator::Jemalloc,
        objects: &["libjemalloc"],
        files: &["jemalloc.dll", "mozglue.dll"],
        paths: &[],
        memory: &[],
    },
    Sign {
        allocator: Allocator::Tcmalloc,
        objects: &[
            "libtcmalloc",
            "libtcmalloc_minimal",
            "libtcmalloc_debug",
            "libtcmalloc_minimal_debug",
            "libtcmalloc_and_profiler",
        ],
        files: &["tcmalloc_minimal.dll", "libtcmalloc_minimal.dll"],
        paths: &[],
        memory: &["tcmalloc"],
    },
    Sign {
        allocator: Allocator::Mimalloc,
        objects: &["libmimalloc", "libmimalloc-secure", "libmimalloc-debug"],
        files: &["mimalloc.dll", "mimalloc-override.dll", "mimalloc-redirect.dll", "mimalloc-redirect32.dll"],
        paths: &[],
        memory: &["mimalloc"],
    },
    Sign {
        allocator: Allocator::PartitionAlloc,
        objects: &["libcef", "libmonochrome", "libchrome"],
        files: &["chrome", "chromium", "chrome.dll", "msedge.dll", "libcef.dll"],
        paths: &[],
        memory: &["partition_alloc"],
    },
    Sign {
        allocator: Allocator::Scudo,
        objects: &[
            "libclang_rt.scudo_standalone-x86_64",
            "libclang_rt.scudo_standalone-i386",
            "libclang_rt.scudo-x86_64",
        ],
        files: &[],
        paths: &[],
        memory: &["scudo"],
    },
    Sign { allocator: Allocator::Go, objects: &[], files: &[], paths: &[], memory: &["Go: heap"] },
    Sign { allocator: Allocator::Java, objects: &["libjvm"], files: &["jvm.dll"], paths: &[], memory: &[] },
    Sign {
        allocator: Allocator::DotNet,
        objects: &["libcoreclr"],
        files: &["coreclr.dll", "clr.dll", "mscorwks.dll"],
        paths: &[],
        memory: &[],
    },
];

/// Those that a process has, and what that means for glibc's heap if it has one too.
pub(super) fn recognise(snapshot: &Snapshot, walked: &mut [Heap]) -> Vec<Heap> {
    let found: Vec<Heap> = SIGNS.iter().filter_map(|sign| by_sign(snapshot, sign)).collect();
    let replaced = found.iter().find(|heap| replaces_malloc(heap.allocator)).map(|heap| heap.allocator.name());
    for heap in walked.iter_mut().filter(|heap| heap.allocator == Allocator::Glibc) {
        heap.notes.extend(replaced.map(|other| {
            format!(
                "The process has {other} too. Where that serves malloc, glibc's figures are only what libc itself uses."
            )
        }));
    }
    found
}

/// Whether an allocator is mostly loaded to serve malloc in glibc's place.
fn replaces_malloc(allocator: Allocator) -> bool {
    use Allocator::{Jemalloc, Mimalloc, PartitionAlloc, Scudo, Tcmalloc};
    matches!(allocator, Jemalloc | Tcmalloc | Mimalloc | PartitionAlloc | Scudo)
}

fn by_sign(snapshot: &Snapshot, sign: &Sign) -> Option<Heap> {
    let mut heap = Heap::new(sign.allocator, Grade::NotWalked);
    let arena = if sign.allocator == Allocator::Go { go_arenas(snapshot) } else { None };
    let by = snapshot.modules.iter().find_map(|module| by_file(sign, module));
    let by = by
        .or_else(|| by_memory(snapshot, sign))
        .or_else(|| arena.map(|at| format!("by its heap at {}", at.start())))?;
    heap.notes.push(format!("recognised {by}"));
    heap.parts.extend(arena.map(|range| Part { range, role: Role::Unwalked, fill: None }));
    Some(heap)
}

/// The words for a module that gives it away; they hold nothing but what stands in the table.
fn by_file(sign: &Sign, module: &Module) -> Option<String> {
    let name = module.name.to_lowercase();
    let object = sign.objects.iter().find(|stem| is_object(&name, stem)).map(|stem| format!("{stem}.so"));
    let file = || sign.files.iter().find(|file| **file == name).map(|file| (*file).to_owned());
    let path = || sign.paths.iter().find(|end| module.path.ends_with(**end)).map(|end| format!("…{end}"));
    Some(format!("by its file {}", object.or_else(file).or_else(path)?))
}

/// `libjemalloc.so`, `libjemalloc.so.2`, `libtcmalloc_minimal.so.4.5.10`.
fn is_object(name: &str, stem: &str) -> bool {
    let Some(version) = name.strip_prefix(stem).and_then(|rest| rest.strip_prefix(".so")) else { return false };
    version.is_empty() || (version.starts_with('.') && version.bytes().all(|b| b == b'.' || b.is_ascii_digit()))
}

fn by_memory(snapshot: &Snapshot, sign: &Sign) -> Option<String> {
    if sign.memory.is_empty() || !snapshot.platform.os.is_some_and(Os::is_linux) {
        return None;
    }
    let is_named = |name: &str, start: &str| {
        let name = name.strip_prefix("[anon:").unwrap_or(name).trim_start();
        name.strip_prefix(start).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
    };
    let names = || {
        let private = snapshot.owners.iter().filter(|(_, owner)| owner.kind == OwnerKind::Private);
        private.filter_map(|(_, owner)| owner.name.as_deref())
    };
    let start = sign.memory.iter().find(|start| names().any(|name| is_named(name, start)))?;
    Some(format!("by the name of its memory, {start}"))
}

/// Where Go's heap begins in 64-bit processes (runtime/malloc.go, mallocinit), and what it takes at a time: 64 MiB, on
/// Windows 4 MiB.
fn go_arenas(snapshot: &Snapshot) -> Option<AddrRange> {
    const START: Addr = Addr(0xc0_0000_0000);
    if snapshot.width() != PointerWidth::Bits64 {
        return None;
    }
    let unit = if snapshot.platform.os == Some(Os::Windows) { 4 << 20 } else { 64 << 20 };
    let regions = snapshot.space.regions();
    let first = regions.partition_point(|region| region.range.start() < START);
    let mut end = START;
    let mut committed = false;
    for region in regions.get(first..)?.iter().take_while(|region| region.backing.is_none()) {
        let is_private = snapshot.owner(region.owner).is_some_and(|owner| owner.kind == OwnerKind::Private);
        if region.range.start() != end || !is_private {
            break;
        }
        committed |= region.state == State::Committed;
        end = region.range.end();
    }
    AddrRange::new(START, end).filter(|range| committed && range.size().is_multiple_of(unit))
}
