//! The memory limit of the process's control group, or of a group around it: the tightest counts.

use std::path::{Component, Path, PathBuf};

use super::process::{Process, read_text};
use crate::load::facts::Facts;
use crate::model::CgroupMemory;

/// Where the two versions are mounted, and what their files are called.
const VERSION_2: (&str, &str, &str) = ("/sys/fs/cgroup", "memory.max", "memory.current");
const VERSION_1: (&str, &str, &str) = ("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes");
/// Version 1 says "no limit" with the largest number of whole pages.
const NO_LIMIT: u64 = 1 << 62;
/// Groups around a group that are looked at.
const DEEPEST: usize = 64;

/// States the tightest limit and what is used of it, if there is one.
pub(super) fn read(process: &Process, facts: &mut Facts) {
    let groups = process.text("cgroup").unwrap_or_default();
    facts.limits.cgroup = of_version_2(&groups).or_else(|| of_version_1(&groups));
}

/// `0::/user.slice/…`.
fn of_version_2(groups: &str) -> Option<CgroupMemory> {
    let group = groups.lines().find_map(|line| line.strip_prefix("0::"))?;
    ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"].iter().find_map(|root| tightest(root, group, VERSION_2))
}

/// `9:memory:/user.slice/…`; several controllers may share a line.
fn of_version_1(groups: &str) -> Option<CgroupMemory> {
    let is_memory = |line: &&str| line.split(':').nth(1).is_some_and(|names| names.split(',').any(|n| n == "memory"));
    let group = groups.lines().find(is_memory)?.splitn(3, ':').nth(2)?;
    tightest(VERSION_1.0, group, VERSION_1)
}

/// The lowest limit of the group and of those around it.
fn tightest(root: &str, group: &str, (_, limit, used): (&str, &str, &str)) -> Option<CgroupMemory> {
    let folder = below(root, group)?;
    let around = folder.ancestors().take_while(|folder| folder.starts_with(root)).take(DEEPEST);
    let limits = around.filter_map(|folder| {
        let limit = number(&folder.join(limit)).filter(|limit| *limit < NO_LIMIT)?;
        Some(CgroupMemory { limit, used: number(&folder.join(used))? })
    });
    limits.min_by_key(|found| found.limit)
}

/// A group outside of what this program sees begins with `/..`, and has no folder here.
fn below(root: &str, group: &str) -> Option<PathBuf> {
    let inside = Path::new(group.trim_start_matches('/'));
    let plain = inside.components().all(|part| matches!(part, Component::Normal(_)));
    plain.then(|| Path::new(root).join(inside))
}

/// `max` is no number.
fn number(path: &Path) -> Option<u64> {
    read_text(path).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tree of folders as the kernel shows it.
    fn tree() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (folder, limit, used) in [("a/b", "max", "3000"), ("a", "8000", "5000"), ("c", "4096", "1")] {
            let folder = root.path().join(folder);
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join("memory.max"), format!("{limit}\n")).unwrap();
            std::fs::write(folder.join("memory.current"), format!("{used}\n")).unwrap();
        }
        root
    }

    #[test]
    fn a_limit_of_a_group_around_counts() {
        let root = tree();
        let at = |group: &str| tightest(root.path().to_str().unwrap(), group, VERSION_2);
        assert_eq!(at("/a/b"), Some(CgroupMemory { limit: 8000, used: 5000 }));
        assert_eq!(at("/c"), Some(CgroupMemory { limit: 4096, used: 1 }));
        assert_eq!(at("/nowhere"), None);
        assert_eq!(at("/../../etc"), None);
    }
}
