//! What trimming gives back: of the end of the brk heap, and of memory everywhere.

use super::{Advice, Main, Patient, Remedy, giving_back};
use crate::addr::AddrRange;
use crate::analyze::heaps::{DEFAULT, Malloc};
use crate::units::Bytes;

/// A large top chunk, which a lower threshold would have given back.
pub(super) fn try_threshold(patient: &Patient<'_>) -> Option<Advice> {
    let main = Main::of(patient)?;
    let malloc = Malloc::of(patient.snapshot, main.heap);
    let top = main.arena.top?;
    let end = main.end_of_brk(malloc.trimmed(top, DEFAULT)).filter(|end| end.size() > DEFAULT)?;
    let tuning = malloc.tuning;
    let what = format!(
        "the end of the heap given back sooner: its top chunk has {} (trim threshold {}, pad {})",
        Bytes(top),
        Bytes(tuning.trim_threshold),
        Bytes(tuning.top_pad)
    );
    let how = vec![format!(
        "mallopt(M_TRIM_THRESHOLD, {DEFAULT}) at the start, or MALLOC_TRIM_THRESHOLD_={DEFAULT}, and no larger \
         M_TOP_PAD: once set, it does not grow with what is freed"
    )];
    giving_back(patient, Remedy::TrimThreshold, &[end], end.size(), (what, how))
}

/// malloc_trim(0): whole free pages go, wherever they are; of address space only the end of the brk heap.
pub(super) fn try_malloc_trim(patient: &Patient<'_>) -> Option<Advice> {
    let main = Main::of(patient)?;
    let returns = super::returns(patient).filter(|returns| returns.memory > 0 || returns.address_space > 0)?;
    let of_brk = main.arena.trim.map_or(0, |trim| trim.address_space);
    let end: Vec<AddrRange> = main.end_of_brk(of_brk).into_iter().collect();
    let what = match end.is_empty() {
        true => format!("malloc_trim(0): {} of memory comes back, and no address space", Bytes(returns.memory)),
        false => format!(
            "malloc_trim(0): {} of memory comes back, and {} of address space",
            Bytes(returns.memory),
            Bytes(of_brk)
        ),
    };
    let how = vec!["call malloc_trim(0) when much was freed; what is allocated next has to fault in again".to_owned()];
    giving_back(patient, Remedy::MallocTrim, &end, returns.memory, (what, how))
}
