//! What the next step of growth needs, and what stands in its way.

use crate::analyze::heaps::serving::{Obstacle, Step, StepKind};
use crate::analyze::heaps::{Answers, Serving, glibc};
use crate::heaps::Heap;
use crate::report::Context;
use crate::report::section::{Cell, Section};
use crate::report::text::owner_with_address;
use crate::units::{Bytes, Count, Hex};

/// The steps of the main arena, of that of the thread that crashed, and of the first of a thread.
pub(super) fn section(cx: Context<'_>, answers: &Answers) -> Option<Section> {
    let (growth, heap) = (answers.growth.as_ref()?, glibc(cx.heaps)?);
    let shown = shown(heap, answers);
    let steps = shown.into_iter().flat_map(|index| {
        let steps = growth.arenas.get(index).map(|answer| answer.steps.as_slice()).unwrap_or_default();
        steps.iter().map(move |step| (index, *step))
    });
    let rows: Vec<(usize, Step)> = steps.collect();
    let columns = [
        ("arena", Cell::Words),
        ("step", Cell::Words),
        ("needs", Cell::Number),
        ("there is room", Cell::Words),
        ("why not", Cell::Sentence),
    ];
    let row = |(index, step): &(usize, Step)| {
        vec![
            super::words::arena(heap, *index),
            name(*step),
            Bytes(step.size).to_string(),
            step.fits.name().to_owned(),
            step.obstacle.map(|obstacle| why(cx, growth, obstacle)).unwrap_or_default(),
        ]
    };
    let remark = format!("what is tried in turn for {} once nothing free inside serves it", Bytes(growth.request));
    let section = Section::new("heap-growth", "How the heap would grow", remark, "step").columns(columns);
    Some(section.rows(&rows, usize::MAX, row).notes(brk(cx, growth).into_iter().collect()))
}

fn shown(heap: &Heap, answers: &Answers) -> Vec<usize> {
    let main = heap.arenas.iter().position(|arena| arena.main);
    let crashed = answers.crashed.map(|(_, arena)| arena);
    let first = heap.arenas.iter().position(|arena| !arena.main);
    let mut shown: Vec<usize> = [main, crashed, first].into_iter().flatten().collect();
    shown.sort_unstable();
    shown.dedup();
    shown
}

/// Where brk is, and what blocks it.
fn brk(cx: Context<'_>, growth: &Serving) -> Option<String> {
    let brk = growth.brk?;
    let at = Hex { addr: brk.at, width: cx.snapshot.width() };
    Some(match brk.blocked {
        Some(by) => format!(
            "brk is at {at} and may grow by {}: {} stands {} above",
            Bytes(brk.room),
            owner_with_address(cx, by.owner),
            Bytes(by.distance)
        ),
        None => format!("brk is at {at} and may grow by {}, up to the end of the address space", Bytes(brk.room)),
    })
}

/// A step in a cell.
pub(super) fn name(step: Step) -> String {
    match step.kind {
        StepKind::Mapping => "a mapping of its own",
        StepKind::Brk => "brk",
        StepKind::Piece => "a piece mapped elsewhere",
        StepKind::HeapGrowth => "more of its last heap",
        StepKind::NewHeap => "a new heap",
    }
    .to_owned()
}

/// A step that failed, with its reason.
pub(super) fn failed(cx: Context<'_>, growth: &Serving, step: Step) -> String {
    let why = step.obstacle.map(|obstacle| why(cx, growth, obstacle)).unwrap_or_default();
    format!("{} ({}): {why}", name(step), Bytes(step.size))
}

fn why(cx: Context<'_>, growth: &Serving, obstacle: Obstacle) -> String {
    match obstacle {
        Obstacle::LargestGap(largest) => format!("the largest gap has {}", Bytes(largest)),
        Obstacle::Alignment { largest, align } => format!(
            "no place at a multiple of {} where mmap would look; the largest gap has {}",
            Bytes(align),
            Bytes(largest)
        ),
        Obstacle::Blocked { room, by: Some(by) } => {
            format!("{} stands in the way: room for {}", owner_with_address(cx, by.owner), Bytes(room))
        }
        Obstacle::Blocked { room, by: None } => {
            format!("the address space ends {} above", Bytes(growth.brk.map_or(room, |brk| brk.room)))
        }
        Obstacle::HeapFull(left) => format!("it has {} left", Bytes(left)),
        Obstacle::LargerThanHeap(most) => format!("no heap has more than {}", Bytes(most)),
        Obstacle::AddressSpaceLimit(limit, mapped) => {
            format!("RLIMIT_AS is {}, and {} is mapped", Bytes(limit), Bytes(mapped))
        }
        Obstacle::DataLimit(limit, used) => format!("RLIMIT_DATA is {}, and {} is used", Bytes(limit), Bytes(used)),
        Obstacle::MappingLimit(limit) => format!("the process has more than {} mappings", Count(limit)),
    }
}
