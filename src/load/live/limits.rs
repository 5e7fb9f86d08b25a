//! /proc/PID/limits and what of them is used.

use super::process::{Process, field};
use crate::load::facts::Facts;
use crate::load::rlimits::soft_limit;

/// States RLIMIT_AS, RLIMIT_STACK and RLIMIT_DATA, and how much counts for the last.
pub(super) fn read(process: &Process, facts: &mut Facts) {
    let limits = &mut facts.limits;
    if let Ok(text) = process.text("limits") {
        limits.address_space_limit = soft_limit(&text, "Max address space");
        limits.stack_limit = soft_limit(&text, "Max stack size");
        limits.data_limit = soft_limit(&text, "Max data size");
    }
    let status = process.text("status").unwrap_or_default();
    limits.data_used = field(&status, "VmData:").and_then(|kib| kib.checked_mul(1024));
}
