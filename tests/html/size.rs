//! Pages of large processes stay small enough to be attached and opened.

use std::fmt::Write;

use super::page::Page;

const MB: usize = 1_000_000;

/// A map of that many lines, with names and gaps as a server's: libraries, files, private memory, stacks with guards.
fn maps(lines: u64) -> Vec<u8> {
    let mut text = String::new();
    let mut at: u64 = 0x7f00_0000_0000;
    let mut noise: u64 = 88_172_645_463_325_252;
    for i in 0..lines {
        noise ^= noise << 13;
        noise ^= noise >> 7;
        noise ^= noise << 17;
        let size = (noise % 512 + 1) << 12;
        at += if i % 3 == 0 { ((noise >> 20) % 4096) << 12 } else { 0 };
        let (access, name) = match i % 7 {
            0 => ("---p", String::new()),
            1 => ("r-xp", format!("/opt/server/lib/module-{:05}.so", i / 700)),
            2 => ("r--s", format!("/var/lib/server/data/segment-{i:06}.db")),
            _ => ("rw-p", String::new()),
        };
        writeln!(text, "{at:x}-{:x} {access} 00000000 fe:00 {i} {name}", at + size).unwrap();
        at += size;
    }
    text.into_bytes()
}

fn check(lines: u64, limit: usize) {
    let page = Page::of_bytes(&maps(lines));
    let regions = page.map_data()["regions"]["owner"].as_array().unwrap().len();
    assert!(regions as u64 >= lines, "only {regions} regions");
    assert!(page.html.len() < limit, "{lines} mappings make {} bytes", page.html.len());
    assert_eq!(page.saved(), page.json);
    // Rows are made by the script; the file has the first of each table.
    assert!(page.html.matches("<tr").count() < 200);
}

#[test]
fn ten_thousand_regions() {
    check(10_000, 2 * MB);
}

#[test]
fn sixty_five_thousand_regions() {
    check(65_000, 8 * MB);
}

// More than a browser draws: the page holds what lies around the largest gap, and says so.
#[test]
fn too_many_regions_are_cut_and_the_page_says_so() {
    let page = Page::of_bytes(&maps(230_000));
    let data = page.map_data();
    assert_eq!(data["complete"], false);
    assert_eq!(data["regions"]["owner"].as_array().unwrap().len(), 200_000);
    assert!(page.markup().contains("hold 200,000 of"), "the page does not say that it is cut");
    assert!(page.html.len() < 40 * MB, "{} bytes", page.html.len());
    let json: serde_json::Value = serde_json::from_slice(&page.json).unwrap();
    let largest = json["free"]["largest"]["start"].as_str().unwrap();
    let (floor, ceiling) = (data["floor"].as_str().unwrap(), data["ceiling"].as_str().unwrap());
    assert!(floor <= largest && largest < ceiling, "the largest gap {largest} is not in {floor}-{ceiling}");
}
