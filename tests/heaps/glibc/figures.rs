//! Every figure of a walk against malloc_info and mallinfo2.

use fragscope::heaps::{self, Bin, BinKind, Grade, Heap, Role, Tally};

use super::truth::{Arena, Row, Truth};

/// What differs, in sentences.
#[derive(Default)]
pub struct Problems(pub Vec<String>);

impl Problems {
    pub fn equal<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, found: T, truth: T) {
        if found != truth {
            self.0.push(format!("{what}: {found:?}, in truth {truth:?}"));
        }
    }

    pub fn check(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.0.push(what());
        }
    }
}

fn pair(tally: Option<Tally>) -> Option<(u64, u64)> {
    tally.map(|t| (t.count, t.bytes))
}

fn row(bin: &Bin) -> Row {
    let kind = match bin.kind {
        BinKind::Fast => "fast",
        BinKind::Unsorted => "unsorted",
        BinKind::Regular => "regular",
    };
    Row { kind, from: bin.from, to: bin.to, count: bin.tally.count, bytes: bin.tally.bytes }
}

/// All of them.
pub fn compare(heap: &Heap, truth: &Truth, problems: &mut Problems) {
    problems.equal("grade", heap.grade, Grade::Exact);
    problems.check(heap.troubles.is_empty(), || format!("troubles: {:?}", heap.troubles));
    problems.equal("arenas", heap.arenas.len(), truth.arenas.len());
    for (index, (found, told)) in heap.arenas.iter().zip(&truth.arenas).enumerate() {
        problems.equal(&format!("arena {index} is main"), found.main, index == 0);
        compare_arena(index, found, told, problems);
    }
    compare_mallinfo(heap, truth, problems);
    compare_places(heap, truth, problems);
}

fn compare_arena(index: usize, found: &heaps::Arena, told: &Arena, problems: &mut Problems) {
    let name = |what: &str| format!("arena {index}: {what}");
    problems.equal(&name("system"), found.system, Some(told.system));
    problems.equal(&name("max_system"), found.max_system, Some(told.max));
    problems.equal(&name("fast"), pair(found.fast), Some(told.fast));
    problems.equal(&name("free"), pair(found.free.as_ref().map(|f| f.all)), Some(told.rest));
    if told.top.is_some() {
        problems.equal(&name("top"), found.top, told.top);
    }
    // As a set: the order of malloc_info has the unsorted bin last.
    let mut rows: Vec<Row> = found.bins.iter().map(row).collect();
    let mut told_rows = told.rows.clone();
    rows.sort();
    told_rows.sort();
    problems.equal(&name("rows"), rows, told_rows);
    let largest = told.rows.iter().filter(|r| r.kind != "fast").map(|r| r.to).max().unwrap_or(0);
    problems.equal(&name("largest"), found.free.as_ref().map(|f| f.largest), Some(largest));
    if let Some(subheaps) = told.subheaps {
        problems.equal(&name("subheaps"), found.subheaps, subheaps);
    }
    compare_sums(index, found, told, problems);
}

/// What malloc_info does not tell apart adds up: live and cached chunks are what the rest leaves, but for the heads of
/// heaps, fenceposts, and what others took with sbrk.
fn compare_sums(index: usize, found: &heaps::Arena, told: &Arena, problems: &mut Problems) {
    let bytes = |tally: Option<Tally>| tally.map_or(0, |t| t.bytes);
    let free = bytes(found.free.as_ref().map(|f| f.all));
    let used = bytes(found.live) + bytes(found.cached);
    let sum = used + bytes(found.fast) + free + found.top.unwrap_or(0);
    let heads = 4096 + 64 * told.subheaps.unwrap_or(0);
    let foreign = if index == 0 { 2 << 20 } else { 0 };
    problems.check(sum <= told.system && sum + heads + foreign >= told.system, || {
        format!("arena {index}: {sum} of {} bytes are accounted for", told.system)
    });
    let powers = found.free.iter().flat_map(|f| &f.by_power).fold((0, 0), |s, t| (s.0 + t.count, s.1 + t.bytes));
    problems.equal(&format!("arena {index}: powers"), powers, told.rest);
}

fn compare_mallinfo(heap: &Heap, truth: &Truth, problems: &mut Problems) {
    let sum = |of: &dyn Fn(&heaps::Arena) -> Option<u64>| heap.arenas.iter().filter_map(of).sum::<u64>();
    let free = |a: &heaps::Arena| a.free.as_ref().map(|f| f.all);
    let arena = sum(&|a| a.system);
    let small = sum(&|a| a.fast.map(|t| t.bytes));
    let all_free = small + sum(&|a| free(a).map(|t| t.bytes)) + sum(&|a| a.top);
    let mapped = heap.mmapped.unwrap_or_default();
    let figures = [
        ("arena", arena),
        ("ordblks", sum(&|a| free(a).map(|t| t.count)) + heap.arenas.len() as u64),
        ("smblks", sum(&|a| a.fast.map(|t| t.count))),
        ("hblks", mapped.count),
        ("fsmblks", small),
        ("uordblks", arena - all_free.min(arena)),
        ("fordblks", all_free),
        ("keepcost", heap.arenas.first().and_then(|a| a.top).unwrap_or(0)),
    ];
    for (name, found) in figures {
        problems.equal(name, found, truth.mallinfo(name));
    }
    problems.equal("mapped chunks", mapped.count, truth.mapped.0);
    // From 2.43 on glibc forgets 2 words of each mapped chunk that is freed: what it counts is too much by them.
    let forgotten = truth.mallinfo("hblkhd").wrapping_sub(mapped.bytes);
    let possible = if truth.glibc >= 43 {
        forgotten.is_multiple_of(2 * truth.word) && forgotten <= 40 * truth.word
    } else {
        forgotten == 0
    };
    problems.check(possible, || format!("mapped bytes: {}, in truth {}", mapped.bytes, truth.mallinfo("hblkhd")));
}

/// Parts are disjoint, the main arena's is `[heap]`, and every pointer of the ledger is in one.
fn compare_places(heap: &Heap, truth: &Truth, problems: &mut Problems) {
    for pair in heap.parts.windows(2) {
        problems.check(pair[0].range.end() <= pair[1].range.start(), || {
            format!("{:?} and {:?} overlap", pair[0].range, pair[1].range)
        });
    }
    // Several rows where malloc asked for large pages.
    let rows = truth.maps.rows.iter().filter(|row| row.path == "[heap]").map(|row| (row.start, row.end));
    let brk = rows.reduce(|all, row| (all.0.min(row.0), all.1.max(row.1)));
    for part in heap.parts.iter().filter(|part| part.role == Role::MainBrk) {
        let inside = brk.is_some_and(|(start, end)| part.range.start().0 >= start && part.range.end().0 <= end);
        problems.check(inside, || format!("{:?} is not in [heap], {brk:x?}", part.range));
    }
    let nowhere = truth.ledger.iter().filter(|(pointer, _)| {
        let before = heap.parts.partition_point(|part| part.range.start().0 <= *pointer);
        before == 0 || heap.parts[before - 1].range.end().0 <= *pointer
    });
    problems.equal("pointers outside of all parts", nowhere.count(), 0);
}
