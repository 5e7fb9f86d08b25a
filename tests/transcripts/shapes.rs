//! One real Windows process (VirtualQuery's walk of `windows-2gb`) printed in every shape that tools have: the free space
//! that comes out is the one that went in.

use fragscope::model::{Evidence, Os, PointerWidth};

use super::{figures, holes, read};
use crate::oracle::csv;
use crate::samples;

/// A region of VirtualQuery.
#[derive(Clone, Copy)]
struct Region {
    base: u64,
    size: u64,
    state: u64,
    protect: u64,
    kind: u64,
    allocation: u64,
}

const FREE: u64 = 0x1_0000;
const RESERVE: u64 = 0x2000;

fn regions() -> Vec<Region> {
    let text = samples::named("windows-2gb.dmp.zst").truth("virtualquery.csv");
    let parse = |line: &str| {
        let n: Vec<u64> = line.split(',').map(csv::number).collect();
        Region { base: n[0], size: n[1], state: n[2], protect: n[3], kind: n[4], allocation: n[5] }
    };
    text.lines().skip(1).map(parse).collect()
}

/// Free areas up to where the walk ends, joined.
fn free(regions: &[Region]) -> Vec<(u64, u64)> {
    let mut joined: Vec<(u64, u64)> = Vec::new();
    // No process gets the first 64 KiB, and Windows' shared data is a row of its own in the walk already.
    for r in regions.iter().filter(|r| r.state == FREE && r.base >= 0x1_0000) {
        match joined.last_mut().filter(|last| last.1 == r.base) {
            Some(last) => last.1 = r.base + r.size,
            None => joined.push((r.base, r.base + r.size)),
        }
    }
    joined
}

fn state(r: &Region) -> &'static str {
    match r.state {
        FREE => "MEM_FREE",
        RESERVE => "MEM_RESERVE",
        _ => "MEM_COMMIT",
    }
}

fn kind(r: &Region) -> &'static str {
    match r.kind {
        0x100_0000 => "MEM_IMAGE",
        0x4_0000 => "MEM_MAPPED",
        0x2_0000 => "MEM_PRIVATE",
        _ => "",
    }
}

fn protect(r: &Region, or: &str) -> String {
    let base = match r.protect & 0xff {
        0x01 => "PAGE_NOACCESS",
        0x02 => "PAGE_READONLY",
        0x04 => "PAGE_READWRITE",
        0x08 => "PAGE_WRITECOPY",
        0x10 => "PAGE_EXECUTE",
        0x20 => "PAGE_EXECUTE_READ",
        0x40 => "PAGE_EXECUTE_READWRITE",
        0x80 => "PAGE_EXECUTE_WRITECOPY",
        _ => "",
    };
    let guard = if r.protect & 0x100 == 0 { String::new() } else { format!("{or}PAGE_GUARD") };
    if r.state == RESERVE { String::new() } else { format!("{base}{guard}") }
}

/// How a table marks its rows: new allocations, and those that go on.
fn table(regions: &[Region], header: &str, marks: (&str, &str), or: &str, hex: fn(u64) -> String) -> String {
    let mut text = format!(
        "0:000> !address\n\n  {header} EndAddr+1 RgnSize     Type       State                 Protect             Usage\n"
    );
    text.push_str("-----------------------------------------------------------------------------\n");
    for r in regions {
        let mark = if r.state == FREE || r.allocation == r.base { marks.0 } else { marks.1 };
        let usage = if r.state == FREE { "Free" } else { "<unknown>" };
        text.push_str(&format!(
            "{mark} {:>8} {:>8} {:>8} {:<11} {:<11} {:<34} {usage}\n",
            hex(r.base),
            hex(r.base + r.size),
            hex(r.size),
            kind(r),
            state(r),
            protect(r, or)
        ));
    }
    text
}

fn short(n: u64) -> String {
    format!("{n:x}")
}

fn with_backtick(n: u64) -> String {
    format!("{:x}`{:08x}", n >> 32, n & 0xffff_ffff)
}

