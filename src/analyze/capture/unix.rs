//! Writers of Linux and its relatives.

use super::growth::Adds;
use super::recipe::{Recipe, note, run};

pub(super) const ALL: [&Recipe; 8] = [&KERNEL, &SYSTEMD, &GCORE, &LLDB, &QEMU, &MINIDUMP_WRITER, &MAPS, &VMMAP];

pub(super) const KERNEL: Recipe = Recipe {
    name: "kernel",
    aliases: &["core", "coredump_filter", "ulimit", "linux"],
    title: "the kernel's core file",
    advice: "let the kernel write the core: it lists every mapping whatever coredump_filter says",
    steps: &[
        run(
            "ulimit -c unlimited",
            "in the shell or script that starts the process; LimitCORE=infinity in a systemd unit",
        ),
        run(
            "cat /proc/sys/kernel/core_pattern",
            "where cores go; behind a | stands a program that takes them (systemd-coredump, apport), else it is a file name",
        ),
        run(
            "echo 0x33 >/proc/PID/coredump_filter",
            "the usual content: stacks and heaps, not files; 0x00 leaves all memory out and keeps the whole map, 0x3f adds \
             mapped files, of which the map needs nothing",
        ),
        note(
            "a cut core has lost what comes last: free the disk, raise the limit (ulimit -c counts), and do not cut uploads",
        ),
    ],
    adds: Adds::Headers,
};

pub(super) const SYSTEMD: Recipe = Recipe {
    name: "systemd-coredump",
    aliases: &["systemd", "coredumpctl"],
    title: "systemd-coredump",
    advice: "raise ProcessSizeMax and ExternalSizeMax above the process's memory: a larger core is cut or not kept",
    steps: &[
        run(
            "[Coredump]\nProcessSizeMax=64G\nExternalSizeMax=64G",
            "in /etc/systemd/coredump.conf, or in a file of your own in /etc/systemd/coredump.conf.d; the next crash obeys",
        ),
        run("coredumpctl list", "PRESENT says that the core was kept, TRUNCATED that it was cut"),
        run("coredumpctl dump PID -o core.PID", "the core, unpacked; fragscope reads the .zst file itself too"),
    ],
    adds: Adds::Nothing,
};

pub(super) const GCORE: Recipe = Recipe {
    name: "gcore",
    aliases: &["gdb"],
    title: "gdb's gcore",
    advice: "have gdb dump what it leaves out (dump-excluded-mappings), and save the kernel's list beside it",
    steps: &[
        run(
            "gdb -p PID -batch -ex 'set use-coredump-filter off' \\\n  -ex 'set dump-excluded-mappings on' -ex 'gcore core.PID'",
            "adds memory marked MADV_DONTDUMP, and no coredump_filter hides any; [vvar] is still missing",
        ),
        run(
            "cat /proc/PID/maps >core.PID.maps",
            "while the process lives: this list is complete, and fragscope reads it",
        ),
    ],
    adds: Adds::Maps,
};

pub(super) const LLDB: Recipe = Recipe {
    name: "lldb",
    aliases: &[],
    title: "lldb's process save-core",
    advice: "save the kernel's list of mappings beside the core",
    steps: &[
        run("cat /proc/PID/maps >core.PID.maps", "while the process lives; fragscope reads it"),
        run("process save-core core.PID", "in lldb: registers and memory"),
    ],
    adds: Adds::Maps,
};

pub(super) const QEMU: Recipe = Recipe {
    name: "qemu",
    aliases: &["qemu-user"],
    title: "qemu's user-mode emulation",
    advice: "save the emulator's own map too: guest and emulator share one address space, and its core lists the guest's",
    steps: &[run("cat /proc/PID/maps >qemu.maps", "of the emulator while it runs; fragscope reads it")],
    adds: Adds::Maps,
};

pub(super) const MINIDUMP_WRITER: Recipe = Recipe {
    name: "minidump-writer",
    aliases: &["rust-minidump"],
    title: "the Rust crate minidump-writer",
    advice: "use a current version: it writes LinuxMaps, MemoryInfoList and the limits of the process unasked",
    steps: &[
        run("cargo update -p minidump-writer", "in the program that writes the dumps"),
        note(
            "what stores or strips dumps must keep the streams LinuxMaps (0x47670009) and MozLinuxLimits (0x4d7a0003)",
        ),
    ],
    adds: Adds::Maps,
};

pub(super) const MAPS: Recipe = Recipe {
    name: "maps",
    aliases: &["proc"],
    title: "/proc/PID/maps of the living process",
    advice: "copy the kernel's list once more, whole, from the living process; or look at it with fragscope live PID",
    steps: &[
        run("cat /proc/PID/maps >maps.txt", "as the process's user or as root; one reading per file"),
        run("fragscope live PID", "the same with threads, limits and what is in memory"),
    ],
    adds: Adds::Nothing,
};

pub(super) const VMMAP: Recipe = Recipe {
    name: "vmmap",
    aliases: &["macos"],
    title: "vmmap of macOS",
    advice: "minidumps of this system have no map: keep the output of vmmap beside them",
    steps: &[run("vmmap -wide PID >vmmap.txt", "while the process lives; for people, fragscope does not read it yet")],
    adds: Adds::Nothing,
};
