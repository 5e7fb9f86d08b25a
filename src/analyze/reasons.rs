//! The verdict in words: sentences with the figures they rest on. No names from the dump, so nothing to escape.

use super::case::{Case, Mappings, VerdictKind, vma_limit};
use super::refusal::Refusal;
use crate::model::{Evidence, Limits, MmapLayout, Os, OwnerKind, Request, Snapshot};
use crate::units::{Bytes, Count, Hex, distinct, plural};

/// Makes the sentences of one verdict.
pub(super) struct Reasons<'a> {
    pub case: &'a Case<'a>,
    pub kind: VerdictKind,
    pub largest_that_fits: Option<u64>,
}

impl Reasons<'_> {
    /// The first line of a report.
    pub fn sentence(&self) -> String {
        match (self.kind, self.case.request) {
            (VerdictKind::MappingLimit, _) => self.mapping_limit_sentence(),
            (_, None) => self.no_request_sentence(),
            (VerdictKind::Fits, Some(r)) => self.fits_sentence(&r),
            (VerdictKind::Fragmented, Some(r)) => self.fragmented_sentence(&r),
            (VerdictKind::Exhausted, Some(r)) => {
                let (need, free) = distinct(r.size, self.case.total());
                format!("{need} cannot be had: {}{free} of address space is free in all", self.at_most())
            }
            (VerdictKind::ResourceLimit | VerdictKind::CommitLimit, Some(r)) => {
                Refusal::of(self.case).map(|refusal| refusal.sentence(r.size)).unwrap_or_default()
            }
            (VerdictKind::CannotTell, Some(r)) if self.case.stated.is_some() => format!(
                "it cannot be told whether {} fits: the largest free region has {}, and where it begins is not known",
                Bytes(r.size),
                Bytes(self.case.stated.and_then(|s| s.largest).unwrap_or(0))
            ),
            (VerdictKind::CannotTell, Some(r)) => format!(
                "it cannot be told whether {} fits: the map is incomplete, and its largest gap of at most {} may \
                 hold something",
                Bytes(r.size),
                Bytes(self.case.upper)
            ),
        }
    }

    /// What the verdict rests on, the decisive first.
    pub fn list(&self) -> Vec<String> {
        [
            self.mapping_reason(),
            self.mapping_owner_reason(),
            self.need_reason(),
            self.gap_reason(),
            self.unreachable_reason(),
            self.ceiling_reason(),
            self.commit_reason(),
            Refusal::of(self.case).and_then(Refusal::reason),
            self.cgroup_reason(),
            self.evidence_reason(),
            self.others_reason(),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// `at most ` where figures are upper bounds.
    fn at_most(&self) -> &'static str {
        let exact = self.case.snapshot.evidence == Evidence::Complete || self.case.stated.is_some();
        if exact { "" } else { "at most " }
    }

    fn mapping_limit_sentence(&self) -> String {
        let count = Count(self.case.snapshot.limits.vma_count.unwrap_or(0));
        let limit = Count(vma_limit(self.case.snapshot));
        let free = Bytes(self.case.total());
        match self.case.mappings {
            Mappings::Over => {
                format!("any new mapping fails: the process has {count} mappings of {limit}, whatever is free ({free})")
            }
            _ => format!(
                "the process is at its mapping limit or next to it: {count} mappings of {limit}, although {free} is free"
            ),
        }
    }

    fn no_request_sentence(&self) -> String {
        let free = Bytes(self.case.total());
        match self.largest_that_fits {
            Some(0) => format!("every request fails although {free} is free"),
            Some(most) => format!("any request above {} fails although {free} is free", Bytes(most)),
            None if self.case.stated.is_some() => {
                format!("any request above {} fails for certain although {free} is free", Bytes(self.case.upper))
            }
            None if self.case.snapshot.evidence == Evidence::None => {
                "nothing can be said of the address space: no region could be read".into()
            }
            None => format!(
                "any request above {} fails for certain; smaller ones may have failed too, for the map is incomplete",
                Bytes(self.case.upper)
            ),
        }
    }

    fn fits_sentence(&self, request: &Request) -> String {
        let need = Bytes(request.size);
        let gap = Bytes(self.case.upper);
        format!("{need} has room: the largest gap is {}{gap}; the address space was not the reason", self.at_most())
    }

    fn fragmented_sentence(&self, request: &Request) -> String {
        let (need, gap) = distinct(request.size, self.case.upper);
        let free = Bytes(self.case.total());
        let bound = self.at_most();
        format!("{need} does not fit although {bound}{free} is free: the largest {} is {bound}{gap}", self.gap_words())
    }

    fn gap_words(&self) -> &'static str {
        match (self.case.unreachable > self.case.upper, self.case.request.and_then(|r| r.align)) {
            (true, _) => "gap that mmap can use",
            (false, Some(_)) => "gap at that alignment",
            (false, None) => "gap",
        }
    }

    /// What rounding made of the request, where that is more than it.
    fn need_reason(&self) -> Option<String> {
        let request = self.case.request?;
        let needed = self.case.needed?;
        let asked = format!("{} bytes were asked for ({})", Count(request.size), request.source.name());
        let grown = match self.case.rounding.has_malloc_header() && request.align.is_none() {
            true => "malloc's header and whole pages make it",
            false => "whole pages make it",
        };
        Some(match needed == request.size {
            true => asked,
            false => format!("{asked}; {grown} {} bytes", Count(needed)),
        })
    }

    fn gap_reason(&self) -> Option<String> {
        if self.case.stated.is_some() {
            return self.stated_reason();
        }
        let figures = self.case.figures;
        let largest = figures.largest_reachable?;
        let width = self.case.snapshot.width();
        let (start, end) = (largest.range.start(), largest.range.end());
        let elsewhere = figures.total - largest.range.size();
        let smaller = match elsewhere {
            0 => String::new(),
            _ => format!(": {} of it lies in other gaps", crate::units::percent(elsewhere, figures.total)),
        };
        Some(format!(
            "the largest gap is {}{} at {}-{}, of {} free{smaller}",
            self.at_most(),
            Bytes(largest.range.size()),
            Hex { addr: start, width },
            Hex { addr: end, width },
            Bytes(figures.total),
        ))
    }

    /// The figures of a tool, where there is no map to measure.
    fn stated_reason(&self) -> Option<String> {
        let stated = self.case.stated?;
        let width = self.case.snapshot.width();
        let at =
            stated.largest_at.map(|range| format!(" at {}", Hex { addr: range.start(), width })).unwrap_or_default();
        let largest = stated.largest.map(|size| format!("the largest free region is {}{at}", Bytes(size)));
        let regions = stated.free_regions.map(|n| format!(" in {}", plural(n, "region"))).unwrap_or_default();
        let free = stated.free.map(|free| format!("{} is free{regions}", Bytes(free)));
        let said: Vec<String> = largest.into_iter().chain(free).collect();
        Some(format!("{} says: {}", stated.by, said.join(", ")))
    }

    fn unreachable_reason(&self) -> Option<String> {
        let largest = self.case.figures.largest.filter(|_| self.case.unreachable > self.case.upper)?;
        let layout = self.case.snapshot.space.bounds().mmap_layout?;
        let skipped = layout.unreachable()?;
        let hex = |addr| Hex { addr, width: self.case.snapshot.width() };
        let why = match layout {
            MmapLayout::BottomUp { base } => format!("mmap searches upwards from {} only (legacy layout)", hex(base)),
            MmapLayout::TopDown { .. } => format!(
                "mmap never looks between {} and {} (`ulimit -s unlimited` moves its base down)",
                hex(skipped.start()),
                hex(skipped.end())
            ),
        };
        Some(format!("the {} gap at {} does not count: {why}", Bytes(largest.range.size()), hex(largest.range.start())))
    }

    /// Every figure hangs on a ceiling that nothing in the dump tells.
    fn ceiling_reason(&self) -> Option<String> {
        let snapshot = self.case.snapshot;
        let assumed = snapshot.diagnostics.has("assumed-ceiling") && snapshot.evidence != Evidence::None;
        let end = Hex { addr: snapshot.space.bounds().range.end(), width: snapshot.width() };
        assumed
            .then(|| format!("that the address space ends at {end} is assumed: all figures depend on it (--ceiling)"))
    }

    fn mapping_reason(&self) -> Option<String> {
        let limits = &self.case.snapshot.limits;
        let count = Count(limits.vma_count?);
        let limit = vma_limit(self.case.snapshot);
        let assumed = if limits.vma_limit.is_none() { " (the default; the dump does not tell)" } else { "" };
        let shown = format!("{count} mappings of vm.max_map_count {}{assumed}", Count(limit));
        match self.case.mappings {
            Mappings::Over => Some(format!("{shown}: the kernel refuses every new mapping, of any size")),
            Mappings::Near => Some(format!("{shown}, which is within 1 % of the limit")),
            Mappings::Below | Mappings::Unknown => None,
        }
    }

    /// Which kind of owner has most of the mappings, where their number decides.
    fn mapping_owner_reason(&self) -> Option<String> {
        if self.kind != VerdictKind::MappingLimit {
            return None;
        }
        let (kind, mappings) = most_mappings(self.case.snapshot)?;
        Some(format!("most of them are of the kind {}: {}", kind.name(), plural(mappings, "mapping")))
    }

    fn commit_reason(&self) -> Option<String> {
        let left = self.case.snapshot.limits.commit_left?;
        let short = if matches!(Refusal::of(self.case), Some(Refusal::Commit { .. })) {
            ", less than was asked for"
        } else {
            ""
        };
        Some(format!("{} could still be committed{short}", Bytes(left)))
    }

    /// A control group refuses no request; it ends who touches too much.
    fn cgroup_reason(&self) -> Option<String> {
        let cgroup = self.case.snapshot.limits.cgroup?;
        let left = cgroup.limit.saturating_sub(cgroup.used);
        (left < self.case.needed?).then(|| {
            format!(
                "the control group's memory limit is {}, of which {} is used: a request above the rest succeeds, and \
                 touching it all ends in the OOM killer",
                Bytes(cgroup.limit),
                Bytes(cgroup.used)
            )
        })
    }

    fn evidence_reason(&self) -> Option<String> {
        if self.case.stated.is_some() {
            return Some("there is no whole map, so that nothing can be said of who splits what is free".into());
        }
        let text = match self.case.snapshot.evidence {
            Evidence::Complete => return None,
            Evidence::NearlyComplete => {
                "the map lacks what this dump's writer leaves out, so gaps may be smaller than shown"
            }
            Evidence::Partial => {
                "the map is incomplete: what is not listed counts as a gap, so free figures are upper bounds"
            }
            Evidence::None => "no region could be read, so nothing is known of the address space",
        };
        Some(text.into())
    }

    /// A verdict of `fits` names who else could have refused.
    fn others_reason(&self) -> Option<String> {
        (self.kind == VerdictKind::Fits).then(|| others_who_refuse(self.case.snapshot))
    }
}

