//! Where walks broke, and what is worth a sentence beside the figures.

use super::words;
use crate::heaps::{Grade, Heap, Trouble};
use crate::report::Context;
use crate::report::escape::shortened;
use crate::report::section::{Cell, Section};
use crate::units::{Bytes, Hex, percent};

/// Characters of a sentence.
const SENTENCE: usize = 400;

/// What a walk met.
pub(super) fn section(cx: Context<'_>, heap: &Heap, id: String, limit: usize) -> Section {
    let title = format!("Where the walk of {} broke", words::title(heap.allocator));
    let columns = [("at", Cell::Address), ("walked", Cell::Words), ("what", Cell::Sentence)];
    let row = |trouble: &Trouble| {
        let at = trouble.at.map(|addr| Hex { addr, width: cx.snapshot.width() }.to_string());
        vec![at.unwrap_or_default(), covered(trouble), shortened(&trouble.message, SENTENCE).to_string()]
    };
    let remark = "figures are of what was walked";
    Section::new(id, title, remark, "trouble").columns(columns).rows(&heap.troubles, limit, row)
}

fn covered(trouble: &Trouble) -> String {
    let of = |(walked, all): (u64, u64)| format!("{} of {} ({})", Bytes(walked), Bytes(all), percent(walked, all));
    trouble.covered.map(of).unwrap_or_default()
}

/// Each heap's layout, how far it can be trusted, and its notes: a lead and a sentence.
pub(in crate::report) fn facts(cx: Context<'_>) -> Vec<(&'static str, String)> {
    let walked = cx.heaps.list.iter().filter(|heap| heap.grade != Grade::NotWalked);
    walked.flat_map(|heap| of_heap(heap).into_iter().map(|text| (words::title(heap.allocator), text))).collect()
}

fn of_heap(heap: &Heap) -> Vec<String> {
    let layout = heap.layout.as_deref().map(|layout| format!("{}; ", shortened(layout, SENTENCE))).unwrap_or_default();
    let first = format!("{layout}{}", words::trust(heap.grade));
    std::iter::once(first).chain(heap.notes.iter().map(|note| shortened(note, SENTENCE).to_string())).collect()
}
