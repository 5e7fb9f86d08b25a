//! All tables of heaps, in the order in which they are shown: what is new is added here, and every form has it.

use super::{HeapOptions, arenas, chunks, details, growth, python, remedies, returns, serving, shares, troubles};
use crate::heaps::{Allocator, Grade, Heap};
use crate::report::Context;
use crate::report::section::Section;

/// Rows of a list that are shown without `--all`.
const SHOWN: usize = 10;
/// Arenas that the report shows.
const IN_REPORT: usize = 4;

/// The tables of `heap`: what was asked, what there is, and then what follows from it.
pub(in crate::report) fn all(cx: Context<'_>, options: HeapOptions<'_>) -> Vec<Section> {
    let limit = if options.all { usize::MAX } else { SHOWN };
    let mut sections: Vec<Section> = Vec::new();
    sections.extend(options.answers.and_then(|answers| serving::section(cx, answers, limit)));
    for (number, heap) in walked(cx) {
        sections.extend(of_heap(cx, heap, number, options.all));
    }
    if let Some(answers) = options.answers {
        sections.extend(returns::sections(cx, answers, limit));
        sections.extend(growth::section(cx, answers));
        sections.extend(remedies::section(cx, answers));
    }
    if options.all {
        walked(cx).for_each(|(number, heap)| sections.extend(details_of(cx, heap, number)));
    }
    sections.push(shares::section(cx));
    sections.retain(|section| !section.is_empty());
    sections
}

/// What there is of one allocator.
fn of_heap(cx: Context<'_>, heap: &Heap, number: usize, everything: bool) -> Vec<Section> {
    let limit = if everything { usize::MAX } else { SHOWN };
    let id = |what: &str| format!("heap-{number}-{what}");
    let mut sections =
        vec![troubles::section(cx, heap, id("troubles"), limit), python::occupancy(heap, id("occupancy"))];
    // Arenas of CPython are many and alike: how full they are says more.
    if everything || heap.allocator != Allocator::Cpython {
        sections.push(arenas::section(cx, heap, id("arenas"), limit));
    }
    sections.push(chunks::section(heap, id("free")));
    sections
}

/// What few ask for.
fn details_of(cx: Context<'_>, heap: &Heap, number: usize) -> [Section; 5] {
    let id = |what: &str| format!("heap-{number}-{what}");
    [
        chunks::by_arena(heap, id("free-by-arena")),
        python::size_classes(heap, id("classes")),
        details::bins(heap, id("bins")),
        details::ranges(cx, heap, id("ranges")),
        details::tuning(cx, heap, id("settings")),
    ]
}

/// The tables that a report shows: arenas, and of a page also the free chunks.
pub(in crate::report) fn of_report(cx: Context<'_>, chunks: bool) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for (number, heap) in walked(cx) {
        let id = |what: &str| format!("heap-{number}-{what}");
        if heap.allocator != Allocator::Cpython && heap.arenas.len() > 1 {
            sections.push(arenas::section(cx, heap, id("arenas"), IN_REPORT));
        }
        if chunks {
            sections.push(python::occupancy(heap, id("occupancy")));
            sections.push(chunks::section(heap, id("free")));
        }
    }
    sections.retain(|section| !section.is_empty());
    sections
}

fn walked(cx: Context<'_>) -> impl Iterator<Item = (usize, &Heap)> {
    cx.heaps.list.iter().enumerate().filter(|(_, heap)| heap.grade != Grade::NotWalked)
}
