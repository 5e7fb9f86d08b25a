//! Names that try to leave the text that they stand in.

use super::page::Page;
use crate::synth::minidump::Minidump;
use crate::synth::minidump_context::{Context as Registers, Cpu};
use crate::synth::minidump_modules::{Module, ModuleList, UnloadedModuleList};
use crate::synth::minidump_streams::{Thread, ThreadList, ThreadNames};
use crate::synth::minidump_system::{SystemInfo, platform};

const NASTY: [&str; 9] = [
    "</script><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "<!--<script>",
    "]]><svg onload=alert(1)>",
    "a\u{2028}alert(1)\u{2029}b",
    "</style></title></textarea><b>",
    "&lt;script&gt;&#60;b&#62;",
    "\u{202e}\u{1b}[2J\u{7}\u{feff}",
];

fn minidump(name: &str) -> Vec<u8> {
    let stack = |id: u32| 0x1000_0000 + u64::from(id) * 0x1_0000;
    let thread = |id| {
        let registers = Registers::new(Cpu::Amd64, stack(id) + 0x800, 0x40_0000);
        Thread::new(id).context(registers).stack_range(stack(id), 0x1000)
    };
    let module = |base, size| Module::new(base, size, name);
    Minidump::new()
        .stream(SystemInfo::new(Cpu::Amd64, platform::WINDOWS_NT))
        .stream(ThreadList::new((1..=2).map(thread)))
        .stream(ThreadNames((1..=2).map(|id| (id, name.to_string())).collect()))
        // The last has no bytes, and is named in a diagnostic.
        .stream(ModuleList(vec![module(0x40_0000, 0x1000), module(0x50_0000, 0x1000), module(0x60_0000, 0)]))
        .stream(UnloadedModuleList(vec![(0x70_0000, 0x1000, name.to_string())]))
        .build()
        .bytes
}

fn maps(name: &str) -> Vec<u8> {
    let line = |start: u64, name: &str| format!("{start:08x}-{:08x} r-xp 00000000 00:01 1 {name}\n", start + 0x1000);
    (line(0x40_0000, &format!("/{name}")) + &line(0x40_2000, &format!("[anon:{name}]"))).into_bytes()
}

/// The tags of a page about an ordinary name: what no name may add to. Attributes are left out.
fn tag_names(page: &Page) -> Vec<String> {
    let name = |tag: String| tag.split([' ', '/']).next().unwrap().to_owned();
    page.tags().into_iter().map(name).collect()
}

fn check(plain: &Page, page: &Page, name: &str) {
    assert_eq!(tag_names(page), tag_names(plain), "{name:?} changed the markup");
    assert_eq!(page.html.matches("<script").count(), 3, "{name:?} opened a script");
    assert_eq!(page.html.matches("</script").count(), 3, "{name:?} closed a script");
    assert_eq!(page.html.matches("<style").count(), 1, "{name:?}");
    let data = page.element("<script id=\"map-data\"");
    assert!(
        !data.contains(['<', '>', '&', '\u{2028}', '\u{2029}', '\u{202e}', '\u{1b}']),
        "{name:?} stands in the data"
    );
    let markup = page.markup();
    assert!(!markup.contains(['\u{202e}', '\u{1b}', '\u{0}', '\u{feff}', '\u{2028}']), "{name:?} is not spelled out");
    assert!(!markup.contains("<!--") && !markup.contains("]]>"), "{name:?}");
    page.map_data();
    assert_eq!(page.saved(), page.json, "{name:?}: the saved JSON is another");
}

#[test]
fn a_name_is_text_wherever_it_stands() {
    let (plain_dump, plain_maps) = (Page::of_bytes(&minidump("plain")), Page::of_bytes(&maps("plain")));
    assert!(plain_dump.html.matches("plain").count() > 4, "the name is not in the page");
    for name in NASTY {
        check(&plain_dump, &Page::of_bytes(&minidump(name)), name);
        check(&plain_maps, &Page::of_bytes(&maps(name)), name);
    }
}

#[test]
fn the_name_in_the_data_reads_back() {
    let page = Page::of_bytes(&maps(NASTY[0]));
    let data = page.map_data().to_string();
    assert!(data.contains("</script><script>alert(1)</script>"), "{data}");
}

#[test]
fn long_names_make_no_large_page() {
    let without_report = |page: &Page| page.html.len() - page.element("<script id=\"report-json\"").len();
    let (plain, long) = (Page::of_bytes(&maps("plain")), Page::of_bytes(&maps(&"x".repeat(60_000))));
    let more = without_report(&long) - without_report(&plain);
    assert!(more < 10_000, "{more} bytes more");
}
