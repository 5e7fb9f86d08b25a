//! What the machine's kernel allows: vm.max_map_count, overcommit, memory and swap.

use std::path::Path;

use super::process::{field, read_text};
use crate::load::facts::Facts;
use crate::model::{Overcommit, OvercommitMode};

/// The kernel's version, such as `Linux 6.18.44`.
pub(super) fn release() -> Option<String> {
    let release = sysctl("kernel/osrelease")?;
    Some(format!("Linux {release}"))
}

/// States `vm.max_map_count` and what overcommitting allows.
pub(super) fn read(facts: &mut Facts) {
    facts.limits.vma_limit = sysctl("vm/max_map_count").and_then(|text| text.parse().ok());
    let meminfo = read_text(Path::new("/proc/meminfo")).unwrap_or_default();
    facts.limits.overcommit = overcommit(&sysctl("vm/overcommit_memory").unwrap_or_default(), &meminfo);
    if let Some(overcommit) = facts.limits.overcommit.filter(|o| o.mode == OvercommitMode::Never) {
        facts.limits.commit_left = Some(overcommit.limit.saturating_sub(overcommit.committed));
    }
}

fn sysctl(name: &str) -> Option<String> {
    let text = read_text(&Path::new("/proc/sys").join(name)).ok()?;
    Some(text.trim().to_owned())
}

fn overcommit(mode: &str, meminfo: &str) -> Option<Overcommit> {
    let bytes = |name: &str| field(meminfo, name)?.checked_mul(1024);
    let mode = match mode {
        "0" => OvercommitMode::Heuristic,
        "1" => OvercommitMode::Always,
        "2" => OvercommitMode::Never,
        _ => return None,
    };
    Some(Overcommit {
        mode,
        limit: bytes("CommitLimit:")?,
        committed: bytes("Committed_AS:")?,
        memory_and_swap: bytes("MemTotal:")?.saturating_add(bytes("SwapTotal:")?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_modes_and_bytes() {
        let meminfo = "MemTotal:  100 kB\nSwapTotal:  20 kB\nCommitLimit:   70 kB\nCommitted_AS:  60 kB\n";
        let found = overcommit("2", meminfo).unwrap();
        assert_eq!((found.mode, found.limit, found.committed), (OvercommitMode::Never, 70 << 10, 60 << 10));
        assert_eq!(found.memory_and_swap, 120 << 10);
        assert_eq!(overcommit("3", meminfo), None);
        assert_eq!(overcommit("0", "MemTotal: 1 kB\n"), None);
    }
}
