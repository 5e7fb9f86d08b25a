//! All tables of heaps, in the order in which they are shown: what is new is added here, and every form has it.

use super::{HeapOptions, arenas, chunks, details, growth, python, remedies, returns, serving, shares, troubles};
use crate::heaps::{Allocator, Grade, Heap};
use crate::report::Context;
use crate::report::section::Section;

/// Rows of a list that are shown without `--all`.
const SHOWN: usize = 10;
/// Arenas that the report shows.
const IN_REPORT: usize = 4;

/// The tables of `heap`.
pub(in crate::report) fn all(cx: Context<'_>, options: HeapOptions<'_>) -> Vec<Section> {
    let everything = options.all;
    let limit = if everything { usize::MAX } else { SHOWN };
    let mut sections: Vec<Section> = Vec::new();
    if let Some(answers) = options.answers {
        sections.extend(serving::section(cx, answers, limit));
        sections.extend(growth::section(cx, answers));
        sections.extend(returns::sections(cx, answers, limit));
        sections.extend(remedies::section(cx, answers));
    }
    for (number, heap) in walked(cx) {
        let id = |what: &str| format!("heap-{number}-{what}");
        sections.push(troubles::section(cx, heap, id("troubles"), limit));
        sections.push(python::occupancy(heap, id("occupancy")));
        // Arenas of CPython are many and alike: how full they are says more.
        if everything || heap.allocator != Allocator::Cpython {
            sections.push(arenas::section(cx, heap, id("arenas"), limit));
        }
        sections.push(chunks::section(heap, id("free")));
        if everything {
            sections.push(python::size_classes(heap, id("classes")));
            sections.push(details::bins(heap, id("bins")));
            sections.push(details::ranges(cx, heap, id("ranges")));
            sections.push(details::tuning(cx, heap, id("settings")));
        }
    }
    sections.push(shares::section(cx));
    sections.retain(|section| !section.is_empty());
    sections
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
