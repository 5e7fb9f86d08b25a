//! Could malloc have served the request from inside?

use super::growth;
use super::words::bytes;
use crate::analyze::heaps::serving::{Fits, Source, Step, StepKind};
use crate::analyze::heaps::{Answers, Inside, Serving, arena_name, glibc};
use crate::analyze::others_who_refuse;
use crate::heaps::{Arena, Grade, Heap};
use crate::report::Context;
use crate::report::section::{Cell, Section};
use crate::units::{Bytes, distinct, plural};

/// What each arena would do with the request.
pub(super) fn section(cx: Context<'_>, answers: &Answers, limit: usize) -> Option<Section> {
    let heap = glibc(cx.heaps)?;
    let Some(serving) = answers.serving.as_ref() else { return aligned(cx) };
    let columns = [
        ("arena", Cell::Words),
        ("threads", Cell::Number),
        ("largest free", Cell::Number),
        ("top", Cell::Number),
        ("the request is served by", Cell::Words),
    ];
    let rows: Vec<(usize, &Arena)> = heap.arenas.iter().enumerate().collect();
    let row = |(index, arena): &(usize, &Arena)| {
        vec![
            super::words::arena(heap, *index),
            arena.threads.map_or_else(|| super::words::UNKNOWN.to_owned(), |n| n.to_string()),
            bytes(arena.free.as_ref().map(|free| free.largest)),
            bytes(arena.top),
            source(serving.source(heap, *index)),
        ]
    };
    let title = format!("Could malloc({}) be served from inside", Bytes(serving.request));
    let section = Section::new("heap-serving", title, "a thread is served by its arena alone", "arena");
    Some(section.columns(columns).rows(&rows, limit, row).notes(sentences(cx, answers, serving, heap)))
}

/// What is asked for with an alignment is no question to malloc.
fn aligned(cx: Context<'_>) -> Option<Section> {
    let request = cx.snapshot.request.filter(|request| request.align.is_some())?;
    let title = "Could the request be served from inside";
    let note = format!(
        "not answered for {} with an alignment: posix_memalign asks for more and gives the rest back; --need without one \
         asks for malloc",
        Bytes(request.size)
    );
    Some(Section::new("heap-serving", title, "", "arena").notes(vec![note]))
}

/// The answer in sentences, the decisive first: of the arena of the thread that crashed, or else of the main one; then
/// what other arenas have.
fn sentences(cx: Context<'_>, answers: &Answers, serving: &Serving, heap: &Heap) -> Vec<String> {
    let main = heap.arenas.iter().position(|arena| arena.main).unwrap_or(0);
    let (thread, arena) = match answers.crashed {
        Some((thread, arena)) => (Some(thread), arena),
        None => (None, main),
    };
    let mut said = vec![sentence(cx, serving, heap, arena)];
    match thread {
        Some(thread) => said.push(format!(
            "the thread that crashed ({thread}) allocates from {}, as its thread-local storage has it",
            arena_name(heap, arena)
        )),
        None if heap.arenas.len() > 1 => {
            said.push("which arena a thread uses is not known here: the answer above is the main arena's".to_owned());
        }
        None => {}
    }
    said.extend(elsewhere(serving, heap, arena));
    if matches!(serving.source(heap, arena), Source::Step(_) | Source::MainStep(_)) {
        said.push(others_who_refuse(cx.snapshot));
    }
    if heap.grade == Grade::Partial {
        said.push("something in this heap is broken or missing: malloc itself may meet it, and fail".to_owned());
    }
    said
}

/// The answer of one arena. Names of owners in it are from the dump.
pub(super) fn sentence(cx: Context<'_>, serving: &Serving, heap: &Heap, arena: usize) -> String {
    let (ask, name) = (format!("malloc({})", Bytes(serving.request)), arena_name(heap, arena));
    if serving.chunk.is_none() {
        return format!("{ask} fails whatever is free: malloc gives nothing larger than PTRDIFF_MAX");
    }
    let lacks = lacks(serving, heap, arena);
    match serving.source(heap, arena) {
        Source::Inside(inside) => {
            format!("{ask} is served inside {name}: {}; it asks nothing of the system", has(inside))
        }
        Source::Step(step) => format!("{ask} {}: nothing free inside {name} is large enough ({lacks})", goes(*step)),
        Source::Main(inside) => {
            format!("{ask} finds no room in {name} ({lacks}) and is served by the main arena: {}", has(inside))
        }
        Source::MainStep(step) => {
            format!("{ask} finds no room in {name} ({lacks}), and from the main arena it {}", goes(*step))
        }
        Source::Refused | Source::OtherArena => {
            let steps = serving.arenas.get(arena).map(|answer| answer.steps.as_slice()).unwrap_or_default();
            let why: Vec<String> = steps.iter().map(|step| growth::failed(cx, serving, *step)).collect();
            let then = match serving.source(heap, arena) {
                Source::OtherArena => "; malloc then tries one other arena, and some could serve it",
                _ => "",
            };
            format!("{ask} fails in {name}: nothing free inside is large enough ({lacks}); {}{then}", why.join("; "))
        }
        Source::Unknown => {
            format!("it cannot be told whether {ask} is served inside {name}: not all of its chunks were walked")
        }
    }
}

