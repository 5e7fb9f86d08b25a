//! The answer in a sentence, and what has to be known beside it.

use crate::analyze::VerdictKind;
use crate::analyze::fit::{Candidate, Changes, Fit};
use crate::analyze::rounding;
use crate::model::{Certainty, Evidence, Os, Request, RequestSource};
use crate::report::Context;
use crate::units::{Bytes, Count, Hex, plural};

/// The answer to `fit`, whose size is address space.
pub(in crate::report) fn sentence(cx: Context<'_>, fit: &Fit) -> String {
    of_subject(cx, fit, &Bytes(fit.placement.size).to_string())
}

/// The answer in a report: for the request as the program made it.
pub(in crate::report) fn of_report(cx: Context<'_>, fit: &Fit) -> String {
    let verdict = &cx.analysis.verdict;
    let subject = match (verdict.request, verdict.needed) {
        (Some(request), Some(needed)) if needed != request.size && grows_by_header(cx, &request) => {
            format!("{} with malloc's header", Bytes(request.size))
        }
        _ => Bytes(fit.placement.size).to_string(),
    };
    of_subject(cx, fit, &subject)
}

fn grows_by_header(cx: Context<'_>, request: &Request) -> bool {
    rounding::of_snapshot(cx.snapshot).has_malloc_header() && request.align.is_none()
}

fn of_subject(cx: Context<'_>, fit: &Fit, subject: &str) -> String {
    let unsure = |c: &Candidate| c.certainty == Certainty::NotListed && cx.snapshot.evidence < Evidence::NearlyComplete;
    if cx.snapshot.evidence == Evidence::None {
        return format!("whether {subject} fits cannot be told: no region could be read");
    }
    match fit.candidates.first() {
        Some(c) if fit.fits_now && unsure(c) => format!(
            "{subject} may fit at {}: nothing is listed there, but the map is incomplete, and somebody may stand there",
            hex(cx, c)
        ),
        Some(c) if fit.fits_now => format!("{subject} fits as things are, at {}", hex(cx, c)),
        Some(c) => {
            let count = plural(c.owners.len() as u64, "owner");
            let names = super::words::named(cx, &Changes::of(cx.snapshot), &c.owners);
            let more = if unsure(c) { "; the map is incomplete, and others may stand there too" } else { "" };
            format!("{subject} would fit at {} if {count} went: {names}{more}", hex(cx, c))
        }
        None if fit.pinned.is_empty() => format!("{subject} fits nowhere: {}", no_place(cx, fit)),
        None => {
            let count = plural(fit.pinned.len() as u64, "pinned owner");
            format!("{subject} fits nowhere, whatever goes: one of {count} stands in every place of that size")
        }
    }
}

fn no_place(cx: Context<'_>, fit: &Fit) -> String {
    let span = cx.snapshot.space.bounds().range.size();
    let align = fit.placement.align(cx.analysis.reach);
    match (span < fit.placement.size, cx.analysis.reach.unreachable()) {
        (true, _) => format!("the address space has {} in all", Bytes(span)),
        (false, None) => format!("the address space has no place of that size at a multiple of {}", Bytes(align)),
        (false, Some(_)) => format!(
            "the address space has no place of that size at a multiple of {} where mmap looks ({} layout)",
            Bytes(align),
            cx.snapshot.space.bounds().mmap_layout.map_or("its", |l| l.name())
        ),
    }
}

fn hex(cx: Context<'_>, candidate: &Candidate) -> Hex {
    Hex { addr: candidate.window.start(), width: cx.snapshot.width() }
}

/// What was asked for, exactly, and what a program would have to ask for.
pub(in crate::report) fn request(cx: Context<'_>, fit: &Fit) -> String {
    let (size, align) = (fit.placement.size, fit.placement.align(cx.analysis.reach));
    let asked = match cx.snapshot.platform.os {
        Some(Os::Windows) => "VirtualAlloc",
        _ => "mmap",
    };
    let exact = format!("{} bytes", Count(size));
    let text = format!("{exact} of address space at a multiple of {}, asked of {asked}", Bytes(align));
    match malloc_asks(cx, fit) {
        Some(more) => format!("{text}; malloc of as many asks for {} more", Bytes(more)),
        None => text,
    }
}

/// What malloc's header adds, in bytes; `None` where there is no such header, or an alignment was asked for.
fn malloc_asks(cx: Context<'_>, fit: &Fit) -> Option<u64> {
    let (size, align) = (fit.placement.size, fit.placement.align);
    let rounding = rounding::of_snapshot(cx.snapshot);
    let needed = rounding.needed(&Request { size, align, source: RequestSource::User })?;
    needed.checked_sub(size).filter(|more| *more > 0 && align.is_none() && rounding.has_malloc_header())
}

/// What the answer does not say: how far the map can be trusted, and what else refuses.
pub(in crate::report) fn notes(cx: Context<'_>, fit: &Fit) -> Vec<String> {
    let mut notes = Vec::new();
    if cx.analysis.verdict.kind == VerdictKind::MappingLimit {
        notes.push("the process is at its limit of mappings, so that mmap refuses whatever is free".to_owned());
    }
    match cx.snapshot.evidence {
        Evidence::Complete => {}
        Evidence::NearlyComplete => {
            notes.push("the map lacks what this dump's writer leaves out: others may stand there too".to_owned());
        }
        Evidence::Partial | Evidence::None => notes.push(
            "the map is incomplete: only what is listed is counted, and each largest gap is an upper bound".to_owned(),
        ),
    }
    let limits = &cx.snapshot.limits;
    if let Some(left) = limits.commit_left.filter(|left| *left < fit.placement.size) {
        notes.push(format!("{} could still be committed, less than that", Bytes(left)));
    }
    let mapped = cx.analysis.totals.committed.saturating_add(cx.analysis.totals.reserved);
    if let Some(limit) = limits.address_space_limit.filter(|l| *l < mapped.saturating_add(fit.placement.size)) {
        notes.push(format!("RLIMIT_AS is {} and {} is mapped: the limit refuses as well", Bytes(limit), Bytes(mapped)));
    }
    notes
}
