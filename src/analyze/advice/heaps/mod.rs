//! What the walked heaps tell: remedies by what is free in them, and by what pins it. Those that give address space are
//! tried as edits of the map; those that give memory alone have no edits, and say so.

mod python;
mod tcache;
mod threshold;
mod trim;

use super::{Advice, Patient, Remedy, arenas};
use crate::addr::{Addr, AddrRange};
use crate::analyze::heaps::{Returns, glibc, is_contiguous};
use crate::analyze::what_if::Edit;
use crate::heaps::{Allocator, Arena, Heap, Role};

/// Memory alone matters from this share of what is committed on: a tenth.
const LEAST_MEMORY: u64 = 10;

/// All that could be done about the heaps, those first that give most address space, then most memory.
pub(in crate::analyze) fn all(patient: &Patient<'_>) -> Vec<Advice> {
    let mut advice = arenas::one_and_two(patient);
    advice.extend(of_heaps(patient));
    advice.sort_by_key(|a| (std::cmp::Reverse((a.gain, a.memory)), a.remedy));
    advice
}

/// Those that a report shows: what enlarges the largest gap, or gives back much memory.
pub(super) fn that_matter(patient: &Patient<'_>) -> Vec<Advice> {
    let committed = patient.analysis.totals.committed;
    let much = |memory: u64| memory > 0 && memory >= committed / LEAST_MEMORY;
    let matters = |advice: &Advice| match advice.gain {
        0 => advice.memory.is_some_and(much),
        _ => patient.moving_helps && patient.matters(advice) || advice.memory.is_some_and(much),
    };
    of_heaps(patient).into_iter().filter(matters).collect()
}

fn of_heaps(patient: &Patient<'_>) -> Vec<Advice> {
    [
        threshold::try_it(patient),
        trim::try_threshold(patient),
        tcache::try_it(patient),
        trim::try_malloc_trim(patient),
        python::try_it(patient),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// glibc's heap, its main arena, and the run that brk moves if the arena is that alone.
struct Main<'a> {
    heap: &'a Heap,
    arena: &'a Arena,
    brk: Option<AddrRange>,
}

impl<'a> Main<'a> {
    fn of(patient: &Patient<'a>) -> Option<Main<'a>> {
        let heap = glibc(patient.heaps)?;
        let arena = heap.arenas.iter().find(|arena| arena.main)?;
        let part = heap.parts.iter().rfind(|part| part.role == Role::MainBrk);
        Some(Main { heap, arena, brk: part.map(|part| part.range).filter(|_| is_contiguous(heap)) })
    }

    /// The last so many bytes of the run.
    fn end_of_brk(&self, bytes: u64) -> Option<AddrRange> {
        let brk = self.brk.filter(|brk| bytes < brk.size())?;
        AddrRange::new(Addr(brk.end().0.checked_sub(bytes)?), brk.end())
    }
}

/// What glibc's heap would give back.
fn returns(patient: &Patient<'_>) -> Option<Returns> {
    let heap = |returns: &Returns| patient.heaps.list.get(returns.heap);
    let all = Returns::of(patient.snapshot, patient.heaps);
    all.into_iter().find(|returns| heap(returns).is_some_and(|heap| heap.allocator == Allocator::Glibc))
}

/// A remedy that gives back `ranges` of address space and so much memory; without ranges memory alone.
fn giving_back(
    patient: &Patient<'_>,
    remedy: Remedy,
    ranges: &[AddrRange],
    memory: u64,
    words: (String, Vec<String>),
) -> Option<Advice> {
    let (what, how) = words;
    let edits: Vec<Edit> = ranges.iter().copied().map(Edit::Unmap).collect();
    let advice = match edits.is_empty() {
        true => Advice { remedy, edits, after: patient.before, gain: 0, memory: None, what, how },
        false => patient.tried(remedy, edits, what, how)?,
    };
    Some(Advice { memory: Some(memory), ..advice })
}
