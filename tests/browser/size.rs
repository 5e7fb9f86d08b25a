//! Large address spaces: the file stays small, the page quick. Times are printed; only ten times the goal fails, for a
//! busy machine is slow.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use super::page::{Page, Work, key};
use super::report::Report;

/// Seconds of main-thread time.
const GOAL: f64 = 1.0;

/// A saved map of this many mappings, apart from each other in different ways, every tenth of them a file.
fn map_of(count: u64) -> PathBuf {
    let mut text = String::new();
    let mut at = 0x5555_5555_4000u64;
    for i in 0..count {
        let (size, gap) = (0x1000 * (1 + i * 7 % 23), 0x1000 * (i * 5 % 11));
        let name = if i % 10 == 0 { format!("/usr/lib/app/plugin-{}.so", i / 40) } else { String::new() };
        let rights = ["rw-p", "r-xp", "---p", "r--p"][(i % 4) as usize];
        writeln!(text, "{at:x}-{:x} {rights} 00000000 00:00 {} {name}", at + size, u64::from(!name.is_empty()))
            .unwrap();
        at += size + gap;
    }
    writeln!(text, "7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0 [stack]").unwrap();
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{count}.maps"));
    fs::write(&file, text).unwrap();
    file
}

/// What an action costs the page's main thread.
fn cost(page: &Page, action: impl FnOnce()) -> Work {
    let before = page.main_thread();
    action();
    page.main_thread() - before
}

#[test]
fn ten_thousand_regions_are_less_than_2_mb() {
    let report = Report::of("10000-regions", &map_of(9_999), &[]);
    let size = fs::metadata(&report.html).unwrap().len();
    assert_eq!(report.list("regions").len(), 10_000);
    println!("10,000 regions: {size} bytes");
    assert!(size < 2_000_000, "{size} bytes");
}

#[test]
fn the_page_of_65_000_regions_is_small_and_quick() {
    let report = Report::of("65000-regions", &map_of(64_999), &[]);
    let size = fs::metadata(&report.html).unwrap().len();
    assert_eq!(report.list("regions").len(), 65_000);
    assert!(size < 8_000_000, "{size} bytes");
    let page = page_or_skip!();
    page.main_thread();
    report.open(&page);
    let opening = page.main_thread();
    let point = page.spot("#strip").at(0.4, 0.5);
    let zooming = cost(&page, || page.wheel(point, -240));
    let panning = cost(&page, || page.drag(point, (point.0 + 200.0, point.1)));
    page.focus("#strip");
    let home = cost(&page, || page.keys(key::HOME));
    let ticking = cost(&page, || {
        page.run("const b = document.querySelector('input[type=checkbox][data-group]'); if (b) b.click()", &[]);
        page.settle();
    });
    let searching = cost(&page, || {
        page.focus("#search");
        page.keys("plugin-77");
    });
    println!("65,000 regions: {size} bytes; main thread:");
    for (what, work) in [
        ("open", opening),
        ("zoom", zooming),
        ("pan", panning),
        ("whole", home),
        ("tick", ticking),
        ("search", searching),
    ] {
        println!("  {what}: {work}");
        assert!(work.tasks > 0.0, "{what} is not measured");
        assert!(work.cpu < 10.0 * GOAL, "{what} takes {work}");
    }
    assert_eq!(page.console(), [""; 0]);
}
