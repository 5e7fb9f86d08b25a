//! What else may have refused the request, where it is known: the same rows in every format.

use crate::model::{Limits, OvercommitMode};
use crate::units::{Bytes, Count};

/// Name and value of each known limit.
pub(super) fn rows(limits: &Limits) -> Vec<(&'static str, String)> {
    let size = |value: u64| if value == u64::MAX { "unlimited".to_owned() } else { Bytes(value).to_string() };
    let count = |value: u64| Count(value).to_string();
    let rows = [
        ("mappings", limits.vma_count.map(count)),
        ("vm.max_map_count", limits.vma_limit.map(count)),
        ("address space (ulimit -v)", limits.address_space_limit.map(size)),
        ("stack (ulimit -s)", limits.stack_limit.map(size)),
        ("data (ulimit -d)", data(limits)),
        ("could still be committed", limits.commit_left.map(size)),
        ("vm.overcommit_memory", overcommit(limits)),
        ("memory of the control group", limits.cgroup.map(|c| format!("{} of {} used", Bytes(c.used), Bytes(c.limit)))),
        ("virtual address space in all, as the system saw it", limits.total_virtual.map(size)),
        ("virtual address space free, as the system saw it", limits.available_virtual.map(size)),
        ("physical memory free", limits.available_physical.map(size)),
    ];
    rows.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

fn data(limits: &Limits) -> Option<String> {
    match (limits.data_limit?, limits.data_used) {
        (u64::MAX, _) => Some("unlimited".into()),
        (limit, Some(used)) => Some(format!("{} of {} used", Bytes(used), Bytes(limit))),
        (limit, None) => Some(Bytes(limit).to_string()),
    }
}

fn overcommit(limits: &Limits) -> Option<String> {
    let overcommit = limits.overcommit?;
    Some(match overcommit.mode {
        OvercommitMode::Heuristic => {
            format!("0: no single request above {} (memory and swap)", Bytes(overcommit.memory_and_swap))
        }
        OvercommitMode::Always => "1: nothing is refused".into(),
        OvercommitMode::Never => {
            format!("2: {} of {} committed by all processes", Bytes(overcommit.committed), Bytes(overcommit.limit))
        }
    })
}
