//! The group of a row: the same for other runs of the same program, others for other troubles.

use std::fs;
use std::path::Path;
use std::process::Command;

use fragscope::load::{self, LoadOptions};
use proptest::prelude::*;

use super::{row_of, row_of_file};
use crate::samples;

fn group_of_text(maps: &str) -> String {
    let options = LoadOptions::default();
    row_of(&load::from_bytes(maps.as_bytes(), &options).unwrap(), "maps").group.unwrap()
}

#[test]
fn bundled_processes_are_called_by_their_trouble() {
    for (sample, expected) in [
        ("i386-remedy-arenas.core.zst", "cannot-tell / 32-bit / heaps"),
        ("i386-remedy-library.core.zst", "cannot-tell / 32-bit / plugin.so"),
        ("i386-remedy-stacks.core.zst", "cannot-tell / 32-bit / stacks of 8.00 MiB"),
        ("i386-fragmented.core.zst", "cannot-tell / 32-bit / mappings of cache.bin"),
        ("linux-i386.dmp.zst", "cannot-tell / 32-bit / mappings of cache.bin"),
        ("i386-truncated.core", "cannot-tell / 32-bit / mappings of cache.bin"),
        ("windows-2gb.dmp.zst", "fragmented / 32-bit / private mappings"),
        ("x86_64-mapping-limit.core.zst", "mapping-limit / 64-bit / private in stripes, pieces of at most 16 KiB"),
        ("linux-x86_64.dmp", "cannot-tell / 64-bit / nobody in particular"),
    ] {
        assert_eq!(row_of_file(&samples::named(sample).path()).group.as_deref(), Some(expected), "{sample}");
    }
}

/// What splits the space of a made process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    /// A library in the middle.
    Library(&'static str),
    /// Windows of a file, apart from each other.
    File(&'static str),
    /// Private mappings of one size, in pages.
    Blocks(u64),
    /// Nothing.
    None,
}

/// A 32-bit process as /proc/PID/maps has it. The kernel moves the executable, the heap and all that mmap places by
/// random distances in pages; names carry the process's number.
fn maps(trouble: Trouble, [program, heap, mmap]: [u64; 3], pid: u64) -> String {
    let mut text = String::new();
    let mut line = |start: u64, pages: u64, tail: &str| {
        let end = start + pages * 0x1000;
        text.push_str(&format!("{start:08x}-{end:08x} {tail}\n"));
    };
    let file = |name: &str| format!("r-xp 00000000 fe:00 77 {name}");
    let program = 0x5655_5000 + program * 0x1000;
    line(program, 16, &file(&format!("/srv/{pid}/app")));
    line(program + (17 + heap) * 0x1000, 64, "rw-p 00000000 00:00 0 [heap]");
    let top = 0xf7fd_0000 - mmap * 0x1000;
    let apart = |count: u64| (0..count).map(move |i| top - (count - i) * 0x0600_0000);
    match trouble {
        Trouble::Library(name) => line(top - 0x3000_0000, 300, &file(&format!("/home/u{pid}/lib/{name}"))),
        Trouble::File(name) => apart(8).for_each(|at| line(at, 100, &format!("r--s 00000000 fe:00 9 /data/{name}"))),
        Trouble::Blocks(pages) => apart(9).for_each(|at| line(at, pages, "rw-p 00000000 00:00 0")),
        Trouble::None => {}
    }
    line(top, 400, &file("/usr/lib/i386-linux-gnu/libc.so.6"));
    line(0xfffd_d000, 33, "rw-p 00000000 00:00 0 [stack]");
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn chance_does_not_change_the_group(
        one in [0u64..0x8_000, 0u64..0x2_000, 0u64..0x8_000],
        other in [0u64..0x8_000, 0u64..0x2_000, 0u64..0x8_000],
        pids in [1u64..99_999, 1u64..99_999],
    ) {
        for trouble in [Trouble::Library("libplugin.so.4"), Trouble::File("cache-7.bin"), Trouble::Blocks(16), Trouble::None] {
            let [a, b] = [group_of_text(&maps(trouble, one, pids[0])), group_of_text(&maps(trouble, other, pids[1]))];
            prop_assert_eq!(&a, &b, "{:?}", trouble);
        }
    }
}

#[test]
fn other_troubles_have_other_groups() {
    let troubles = [
        (Trouble::Library("libplugin.so.4"), "libplugin.so"),
        (Trouble::Library("libplugin.so.5"), "libplugin.so"),
        (Trouble::Library("libother.so.4"), "libother.so"),
        (Trouble::File("cache-7.bin"), "mappings of cache-*.bin"),
        (Trouble::File("log-7.bin"), "mappings of log-*.bin"),
        (Trouble::Blocks(16), "private of 64 KiB"),
        (Trouble::Blocks(256), "private of 1 MiB"),
        (Trouble::None, "nobody in particular"),
    ];
    for (trouble, expected) in troubles {
        let group = group_of_text(&maps(trouble, [5, 6, 7], 4711));
        assert_eq!(group, format!("cannot-tell / 32-bit / {expected}"), "{trouble:?}");
    }
}

/// A process of tests/generators/linux/remedy.c, whose libraries, heap and stacks the kernel places anew in each run.
fn run(folder: &Path, scenario: &str) -> Option<String> {
    let _ = fs::remove_file(folder.join("core"));
    let script = format!(
        "ulimit -s 8192 && ulimit -c unlimited && echo 0x10 >/proc/self/coredump_filter && exec ./remedy {scenario}"
    );
    let mut sh = Command::new("sh");
    sh.args(["-c", &script]).current_dir(folder).env_clear().output().ok()?;
    folder.join("core").exists().then(|| row_of_file(&folder.join("core")).group)?
}

fn build(folder: &Path) -> bool {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/generators/linux/remedy.c");
    let gcc = |arguments: &[&str]| {
        let common = ["-m32", "-std=gnu11", "-O1", "-pthread"];
        let made = Command::new("gcc").args(common).args(arguments).arg(&source).current_dir(folder).output();
        made.is_ok_and(|output| output.status.success())
    };
    gcc(&["-no-pie", "-o", "remedy"]) && gcc(&["-shared", "-fPIC", "-DPLUGIN", "-o", "plugin.so"])
}

#[test]
fn runs_of_one_program_have_one_group() {
    let folder = tempfile::tempdir().unwrap();
    let pattern = fs::read_to_string("/proc/sys/kernel/core_pattern").unwrap_or_default();
    if pattern.trim() != "core" || !build(folder.path()) {
        println!("skipped: no gcc -m32, or no cores in the working folder");
        return;
    }
    for (scenario, expected) in [("library", "plugin.so"), ("stacks", "stacks of 8.00 MiB")] {
        for _ in 0..3 {
            let Some(group) = run(folder.path(), scenario) else {
                println!("skipped: {scenario} left no core");
                return;
            };
            assert_eq!(group, format!("cannot-tell / 32-bit / {expected}"));
        }
    }
}