/// Who could refuse a request for which there is room in the address space, in a sentence.
pub fn others_who_refuse(snapshot: &Snapshot) -> String {
    let limits = &snapshot.limits;
    match snapshot.platform.os {
        Some(os) if os.is_linux() => linux_suspects(limits),
        Some(Os::Windows) if limits.commit_left.is_none() => {
            "what else could have refused it: the commit limit (not in this dump), a job object's memory limit, \
             or a heap of fixed size"
                .into()
        }
        Some(Os::Windows) => {
            "what else could have refused it: a job object's memory limit, or a heap of fixed size".into()
        }
        _ => "what else could have refused it: a limit on the process's memory or address space".into(),
    }
}

/// Who else may have refused, but for those of whom it is known that they did not.
fn linux_suspects(limits: &Limits) -> String {
    let suspects = [
        (limits.address_space_limit.is_none(), "RLIMIT_AS (ulimit -v)"),
        (limits.overcommit.is_none(), "overcommit (vm.overcommit_memory=2)"),
        (limits.overcommit.is_none() && limits.cgroup.is_none(), "a cgroup's memory limit"),
        (true, "a limit of the allocator itself"),
    ];
    let left: Vec<&str> = suspects.into_iter().filter(|(may, _)| *may).map(|(_, who)| who).collect();
    let text = match left.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{}, or {last}", first.join(", ")),
        _ => left.concat(),
    };
    format!("what else could have refused it: {text}")
}

/// The kind of owner with most mappings. A mapping of several owners counts for the first of each kind.
fn most_mappings(snapshot: &Snapshot) -> Option<(OwnerKind, u64)> {
    let mut counts = OwnerKind::ALL.map(|kind| (kind, 0, None));
    for region in snapshot.space.regions() {
        let kind = snapshot.owner(region.owner)?.kind;
        let row = counts.iter_mut().find(|(k, ..)| *k == kind);
        if let Some((_, count, last)) = row.filter(|(.., last)| *last != Some(region.mapping)) {
            *count += 1;
            *last = Some(region.mapping);
        }
    }
    counts.into_iter().map(|(kind, count, _)| (kind, count)).max_by_key(|(_, count)| *count)
}
