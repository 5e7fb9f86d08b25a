//! Names that try to be markup, in every place that is printed.

use std::sync::OnceLock;

use proptest::prelude::*;

use super::page::{Shape, check, pages_about};
use crate::hostile::names;
use crate::synth::minidump::Minidump;
use crate::synth::minidump_context::{Context as Registers, Cpu};
use crate::synth::minidump_modules::{Module, ModuleList, UnloadedModuleList};
use crate::synth::minidump_streams::{Thread as DumpThread, ThreadList, ThreadNames};
use crate::synth::minidump_system::{SystemInfo, platform};

/// Modules, threads, unloaded modules and a diagnostic that quotes a name.
fn minidump(name: &str) -> Vec<u8> {
    let threads = (1..=3).map(|id| {
        let stack = 0x1000_0000 + u64::from(id) * 0x1_0000;
        DumpThread::new(id).context(Registers::new(Cpu::Amd64, stack + 0x800, 0x40_0000)).stack_range(stack, 0x1000)
    });
    let module = |base, size| Module::new(base, size, name);
    Minidump::new()
        .stream(SystemInfo::new(Cpu::Amd64, platform::WINDOWS_NT))
        .stream(ThreadList::new(threads))
        .stream(ThreadNames((1..=3).map(|id| (id, name.to_string())).collect()))
        .stream(ModuleList(vec![module(0x40_0000, 0x1000), module(0x50_0000, 0x1000), module(0x60_0000, 0)]))
        .stream(UnloadedModuleList(vec![(0x70_0000, 0x1000, name.to_string())]))
        .build()
        .bytes
}

fn core(file: &str) -> Vec<u8> {
    let short: String = file.chars().take(4).collect();
    names::core(&short, file)
}

fn maps(name: &str) -> Vec<u8> {
    let name: String = name.chars().filter(|c| *c != '\n').collect();
    let lines = (1..40u64).map(|i| format!("{:x}-{:x} r-xp 0 0:0 1 /{i}{name}\n", i << 20, (i << 20) + 4096));
    let anonymous = format!("7f000000-7f001000 rw-p 0 0:0 0 [anon:{name}]\n");
    (lines.collect::<String>() + &anonymous).into_bytes()
}

fn check_name(name: &str) {
    for (bytes, expected) in [minidump(name), core(name), maps(name)].iter().zip(plain_shapes()) {
        for (page, expected) in pages_about(bytes).iter().zip(expected) {
            assert_eq!(&marks(&check(page)), expected, "{name:?}\n{page}");
        }
    }
}

/// How many headings, blocks of code and folds a page has.
fn marks(shape: &Shape) -> [usize; 3] {
    [shape.headings.len(), shape.blocks, shape.html.len()]
}

/// The same of the pages about each dump with a name that is none but a name.
fn plain_shapes() -> &'static [Vec<[usize; 3]>; 3] {
    static SHAPES: OnceLock<[Vec<[usize; 3]>; 3]> = OnceLock::new();
    SHAPES.get_or_init(|| {
        let dumps = [minidump("x.so"), core("x.so"), maps("x.so")];
        dumps.map(|bytes| pages_about(&bytes).iter().map(|page| marks(&check(page))).collect())
    })
}

const NASTY: [&str; 22] = [
    "![x](http://evil.example/x.png)",
    "[x](javascript:alert)",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</details></summary>",
    "--> <!--",
    "@alice @org/team",
    "#123 GH-1 PROJ-123 !7 $1 ~bug %2 &3",
    "http://evil.example www.evil.example a@evil.example",
    "a | b || c \\| d",
    "``` ````` ~~~",
    "`a` ``b`` `",
    "\n\n# heading\n\n| a | b |\n| - | - |\n",
    "\r\n***\r\n",
    "&lt;b&gt; &#x3c;",
    "$x$ $$y$$ $`z`$",
    "**b** _i_ ~~s~~ ==m== :tada:",
    "[^1]: note",
    "- [ ] task",
    "trailing\\",
    " \t lead and trail \t ",
    "\u{202e}\u{1b}]8;;http://evil.example\u{7}",
];

#[test]
fn names_stay_names() {
    NASTY.iter().for_each(|name| check_name(name));
}

/// Pieces that mean something to Markdown, HTML or a ticket system, and what stands between them.
fn hostile_name() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => proptest::sample::select("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~".chars().map(String::from).collect::<Vec<_>>()),
        2 => proptest::sample::select(NASTY.map(String::from).to_vec()),
        2 => "[a-zA-Z0-9]{1,9}",
        1 => proptest::sample::select(vec![" ", "\n", "\r", "\t", "\u{202e}", "é", "```", "~~~~", "www.", "http://"])
            .prop_map(String::from),
    ];
    proptest::collection::vec(piece, 1..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_name_stays_a_name(name in hostile_name()) {
        check_name(&name);
    }
}
