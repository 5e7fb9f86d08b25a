//! Limits other than the address space that refuse a request although there is room for it.

use super::case::{Case, VerdictKind};
use crate::model::OvercommitMode;
use crate::units::{Bytes, distinct};

/// What refuses. All sizes in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Refusal {
    /// RLIMIT_AS, and what is mapped.
    AddressSpace { limit: u64, mapped: u64 },
    /// RLIMIT_DATA, and what counts for it.
    Data { limit: u64, used: u64 },
    /// What could still be committed by all processes together.
    Commit { left: u64 },
    /// Memory and swap together, more than which Linux gives to no single request (`vm.overcommit_memory=0`).
    Overcommit { most: u64 },
}

impl Refusal {
    /// What refuses the request first; `None` if nothing that is known does.
    pub fn of(case: &Case<'_>) -> Option<Refusal> {
        let needed = case.needed?;
        let found = [address_space(case, needed), data(case, needed), commit(case), overcommit(case, needed)];
        found.into_iter().flatten().next()
    }

    pub fn kind(self) -> VerdictKind {
        match self {
            Refusal::AddressSpace { .. } | Refusal::Data { .. } => VerdictKind::ResourceLimit,
            Refusal::Commit { .. } | Refusal::Overcommit { .. } => VerdictKind::CommitLimit,
        }
    }

    /// The judgement for a request of `size` bytes.
    pub fn sentence(self, size: u64) -> String {
        match self {
            Refusal::AddressSpace { limit, mapped } => format!(
                "{} fits into the address space, but RLIMIT_AS ({}) refuses it: {} is mapped already",
                Bytes(size),
                Bytes(limit),
                Bytes(mapped)
            ),
            Refusal::Data { limit, used } => format!(
                "{} fits into the address space, but RLIMIT_DATA ({}) refuses it: {} of data is mapped already",
                Bytes(size),
                Bytes(limit),
                Bytes(used)
            ),
            Refusal::Commit { left } => {
                let (need, left) = distinct(size, left);
                format!("{need} fits into the address space, but only {left} of memory could still be committed")
            }
            Refusal::Overcommit { most } => {
                let (need, most) = distinct(size, most);
                format!("{need} fits into the address space, but the system has only {most} of memory and swap in all")
            }
        }
    }

    /// What it rests on, and which setting it is; the commit limit has a reason of its own.
    pub fn reason(self) -> Option<String> {
        match self {
            Refusal::AddressSpace { limit, mapped } => Some(format!(
                "RLIMIT_AS is {} and {} is mapped: the limit alone refuses the request (ulimit -v)",
                Bytes(limit),
                Bytes(mapped)
            )),
            Refusal::Data { limit, used } => Some(format!(
                "RLIMIT_DATA is {} and {} of private writable memory is mapped: the limit alone refuses the request \
                 (ulimit -d)",
                Bytes(limit),
                Bytes(used)
            )),
            Refusal::Commit { .. } => None,
            Refusal::Overcommit { .. } => Some(
                "vm.overcommit_memory is 0, which refuses a single request larger than memory and swap together".into(),
            ),
        }
    }
}

fn address_space(case: &Case<'_>, needed: u64) -> Option<Refusal> {
    let limit = case.snapshot.limits.address_space_limit.filter(|limit| *limit != u64::MAX)?;
    let mapped = case.snapshot.space.regions().iter().map(|r| r.range.size()).sum::<u64>();
    (limit < mapped.saturating_add(needed)).then_some(Refusal::AddressSpace { limit, mapped })
}

fn data(case: &Case<'_>, needed: u64) -> Option<Refusal> {
    let limit = case.snapshot.limits.data_limit.filter(|limit| *limit != u64::MAX)?;
    let used = case.snapshot.limits.data_used?;
    (limit < used.saturating_add(needed)).then_some(Refusal::Data { limit, used })
}

fn commit(case: &Case<'_>) -> Option<Refusal> {
    let left = case.snapshot.limits.commit_left?;
    (left < case.request?.size).then_some(Refusal::Commit { left })
}

fn overcommit(case: &Case<'_>, needed: u64) -> Option<Refusal> {
    let overcommit = case.snapshot.limits.overcommit.filter(|o| o.mode == OvercommitMode::Heuristic)?;
    let most = overcommit.memory_and_swap;
    (most < needed).then_some(Refusal::Overcommit { most })
}
