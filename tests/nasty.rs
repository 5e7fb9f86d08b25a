//! Dumps whose names are made to harm whoever reads a report: script, markup, escape sequences, in every place that a
//! dump has for a name. And the same dumps with plain names, to compare with.

use crate::synth::elf_arch;
use crate::synth::elf_core::{Core, Load};
use crate::synth::elf_notes::MappedFile;
use crate::synth::elf_process::Thread;
use crate::synth::minidump::Minidump;
use crate::synth::minidump_annotations::{CrashpadInfo, ModuleAnnotations, pairs};
use crate::synth::minidump_context::{Context, Cpu};
use crate::synth::minidump_modules::{Module, ModuleList, UnloadedModuleList};
use crate::synth::minidump_streams::{Exception, Thread as DumpThread, ThreadList, ThreadNames};
use crate::synth::minidump_system::{SystemInfo, platform};

/// Each sets `pwned` if it runs, moves the cursor if a terminal obeys it, or becomes markup if Markdown sees it.
pub const NAMES: [&str; 26] = [
    "<script>window.pwned=1</script>",
    "</script><script>window.pwned=1</script>",
    "\"><img src=x onerror=window.pwned=1>",
    "' onmouseover='window.pwned=1",
    "</title></style></textarea><svg onload=window.pwned=1>",
    "javascript:window.pwned=1//",
    "`${window.pwned=1}`",
    "\\\";window.pwned=1;//",
    "]]><!--><script>window.pwned=1</script>-->",
    "</details></summary><h1>gone</h1>",
    "&lt;script&gt;window.pwned=1&#60;/script&#x3e;",
    "{{constructor.constructor('window.pwned=1')()}}",
    "```\n# heading\n```",
    "````~~~~",
    "` <script>window.pwned=1</script> `",
    "x`|`y\\|`[z](javascript:window.pwned=1)",
    "a|b|c\\|d",
    "[click](javascript:window.pwned=1) ![x](https://example.invalid/x.png)",
    "<https://example.invalid> https://example.invalid/y @everyone #1",
    "**bold** _it_ ~~gone~~ \\",
    "\u{1b}]0;owned\u{7}\u{1b}[2J\u{1b}[5;41m\u{1b}]8;;http://example.invalid\u{1b}\\link",
    "\u{9b}31m\u{90}q\u{9c}",
    "exe\u{202e}gpj.\u{2066}x\u{2069}",
    "a\r\nb\tc\u{7f}\u{8}\n\n# heading\n\n| x | y |\n|---|---|",
    "\u{2028}window.pwned=1\u{2029}\u{200b}\u{feff}\u{e0041}",
    "$(touch pwned) `touch pwned` %s%n {color:red}x{color} {code}",
];

/// A name that harms nobody, in place of the one at `index`.
pub fn plain(index: usize) -> String {
    format!("plain-name-{index:02}")
}

/// A minidump of a Windows process: modules, unloaded modules, threads and annotations have these names.
pub fn minidump(names: &[String]) -> Vec<u8> {
    let place = |index: usize| 0x40_0000 + 0x20_0000 * index as u64;
    let modules = names.iter().enumerate().map(|(i, name)| Module::new(place(i), 0x1_0000, &format!("C:\\{name}")));
    let unloaded = names.iter().enumerate().map(|(i, name)| (place(i) + 0x10_0000, 0x1000, name.clone()));
    let threads = names.iter().enumerate().map(|(i, _)| {
        let stack = 0x6000_0000 + 0x10_0000 * i as u64;
        DumpThread::new(i as u32 + 1)
            .context(Context::new(Cpu::X86, stack + 0x800, place(0)))
            .stack_range(stack, 0x1000)
    });
    let annotations: Vec<(&str, &str)> = names.iter().map(|n| (n.as_str(), n.as_str())).collect();
    let of_module =
        ModuleAnnotations { module: 0, list: names.to_vec(), simple: pairs(&annotations), ..Default::default() };
    Minidump::new()
        .stream(SystemInfo::new(Cpu::X86, platform::WINDOWS_NT))
        .stream(ModuleList(modules.collect()))
        .stream(UnloadedModuleList(unloaded.collect()))
        .stream(ThreadList::new(threads))
        .stream(ThreadNames(names.iter().enumerate().map(|(i, n)| (i as u32 + 1, n.clone())).collect()))
        .stream(CrashpadInfo { simple: pairs(&annotations), modules: vec![of_module] })
        .stream(Exception::new(1, 0xe000_0008, place(0)).parameters(&[0x1000_0000]))
        .build()
        .bytes
}

/// A core of a Linux process: the program, its arguments and its files have these names.
pub fn core(names: &[String]) -> Vec<u8> {
    let place = |index: usize| 0x40_0000 + 0x20_0000 * index as u64;
    let first: String = names[0].chars().take(15).collect();
    let files =
        names.iter().enumerate().map(|(i, n)| MappedFile::new(place(i), place(i) + 0x1000, 0, &format!("/tmp/{n}.so")));
    Core::new(elf_arch::X86)
        .program(&first, &names[0])
        .thread(Thread::new(7).sp(0xbfff_0000).pc(0x40_0000))
        .loads((0..names.len()).map(|i| Load::new(place(i), 0x1000, "r-x")))
        .load(Load::new(0xbffe_0000, 0x2_0000, "rw-"))
        .files(files)
        .build()
        .bytes
}

/// A saved /proc/PID/maps: files, anonymous mappings and threads' stacks have these names, line ends as the kernel
/// writes them.
pub fn maps(names: &[String]) -> Vec<u8> {
    let mut text = String::new();
    for (index, name) in names.iter().enumerate() {
        let name = name.replace('\n', "\\012");
        let start = 0x40_0000 + 0x20_0000 * index;
        text.push_str(&format!("{start:08x}-{:08x} r-xp 00000000 00:00 1 /tmp/{name}.so\n", start + 0x1000));
        let start = start + 0x10_0000;
        text.push_str(&format!("{start:08x}-{:08x} rw-p 00000000 00:00 0 [anon:{name}]\n", start + 0x1000));
    }
    text.push_str("bffdf000-c0000000 rw-p 00000000 00:00 0 [stack]\n");
    text.into_bytes()
}

/// What makes one dump of names.
pub type Writer = fn(&[String]) -> Vec<u8>;

/// All of them.
pub const WRITERS: [(&str, Writer); 3] = [("minidump", minidump), ("core", core), ("maps", maps)];
