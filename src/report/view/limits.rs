//! Limits other than the address space in JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::Context;
use crate::model::Overcommit;

/// What else may have refused the request, in bytes where the dump tells; an unlimited one is 2^64 − 1.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Limits")]
pub struct LimitsView {
    /// RLIMIT_AS (ulimit -v).
    pub address_space_limit: Option<u64>,
    /// RLIMIT_STACK (ulimit -s).
    pub stack_limit: Option<u64>,
    /// RLIMIT_DATA (ulimit -d).
    pub data_limit: Option<u64>,
    /// What counts for RLIMIT_DATA.
    pub data_used: Option<u64>,
    /// What could still be committed (Windows; Linux with vm.overcommit_memory=2).
    pub commit_left: Option<u64>,
    /// How much Linux lets be committed.
    pub overcommit: Option<OvercommitView>,
    /// The tightest memory limit of the control groups that the process is in.
    pub cgroup: Option<CgroupView>,
    /// Total virtual address space, as the system reported it at the crash.
    pub total_virtual: Option<u64>,
    /// Free virtual address space, as the system reported it at the crash.
    pub available_virtual: Option<u64>,
    /// Physical memory left, as the system reported it.
    pub available_physical: Option<u64>,
}

/// `vm.overcommit_memory` and what it depends on, in bytes.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Overcommit")]
pub struct OvercommitView {
    /// 0: a single request above memory and swap is refused; 1: nothing is; 2: all processes get `limit` in all.
    pub mode: u8,
    /// CommitLimit.
    pub limit: u64,
    /// Committed_AS.
    pub committed: u64,
    /// Memory and swap together.
    pub memory_and_swap: u64,
}

/// A control group's memory, in bytes.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Cgroup")]
pub struct CgroupView {
    /// What it may have.
    pub limit: u64,
    /// What it has.
    pub used: u64,
}

impl OvercommitView {
    fn new(overcommit: Overcommit) -> OvercommitView {
        let Overcommit { mode, limit, committed, memory_and_swap } = overcommit;
        OvercommitView { mode: mode.number(), limit, committed, memory_and_swap }
    }
}

impl LimitsView {
    pub(super) fn new(cx: Context<'_>) -> LimitsView {
        let limits = &cx.snapshot.limits;
        LimitsView {
            address_space_limit: limits.address_space_limit,
            stack_limit: limits.stack_limit,
            data_limit: limits.data_limit,
            data_used: limits.data_used,
            commit_left: limits.commit_left,
            overcommit: limits.overcommit.map(OvercommitView::new),
            cgroup: limits.cgroup.map(|c| CgroupView { limit: c.limit, used: c.used }),
            total_virtual: limits.total_virtual,
            available_virtual: limits.available_virtual,
            available_physical: limits.available_physical,
        }
    }
}
