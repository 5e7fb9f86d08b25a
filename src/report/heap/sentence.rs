//! Heaps in a sentence each.

use super::{serving, words};
use crate::heaps::{Allocator, Grade, Heap, Sum, Sums};
use crate::report::Context;
use crate::report::escape::shortened;
use crate::units::{Bytes, percent, plural};

/// Characters of a sentence that has names in it.
const SENTENCE: usize = 600;

/// What was found: a sentence for each allocator that was walked, and one for all others.
pub(in crate::report) fn all(cx: Context<'_>) -> Vec<String> {
    let walked = cx.heaps.list.iter().filter(|heap| heap.grade != Grade::NotWalked).map(of_heap);
    walked.chain(not_walked(cx)).collect()
}

/// The same in a report, with the answer for its request.
pub(in crate::report) fn of_report(cx: Context<'_>) -> Vec<String> {
    all(cx).into_iter().chain(serving::of_report(cx)).collect()
}

/// Allocators that are there and were not walked, in one sentence.
fn not_walked(cx: Context<'_>) -> Option<String> {
    let named = |heap: &Heap| match heap.notes.first() {
        Some(note) => format!("{} ({note})", words::title(heap.allocator)),
        None => words::title(heap.allocator).to_owned(),
    };
    let list: Vec<String> = cx.heaps.list.iter().filter(|h| h.grade == Grade::NotWalked).map(named).collect();
    let text = format!("there, and not walked: {}", list.join(", "));
    (!list.is_empty()).then(|| shortened(&text, SENTENCE).to_string())
}

/// What is said where there is no heap.
pub(in crate::report) fn nothing(has_memory: bool) -> &'static str {
    match has_memory {
        true => "no heap was found: its data is not in the dump, or it is of a kind that is not known",
        false => "no heap was found: the dump holds no memory, only a map",
    }
}

fn of_heap(heap: &Heap) -> String {
    let sums = Sums::of(heap);
    let mut text = format!("{}: {}", words::title(heap.allocator), held(heap, &sums));
    let inside = inside(heap.allocator, heap.grade, &sums);
    match inside.is_empty() {
        true => text.push_str("; what of it is live was not walked"),
        false => text.push_str(&format!(": {}", inside.join(", "))),
    }
    text.extend(words::mmapped(heap).map(|mmapped| format!("; beside them {mmapped}")));
    text.extend(nearly_empty(heap).map(|arenas| format!("; {arenas}")));
    match heap.grade {
        Grade::Partial if sums.unreached > 0 => {
            text + &format!("; partial: {} could not be walked", Bytes(sums.unreached))
        }
        Grade::Partial => text + " (partial)",
        Grade::Experimental => text + " (experimental)",
        Grade::Exact | Grade::NotWalked => text,
    }
}

fn held(heap: &Heap, sums: &Sums) -> String {
    let arenas = words::arenas(heap);
    let verb = if heap.arenas.len() == 1 { "holds" } else { "hold" };
    match sums.system.at_least() {
        Some(system) => {
            let (has, reserved) = (Bytes(system.bytes).to_string(), Bytes(sums.reserved).to_string());
            let tails = sums.reserved > system.bytes && has != reserved;
            let tails = if tails { format!(" ({reserved} reserved)") } else { String::new() };
            format!("{arenas} {verb} {}{has} from the system{tails}", at_least(sums.system))
        }
        None => format!("{arenas} {verb} {}", Bytes(sums.reserved)),
    }
}

fn inside(allocator: Allocator, grade: Grade, sums: &Sums) -> Vec<String> {
    let at_least = |sum: Sum| if sums.unreached > 0 { "at least " } else { at_least(sum) };
    let part = |sum: Sum, what: &str, always: bool| {
        let tally = sum.at_least().filter(|tally| always || tally.bytes > 0)?;
        Some(format!("{}{} {what}", at_least(sum), Bytes(tally.bytes)))
    };
    let free =
        sums.free.at_least().map(|free| format!("{}{} free{}", at_least(sums.free), Bytes(free.bytes), of(sums)));
    // To the heap a cached chunk is in use: where no cache could be read, nothing tells them apart.
    let lost = allocator == Allocator::Glibc && grade == Grade::Partial && sums.cached.at_least().is_none();
    let parts = [
        part(sums.live, if lost { "live or cached by threads" } else { "live" }, true),
        part(sums.cached, "cached by threads", false),
        part(sums.fast, words::fast(allocator), false),
        free,
        part(sums.top, "in top", false),
    ];
    parts.into_iter().flatten().collect()
}

/// Which share the free bytes are, and the largest chunk of them.
fn of(sums: &Sums) -> String {
    let held = sums.system.whole().map_or(sums.reserved, |system| system.bytes);
    let share = sums.free.whole().map(|free| percent(free.bytes, held));
    let largest = sums.largest.filter(|largest| *largest > 0).map(|largest| format!("largest {}", Bytes(largest)));
    let remarks: Vec<String> = share.into_iter().chain(largest).collect();
    if remarks.is_empty() { String::new() } else { format!(" ({})", remarks.join(", ")) }
}

fn at_least(sum: Sum) -> &'static str {
    if sum.untold > 0 { "at least " } else { "" }
}

/// CPython's arenas that hardly anything holds.
fn nearly_empty(heap: &Heap) -> Option<String> {
    let few = heap.arenas.iter().filter(|arena| arena.tenths_live() == Some(0)).count() as u64;
    let python = heap.allocator == Allocator::Cpython && few > 0;
    python.then(|| format!("{} less than 10 % live", plural_are(few)))
}

fn plural_are(count: u64) -> String {
    format!("{} {}", plural(count, "arena"), if count == 1 { "is" } else { "are" })
}
