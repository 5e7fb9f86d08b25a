//! What a walk says that malloc_trim(0) would give back, and what it gave back: the same process went on after its core, trimmed,
//! and wrote down which of its pages were in memory before and after.

use std::fs;
use std::path::Path;

use fragscope::heaps::{Heap, Role};

use super::figures::Problems;
use super::made::{self, Case, Made};
use crate::oracle::maps::Maps;

const PAGE: u64 = 4096;

/// Runs of pages, as in truth.resident.
struct Pages(Vec<(u64, u64)>);

impl Pages {
    fn read(path: &Path) -> Pages {
        let text = fs::read_to_string(path).unwrap();
        let number = |text: &str| u64::from_str_radix(text, 16).unwrap();
        Pages(text.lines().map(|line| line.split_once('-').map(|(a, b)| (number(a), number(b))).unwrap()).collect())
    }

    fn within(&self, start: u64, end: u64) -> u64 {
        self.0.iter().map(|run| run.1.min(end).saturating_sub(run.0.max(start))).sum()
    }
}

fn arena_of(role: Role) -> Option<usize> {
    match role {
        Role::MainBrk | Role::MainMapped => Some(0),
        Role::ThreadHeap { arena, .. } => Some(arena as usize),
        _ => None,
    }
}

fn compare(heap: &Heap, folder: &Path, problems: &mut Problems) {
    let (before, after) = (Pages::read(&folder.join("truth.resident")), Pages::read(&folder.join("truth.trimmed")));
    let (mut said, mut gone) = (0, 0);
    for (index, arena) in heap.arenas.iter().enumerate() {
        let parts = heap.parts.iter().filter(|part| arena_of(part.role) == Some(index));
        let drop = parts.map(|part| {
            let (start, end) = (part.range.start().0, part.range.end().0);
            before.within(start, end) as i64 - after.within(start, end) as i64
        });
        let drop: i64 = drop.sum();
        let trim = arena.trim.unwrap_or_default();
        problems.check(drop.abs_diff(trim.memory as i64) <= PAGE, || {
            format!("arena {index}: memory {}, measured {drop}", trim.memory)
        });
        said += trim.address_space;
        gone += drop;
    }
    problems.check(gone > 100 * PAGE as i64, || format!("trimming gave back {gone} bytes only"));
    let size = |name: &str| {
        let maps = Maps::parse(&fs::read_to_string(folder.join(name)).unwrap());
        maps.rows.iter().map(|row| row.end - row.start).sum::<u64>()
    };
    let released = size("truth.maps") - size("truth.maps-trimmed");
    problems.check(said.abs_diff(released) <= PAGE, || format!("address space {said}, measured {released}"));
}

pub fn check(case: &Case, folder: &Path) -> Vec<String> {
    let heaps = case.walk();
    let mut problems = Problems::default();
    compare(made::glibc(&heaps).unwrap(), folder, &mut problems);
    problems.0.into_iter().map(|problem| format!("{}: {problem}", case.name)).collect()
}

#[test]
fn trimming_gives_back_what_was_said() {
    let Some(made) = Made::new(&["trim-*"]) else { return };
    let problems: Vec<String> =
        made.cases().iter().flat_map(|case| check(case, &made.folder().join(&case.name))).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
