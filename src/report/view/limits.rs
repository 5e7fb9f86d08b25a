//! Limits other than the address space in JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::Context;

/// What else may have refused the request, in bytes where the dump tells; an unlimited one is 2^64 − 1.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Limits")]
pub struct LimitsView {
    /// RLIMIT_AS (ulimit -v).
    pub address_space_limit: Option<u64>,
    /// RLIMIT_STACK (ulimit -s).
    pub stack_limit: Option<u64>,
    /// What could still be committed (Windows).
    pub commit_left: Option<u64>,
    /// Total virtual address space, as the system reported it at the crash.
    pub total_virtual: Option<u64>,
    /// Free virtual address space, as the system reported it at the crash.
    pub available_virtual: Option<u64>,
    /// Physical memory left, as the system reported it.
    pub available_physical: Option<u64>,
}

impl LimitsView {
    pub(super) fn new(cx: Context<'_>) -> LimitsView {
        let limits = &cx.snapshot.limits;
        LimitsView {
            address_space_limit: limits.address_space_limit,
            stack_limit: limits.stack_limit,
            commit_left: limits.commit_left,
            total_virtual: limits.total_virtual,
            available_virtual: limits.available_virtual,
            available_physical: limits.available_physical,
        }
    }
}
