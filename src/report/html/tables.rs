//! The tables of the page.

use maud::{Markup, html};

use super::rows;
use super::table::Column::{Address, Number, Text};
use super::table::{Column, Table};
use crate::report::Context;
use crate::report::text::{kinds, stacks};
use crate::units::{Bytes, plural};

type Columns = &'static [(&'static str, Column)];

const GAPS: Columns = &[
    ("start", Address),
    ("end", Address),
    ("size", Number),
    ("can be used", Number),
    ("below", Text),
    ("above", Text),
    ("remark", Text),
];
const BARRIERS: Columns =
    &[("start", Address), ("end", Address), ("size", Number), ("regained", Number), ("span", Number), ("owners", Text)];
const SPLITTERS: Columns = &[
    ("without", Text),
    ("owner", Text),
    ("start", Address),
    ("gain", Number),
    ("largest gap", Number),
    ("own size", Number),
    ("regions", Number),
    ("remark", Text),
];
const THREADS: Columns = &[
    ("thread", Text),
    ("stack pointer", Address),
    ("stack", Address),
    ("reserved", Number),
    ("used", Number),
    ("guard", Number),
    ("known by", Text),
    ("name", Text),
];
const MODULES: Columns =
    &[("name", Text), ("start", Address), ("end", Address), ("size", Number), ("path", Text), ("remark", Text)];
const REGIONS: Columns = &[
    ("start", Address),
    ("end", Address),
    ("size", Number),
    ("kind", Text),
    ("owner", Text),
    ("state", Text),
    ("access", Text),
    ("file", Text),
];

/// What splits the space, by owner.
pub(super) fn splitters(cx: Context<'_>) -> Markup {
    let total = cx.analysis.splitters.len();
    let remark = match total {
        0 => "no single owner's absence would enlarge the largest gap",
        _ => "how much larger the largest gap would be without each of them",
    };
    let rows = rows::of_splitters(cx);
    table(
        cx,
        Table {
            id: "splitters",
            title: "Splitters",
            remark: remark.into(),
            columns: SPLITTERS,
            rows,
            total,
            noun: "splitter",
        },
    )
}

/// All other lists.
pub(super) fn lists(cx: Context<'_>) -> Markup {
    html! { (gaps(cx)) (barriers(cx)) (threads(cx)) (modules(cx)) (regions(cx)) (by_kind(cx)) }
}

fn table(cx: Context<'_>, table: Table<'_>) -> Markup {
    table.markup(cx.snapshot.width())
}

fn gaps(cx: Context<'_>) -> Markup {
    let total = cx.analysis.gaps.len();
    let remark = "free ranges, and who stands below and above".into();
    table(cx, Table { id: "gaps", title: "Gaps", remark, columns: GAPS, rows: rows::of_gaps(cx), total, noun: "gap" })
}

fn barriers(cx: Context<'_>) -> Markup {
    let (rows, total) = (rows::of_barriers(cx), cx.analysis.barriers.len());
    let remark = "between two gaps: what would be one piece without them".into();
    table(cx, Table { id: "barriers", title: "Barriers", remark, columns: BARRIERS, rows, total, noun: "barrier" })
}

fn threads(cx: Context<'_>) -> Markup {
    let (rows, total) = (rows::of_threads(cx), cx.snapshot.threads.len());
    let remark = match total {
        0 => "the dump lists none".into(),
        _ => stacks::remark(cx),
    };
    table(cx, Table { id: "threads", title: "Threads", remark, columns: THREADS, rows, total, noun: "thread" })
}

fn modules(cx: Context<'_>) -> Markup {
    let (rows, total) = (rows::of_modules(cx), cx.snapshot.modules.len());
    let sum = cx.snapshot.modules.iter().map(|m| m.range.size()).fold(0, u64::saturating_add);
    let remark = format!("{}, {}", plural(total as u64, "module"), Bytes(sum));
    table(cx, Table { id: "modules", title: "Modules", remark, columns: MODULES, rows, total, noun: "module" })
}

fn regions(cx: Context<'_>) -> Markup {
    let (rows, total) = (rows::of_regions(cx), cx.snapshot.space.regions().len());
    let remark = "everything occupied, by address".into();
    table(cx, Table { id: "regions", title: "Regions", remark, columns: REGIONS, rows, total, noun: "region" })
}

const KINDS: [&str; 7] = ["kind", "regions", "bytes", "share", "committed", "reserved", "largest"];

fn by_kind(cx: Context<'_>) -> Markup {
    html! {
        section class="list" aria-labelledby="kinds-title" {
            div class="head" {
                h2 id="kinds-title" { "By kind" }
                p class="remark" { "the parts add up to the whole address space" }
            }
            div class="scroll" {
                table id="kinds" aria-labelledby="kinds-title" {
                    thead { tr {
                        @for (i, title) in KINDS.iter().enumerate() { th scope="col" class=[number(i)] { (title) } }
                    } }
                    tbody { @for row in kinds::rows(cx) { tr {
                        @for (i, cell) in row.iter().enumerate() { td class=[number(i)] { (cell) } }
                    } } }
                }
            }
        }
    }
}

/// All columns but the first hold numbers.
fn number(column: usize) -> Option<&'static str> {
    (column > 0).then_some("num")
}