/// What the arena has at the most.
fn lacks(serving: &Serving, heap: &Heap, arena: usize) -> String {
    let Some(arena) = heap.arenas.get(arena) else { return String::new() };
    let largest = arena.free.as_ref().map_or(0, |free| free.largest);
    let (largest, _) = distinct(largest, serving.chunk.unwrap_or(0));
    format!("largest free chunk {largest}, top {}", bytes(arena.top))
}

fn has(inside: Inside) -> String {
    match inside {
        Inside::Fast => "a fast bin has a chunk of that size".to_owned(),
        Inside::Chunk(largest) => format!("a free chunk is large enough (largest {})", Bytes(largest)),
        Inside::Top(top) => format!("its top chunk has {}", Bytes(top)),
        Inside::PerhapsMerged(bytes) => {
            format!("perhaps: fast bins hold {} in small chunks, which are merged first", Bytes(bytes))
        }
        Inside::PerhapsCached => "perhaps: threads' caches hold chunks, of which sizes is not known".to_owned(),
        Inside::NotWalked => "its chunks were not walked".to_owned(),
        Inside::Nothing => "all free chunks are smaller".to_owned(),
    }
}

/// Where the request goes to.
fn goes(step: Step) -> String {
    let size = Bytes(step.size);
    let perhaps = if step.fits == Fits::Perhaps { "may be served by" } else { "is served by" };
    match step.kind {
        StepKind::Mapping => format!("{perhaps} a mapping of its own of {size}"),
        StepKind::Brk => format!("{perhaps} brk growing by {size}"),
        StepKind::Piece => format!("{perhaps} a piece of {size} that is mapped for the main arena"),
        StepKind::HeapGrowth => format!("{perhaps} the arena's last heap growing by {size}"),
        StepKind::NewHeap => format!("{perhaps} a new heap of {size}"),
    }
}

/// The largest that another arena has.
fn elsewhere(serving: &Serving, heap: &Heap, asked: usize) -> Option<String> {
    let (index, inside) = serving.best_inside().filter(|(index, _)| *index != asked)?;
    if serving.arenas.get(asked).is_some_and(|answer| answer.inside.serves()) {
        return None;
    }
    let count = serving.arenas.iter().filter(|answer| answer.inside.serves()).count() as u64;
    let who = match heap.arenas.get(index)?.threads {
        Some(threads) => format!("which only its {} given", are(threads)),
        None => "which only threads that use it are given".to_owned(),
    };
    Some(format!(
        "{} could serve it ({} of {} can): {}, {who}",
        arena_name(heap, index),
        plural(count, "arena"),
        heap.arenas.len(),
        has(inside)
    ))
}

fn are(threads: u64) -> String {
    format!("{} {}", plural(threads, "thread"), if threads == 1 { "is" } else { "are" })
}

/// The same in a cell of a table.
fn source(source: Source<'_>) -> String {
    match source {
        Source::Inside(Inside::Top(_)) => "top".to_owned(),
        Source::Inside(Inside::Fast) => "a chunk of a fast bin".to_owned(),
        Source::Inside(_) => "a free chunk".to_owned(),
        Source::Step(step) => growth::name(*step),
        Source::Main(_) => "the main arena, from inside".to_owned(),
        Source::MainStep(step) => format!("the main arena: {}", growth::name(*step)),
        Source::OtherArena => "perhaps another arena".to_owned(),
        Source::Refused => "nothing".to_owned(),
        Source::Unknown => super::words::UNKNOWN.to_owned(),
    }
}

/// The answer for the request in a report: of the main arena.
pub(super) fn of_report(cx: Context<'_>) -> Option<String> {
    let request = cx.snapshot.request.filter(|request| request.align.is_none())?;
    let heap = glibc(cx.heaps)?;
    let serving = Serving::of(cx.snapshot, cx.analysis, cx.heaps, request.size)?;
    let main = heap.arenas.iter().position(|arena| arena.main)?;
    Some(sentence(cx, &serving, heap, main))
}
