//! What a process of heapstate.c said of its heaps: truth.xml, truth.info, truth.ledger and truth.maps, with glibc's own
//! peculiarities taken out of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::oracle::maps::Maps;

/// A row of malloc_info, sizes without flag bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Row {
    pub kind: &'static str,
    pub from: u64,
    pub to: u64,
    pub count: u64,
    pub bytes: u64,
}

/// What malloc_info says of an arena.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Arena {
    pub rows: Vec<Row>,
    pub fast: (u64, u64),
    /// Without top.
    pub rest: (u64, u64),
    /// Not told before 2.31.
    pub top: Option<u64>,
    pub system: u64,
    pub max: u64,
    pub aspace: u64,
    pub mprotect: u64,
    pub subheaps: Option<u64>,
}

/// All that a process told.
pub struct Truth {
    /// glibc's second number: 36 of 2.36.
    pub glibc: u32,
    pub word: u64,
    pub arenas: Vec<Arena>,
    /// Chunks with mappings of their own, from malloc_info.
    pub mapped: (u64, u64),
    /// mallinfo2's, by name.
    info: BTreeMap<String, String>,
    /// Pointers and malloc_usable_size.
    pub ledger: Vec<(u64, u64)>,
    pub maps: Maps,
}

impl Truth {
    pub fn read(folder: &Path) -> Truth {
        let text = |name: &str| fs::read_to_string(folder.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
        let info = pairs(&text("truth.info"));
        let glibc = info["glibc"].split('.').nth(1).unwrap().parse().unwrap();
        let (arenas, mapped) = arenas(&text("truth.xml"), glibc);
        let ledger = text("truth.ledger");
        let ledger = ledger.lines().map(|line| {
            let (pointer, usable) = line.split_once(' ').unwrap();
            (u64::from_str_radix(&pointer[2..], 16).unwrap(), usable.parse().unwrap())
        });
        let word = info["bits"].parse::<u64>().unwrap() / 8;
        Truth { glibc, word, arenas, mapped, ledger: ledger.collect(), maps: Maps::parse(&text("truth.maps")), info }
    }

    /// One that no process told; `info` as in truth.info.
    pub fn new(
        glibc: u32,
        word: u64,
        arenas: Vec<Arena>,
        mapped: (u64, u64),
        ledger: Vec<(u64, u64)>,
        maps: Maps,
        info: &str,
    ) -> Truth {
        Truth { glibc, word, arenas, mapped, info: pairs(info), ledger, maps }
    }

    /// A figure of mallinfo2.
    pub fn mallinfo(&self, name: &str) -> u64 {
        self.info[name].parse().unwrap()
    }
}

fn pairs(text: &str) -> BTreeMap<String, String> {
    text.lines().filter_map(|line| line.split_once('=')).map(|(key, value)| (key.into(), value.into())).collect()
}

/// The attribute of an element.
fn attribute(line: &str, name: &str) -> Option<u64> {
    let (_, rest) = line.split_once(&format!(" {name}=\""))?;
    rest.split_once('"')?.0.parse().ok()
}

fn tally(line: &str) -> (u64, u64) {
    (attribute(line, "count").unwrap(), attribute(line, "size").unwrap())
}

/// Sizes in bins have PREV_INUSE set, and malloc_info does not take it away; those of fast bins are a bin's lower limit.
fn row(line: &str) -> Row {
    let [from, to, total, count] = ["from", "to", "total", "count"].map(|name| attribute(line, name).unwrap());
    if to % 8 == 0 {
        return Row { kind: "fast", from: to, to, count, bytes: total };
    }
    let kind = if line.contains("<unsorted") { "unsorted" } else { "regular" };
    Row { kind, from: from & !7, to: to & !7, count, bytes: total - count }
}

/// The arenas in their order, and the total of mapped chunks.
fn arenas(xml: &str, glibc: u32) -> (Vec<Arena>, (u64, u64)) {
    let mut list: Vec<Arena> = Vec::new();
    let mut inside = false;
    let mut mapped = None;
    for line in xml.lines() {
        let line = line.trim();
        if line.starts_with("<heap ") {
            list.push(Arena::default());
            inside = true;
        } else if line.starts_with("</heap>") {
            inside = false;
        } else if line.starts_with("<total type=\"mmap\"") {
            mapped = Some(tally(line));
        } else if inside {
            element(list.last_mut().unwrap(), line);
        }
    }
    for arena in &mut list {
        let bins = arena.rows.iter().filter(|row| row.kind != "fast");
        let binned = bins.fold((0, 0), |sum, row| (sum.0 + row.count, sum.1 + row.bytes));
        if glibc >= 31 {
            // Counts top as one of the rest.
            assert_eq!(arena.rest.0, binned.0 + 1, "{arena:?}");
            arena.top = Some(arena.rest.1 - binned.1 - binned.0);
        }
        arena.rest = binned;
    }
    (list, mapped.expect("malloc_info tells mapped chunks"))
}

fn element(arena: &mut Arena, line: &str) {
    let size = || attribute(line, "size").unwrap();
    match () {
        () if line.starts_with("<size ") || line.starts_with("<unsorted ") => arena.rows.push(row(line)),
        () if line.starts_with("<total type=\"fast\"") => arena.fast = tally(line),
        () if line.starts_with("<total type=\"rest\"") => arena.rest = tally(line),
        () if line.starts_with("<system type=\"current\"") => arena.system = size(),
        () if line.starts_with("<system type=\"max\"") => arena.max = size(),
        () if line.starts_with("<aspace type=\"total\"") => arena.aspace = size(),
        () if line.starts_with("<aspace type=\"mprotect\"") => arena.mprotect = size(),
        () if line.starts_with("<aspace type=\"subheaps\"") => arena.subheaps = Some(size()),
        () => {}
    }
}

#[test]
fn peculiarities_of_malloc_info_are_taken_out() {
    let xml = r#"<malloc version="1"><heap nr="0">
        <sizes>
          <size from="17" to="32" total="64" count="2"/>
          <size from="145" to="161" total="306" count="2"/>
          <unsorted from="1009" to="1009" total="1009" count="1"/>
        </sizes>
        <total type="fast" count="2" size="64"/>
        <total type="rest" count="4" size="9315"/>
        <system type="current" size="135168"/>
        </heap>
        <total type="mmap" count="3" size="4096"/>
        </malloc>"#;
    let xml = xml.replace("<heap", "\n<heap");
    let (arenas, mapped) = arenas(&xml, 36);
    let rows = [
        Row { kind: "fast", from: 32, to: 32, count: 2, bytes: 64 },
        Row { kind: "regular", from: 144, to: 160, count: 2, bytes: 304 },
        Row { kind: "unsorted", from: 1008, to: 1008, count: 1, bytes: 1008 },
    ];
    assert_eq!(arenas[0].rows, rows);
    assert_eq!((arenas[0].rest, arenas[0].top, mapped), ((3, 1312), Some(8000), (3, 4096)));
}