fn old(regions: &[Region], dash: &str, blank: &str) -> String {
    let mut text = String::from("0:000> !address\n");
    for r in regions {
        let head = match r.state == FREE || r.allocation == r.base {
            true => format!("    {:08x} : {:08x} {dash} {:08x}\n", r.base, r.base, r.size),
            false => format!("               {:08x} {dash} {:08x}\n", r.base, r.size),
        };
        let usage = if r.state == FREE { "RegionUsageFree" } else { "RegionUsageIsVAD" };
        text.push_str(&head);
        text.push_str(&format!("{blank}Type     {:08x} {}\n", r.kind, kind(r)));
        text.push_str(&format!("{blank}Protect  {:08x} {}\n", r.protect, protect(r, " | ")));
        text.push_str(&format!("{blank}State    {:08x} {}\n", r.state, state(r)));
        text.push_str(&format!("{blank}Usage    {usage}\n"));
    }
    text
}

fn vadump(regions: &[Region]) -> String {
    let one = |r: &Region| {
        let mut text = format!(
            "BaseAddress: {:08x}\nRegionSize: {:08x}\nState: {:08x} {}\nProtect: {:08x} {}\n",
            r.base,
            r.size,
            r.state,
            state(r),
            r.protect,
            protect(r, " | ")
        );
        if r.state != FREE {
            text.push_str(&format!("Type: {:08x} {}\n", r.kind, kind(r)));
        }
        text + "\n"
    };
    format!("0:000> !vadump\n{}", regions.iter().map(one).collect::<String>())
}

fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// VMMap's rows: address, type, size, committed, protection.
fn vmmap_rows(regions: &[Region]) -> Vec<[String; 5]> {
    let kib = |n: u64| if n == 0 { String::new() } else { thousands(n >> 10) };
    let committed = |r: &Region| if r.state == FREE || r.state == RESERVE { 0 } else { r.size };
    let rights = |r: &Region| if r.state == RESERVE { "Reserved" } else { "Read/Write" }.to_owned();
    let mut rows = Vec::new();
    for of_one in regions.chunk_by(|a, b| b.state != FREE && a.state != FREE && b.allocation == a.allocation) {
        let (first, size) = (of_one[0], of_one.iter().map(|r| r.size).sum());
        let kind = if first.state == FREE { "Free" } else { "Private Data" }.to_owned();
        let all = of_one.iter().map(committed).sum();
        rows.push([format!("{:016X}", first.base), kind.clone(), kib(size), kib(all), rights(&first)]);
        if of_one.len() > 1 || first.state != FREE {
            let block =
                |r: &Region| [format!("  {:016X}", r.base), kind.clone(), kib(r.size), kib(committed(r)), rights(r)];
            rows.extend(of_one.iter().map(block));
        }
    }
    rows
}

fn vmmap_csv(regions: &[Region]) -> String {
    let mut text = String::from(
        "\"Process: winfrag.exe\"\n\"PID: 84\"\n\"Type\",\"Size\",\"Committed\"\n\"Total\",\"2,097,152\",\"1\"\n",
    );
    text.push_str("\"Address\",\"Type\",\"Size\",\"Committed\",\"Private\",\"Blocks\",\"Protection\",\"Details\",\n");
    for [address, kind, size, committed, rights] in vmmap_rows(regions) {
        text.push_str(&format!("\"{address}\",\"{kind}\",\"{size}\",\"{committed}\",\"\",\"\",\"{rights}\",\"\"\n"));
    }
    text
}

fn vmmap_txt(regions: &[Region]) -> String {
    let line = |[a, k, s, c, r]: [String; 5]| format!("{a:<20}{k:<24}{s:<12}{c:<12}{r:<20}\n");
    let names = ["Address", "Type", "Size", "Committed", "Protection"].map(str::to_owned);
    let rows: String = vmmap_rows(regions).into_iter().map(line).collect();
    format!(
        "Process: winfrag.exe\n\n{}{rows}",
        line(names).replace("Protection          ", "Protection          Details")
    )
}

