//! Writers of minidumps on Windows, and those that write them elsewhere too. Flags are those of MINIDUMP_TYPE
//! (minidumpapiset.h): 0x20 unloaded modules, 0x100 PEB and TEBs, 0x800 MemoryInfoList, 0x1000 thread information.

use super::growth::Adds;
use super::recipe::{Recipe, note, run};

pub(super) const ALL: [&Recipe; 7] = [&DBGHELP, &WINDBG, &PROCDUMP, &WER, &BREAKPAD, &CRASHPAD, &WINE];

pub(super) const DBGHELP: Recipe = Recipe {
    name: "dbghelp",
    aliases: &["minidumpwritedump", "windows"],
    title: "MiniDumpWriteDump",
    advice: "add MiniDumpWithFullMemoryInfo to its DumpType: the list of all regions, without their memory",
    steps: &[
        run(
            "MiniDumpWithFullMemoryInfo | MiniDumpWithThreadInfo\n| MiniDumpWithProcessThreadData | MiniDumpWithUnloadedModules",
            "the first gives the map; the others, which cost little, thread times, TEBs (exact stacks) and unloaded DLLs",
        ),
        note(
            "MiniDumpWithFullMemory is not needed, and without MiniDumpWithFullMemoryInfo even it has no map of what is free",
        ),
    ],
    adds: Adds::MemoryInfo,
};

pub(super) const WINDBG: Recipe = Recipe {
    name: "windbg",
    aliases: &["cdb", "ntsd", ".dump"],
    title: "WinDbg, cdb",
    advice: "add the flag F to .dump /m: the list of all regions",
    steps: &[
        run(
            ".dump /mFtpu C:\\dumps\\app.dmp",
            "F: regions; t: thread information; p: PEB and TEBs; u: unloaded modules",
        ),
        note(".dump /ma has the list as well, and all memory with it; /m and /mi alone have none"),
    ],
    adds: Adds::MemoryInfo,
};

pub(super) const PROCDUMP: Recipe = Recipe {
    name: "procdump",
    aliases: &["sysinternals"],
    title: "Sysinternals procdump",
    advice: "give the flags by -mc, or use -mm, which has the list of all regions in current versions",
    steps: &[
        run(
            "procdump -accepteula -mc 1920 PID app.dmp",
            "now; the mask is in hex: regions, threads, TEBs, unloaded modules",
        ),
        run("procdump -accepteula -mc 1920 -e -w app.exe C:\\dumps", "at the next unhandled exception"),
        note("-ma has the list as well, and all memory with it"),
    ],
    adds: Adds::MemoryInfo,
};

pub(super) const WER: Recipe = Recipe {
    name: "wer",
    aliases: &["localdumps", "windows-error-reporting"],
    title: "Windows Error Reporting, LocalDumps",
    advice: "set DumpType 0 and CustomDumpFlags 0x1920: a small dump with the list of all regions",
    steps: &[
        run(
            "set KEY=HKLM\\SOFTWARE\\Microsoft\\Windows\\Windows Error Reporting\\LocalDumps\\app.exe",
            "in a command prompt of an administrator, with the name of your program; without it, all programs are meant",
        ),
        run(
            "reg add \"%KEY%\" /v DumpType /t REG_DWORD /d 0 /f",
            "flags of one's own; 1 is a small dump without a map, 2 a full one",
        ),
        run(
            "reg add \"%KEY%\" /v CustomDumpFlags /t REG_DWORD /d 0x1920 /f",
            "regions, threads, TEBs, unloaded modules",
        ),
        note("dumps go to %LOCALAPPDATA%\\CrashDumps unless DumpFolder (REG_EXPAND_SZ) says otherwise"),
    ],
    adds: Adds::MemoryInfo,
};

pub(super) const BREAKPAD: Recipe = Recipe {
    name: "breakpad",
    aliases: &[],
    title: "Breakpad",
    advice: "on Windows give ExceptionHandler the type MiniDumpWithFullMemoryInfo; on Linux keep the stream LinuxMaps, which \
             it always writes",
    steps: &[
        run(
            "static_cast<MINIDUMP_TYPE>(MiniDumpWithFullMemoryInfo | MiniDumpWithThreadInfo\n  | MiniDumpWithUnloadedModules)",
            "the argument dump_type of ExceptionHandler's constructor on Windows; MiniDumpNormal has no map",
        ),
        note("on Linux a dump without LinuxMaps (0x47670009) was stripped or cut on its way"),
    ],
    adds: Adds::MemoryInfo,
};

pub(super) const CRASHPAD: Recipe = Recipe {
    name: "crashpad",
    aliases: &[],
    title: "Crashpad",
    advice: "on Windows it writes the list of regions; on Linux add /proc/PID/maps as stream LinuxMaps in the handler",
    steps: &[
        run(
            "crashpad::HandlerMain(argc, argv, &user_stream_sources)",
            "with a UserStreamDataSource whose stream has the type 0x47670009 and the text of the client's /proc/PID/maps",
        ),
        note("what stores or strips dumps must keep that stream, and MemoryInfoList (16) on Windows"),
    ],
    adds: Adds::Maps,
};

pub(super) const WINE: Recipe = Recipe {
    name: "wine",
    aliases: &[],
    title: "Wine's MiniDumpWriteDump",
    advice: "Wine writes no MemoryInfoList whatever flags are asked: pass one as a user stream, or take a core of the process",
    steps: &[
        note(
            "MINIDUMP_USER_STREAM of type 16 (MemoryInfoListStream), filled by VirtualQuery, in the dump that is written",
        ),
        run(
            "gcore PID",
            "the Wine process is one of Linux: its core lists what Windows' side and Wine's own side mapped",
        ),
    ],
    adds: Adds::MemoryInfo,
};
