//! Key figures that a tool states, where there is no map to measure.

use crate::model::Stated;
use crate::report::Context;
use crate::units::{Bytes, Hex, percent, plural};

/// Each figure that is known, with its name, value and remark.
pub(super) fn rows(cx: Context<'_>, stated: &Stated) -> Vec<[String; 3]> {
    let row = |name: &str, value: u64, remark: String| [name.to_owned(), Bytes(value).to_string(), remark];
    let share = |bytes: u64| stated.total.map(|total| format!("{} of the address space", percent(bytes, total)));
    let regions = |count: Option<u64>| count.map(|n| format!("in {}", plural(n, "region")));
    let words = |parts: [Option<String>; 2]| parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let mut rows = Vec::new();
    rows.extend(stated.free.map(|free| row("free", free, words([regions(stated.free_regions), share(free)]))));
    rows.extend(stated.largest.map(|size| row("largest free region", size, place(cx, stated))));
    if let Some(most) = cx.analysis.verdict.largest_that_fits {
        rows.push(row("largest request that fits", most, String::new()));
    }
    rows.extend(stated.fragmented_bytes().map(|(outside, free)| {
        let remark = "of the free bytes lie outside the largest free region";
        ["external fragmentation".to_owned(), percent(outside, free), remark.to_owned()]
    }));
    rows.extend(stated.committed.map(|bytes| row("committed", bytes, words([share(bytes), None]))));
    rows.extend(stated.reserved.map(|bytes| row("reserved", bytes, "taken, without memory behind it".into())));
    rows.extend(stated.total.map(|bytes| row("address space", bytes, "in all".into())));
    let largest = |size: Option<u64>| size.map(|s| format!("the largest {}", Bytes(s)));
    rows.extend(stated.usages.iter().filter(|u| u.bytes > 0).map(|usage| {
        row(&format!("  {}", usage.name), usage.bytes, words([regions(usage.regions), largest(usage.largest)]))
    }));
    rows
}

fn place(cx: Context<'_>, stated: &Stated) -> String {
    let width = cx.snapshot.width();
    let shown = |range: crate::addr::AddrRange| {
        format!("{}-{}", Hex { addr: range.start(), width }, Hex { addr: range.end(), width })
    };
    stated.largest_at.map(shown).unwrap_or_default()
}