#[test]
fn every_shape_of_a_whole_listing_gives_the_same_free_space() {
    let regions = regions();
    let expected = free(&regions);
    let end = regions.last().map(|r| r.base + r.size).unwrap();
    let shapes: [(&str, String); 10] = [
        ("plus", table(&regions, "BaseAddr", ("+", " "), "|", short)),
        ("star", table(&regions, "BaseAddr", ("*", "|-"), "|", short)),
        ("no marks", table(&regions, "BaseAddress", ("", ""), " | ", short)),
        ("backticks", table(&regions, "BaseAddress", ("+", " "), " | ", with_backtick) + "0:000:x86> r\n"),
        ("old", old(&regions, "-", "                    ")),
        ("old with tabs and another dash", old(&regions, "\u{2013}", "\t\t")),
        ("vadump", vadump(&regions)),
        ("vmmap csv", vmmap_csv(&regions)),
        ("vmmap txt", vmmap_txt(&regions)),
        ("vmmap tabs", vmmap_csv(&regions).replace("\",\"", "\t").replace('"', "")),
    ];
    for (shape, text) in shapes {
        let dump = read(&[&text]);
        let snapshot = dump.snapshot();
        let ceiling = snapshot.space.bounds().range.end().0;
        assert!(ceiling <= end, "{shape}: {ceiling:#x}");
        let expected: Vec<(u64, u64)> =
            expected.iter().map(|(a, b)| (*a, (*b).min(ceiling))).filter(|(a, b)| a < b).collect();
        assert_eq!(holes(snapshot), expected, "{shape}");
        assert_eq!(snapshot.evidence, Evidence::Complete, "{shape}: {:?}", snapshot.evidence_notes);
        assert_eq!(snapshot.platform.os, Some(Os::Windows), "{shape}");
        assert_eq!(snapshot.platform.width, PointerWidth::Bits32, "{shape}");
    }
}

/// The same figures as from the minidump of that process, which has the same walk in it.
#[test]
fn the_listing_and_the_dump_agree() {
    let sample = samples::named("windows-2gb.dmp.zst").load();
    let dump = read(&[&table(&regions(), "BaseAddr", ("+", " "), "|", short)]);
    let (theirs, ours) = (figures(sample.snapshot()).figures, figures(dump.snapshot()).figures);
    assert_eq!((ours.total, ours.largest_size(), ours.usable), (theirs.total, theirs.largest_size(), theirs.usable));
    assert_eq!(figures(dump.snapshot()).gaps.len(), figures(sample.snapshot()).gaps.len());
}

/// A row that is lost is noticed wherever it was: the map is no longer whole, and its place not called free.
#[test]
fn a_row_that_is_left_out_is_never_free() {
    let regions = regions();
    let middle = regions.len() / 2;
    let lost = regions[middle..].iter().find(|r| r.state != FREE).unwrap();
    let table = table(&regions, "BaseAddr", ("+", " "), "|", short);
    let addresses = format!(" {:x} {:x} ", lost.base, lost.base + lost.size);
    let line = table.lines().find(|l| l.contains(&addresses)).unwrap();
    for (how, text) in [
        ("cut out", table.replace(&format!("{line}\n"), "")),
        ("elided", table.replace(line, "[... some rows left out ...]")),
        ("damaged", table.replace(line, &line.replace("MEM_", "MEMx"))),
        ("cut behind", table.split_once(line).unwrap().0.to_owned()),
    ] {
        let dump = read(&[&text]);
        assert_eq!(dump.snapshot().evidence, Evidence::Partial, "{how}");
        let gaps = figures(dump.snapshot()).gaps;
        let gap = gaps.iter().find(|g| g.range.contains(fragscope::addr::Addr(lost.base))).unwrap();
        assert_eq!(gap.certainty, fragscope::model::Certainty::NotListed, "{how}");
    }
}

/// What the summary says of the same process must be what its rows add up to.
#[test]
fn a_summary_that_disagrees_lowers_the_grade() {
    let regions = regions();
    let sum: u64 = regions.iter().filter(|r| r.state == FREE).map(|r| r.size).sum();
    let listing = table(&regions, "BaseAddr", ("+", " "), "|", short);
    let summary = |free: u64| {
        format!(
            "0:000> !address -summary\n--- Usage Summary ---------------- RgnCount ----------- Total Size -------- %ofBusy\n\
             Free                                     7          {free:x} (   1.000 Mb)            2.26%\n"
        )
    };
    for (said, evidence) in [(sum, Evidence::Complete), (sum + 0x1000, Evidence::Partial)] {
        let both = format!("{listing}{}", summary(said));
        assert_eq!(read(&[&both]).snapshot().evidence, evidence, "{said:#x}");
        assert_eq!(read(&[&summary(said), &listing]).snapshot().evidence, evidence, "{said:#x} in two files");
    }
}
