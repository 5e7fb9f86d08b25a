//! The Windows generators' tables: VirtualQueryEx's walk, threads' TEBs, Toolhelp's modules.

use super::csv;

/// MEM_COMMIT, MEM_RESERVE and MEM_FREE of winnt.h.
pub const COMMIT: u64 = 0x1000;
/// See [`COMMIT`].
pub const RESERVE: u64 = 0x2000;
/// See [`COMMIT`].
pub const FREE: u64 = 0x1_0000;

/// One region of VirtualQuery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// First address.
    pub start: u64,
    /// One past the last.
    pub end: u64,
    /// [`COMMIT`], [`RESERVE`] or [`FREE`].
    pub state: u64,
    /// PAGE_* bits.
    pub protect: u64,
    /// Base of the allocation.
    pub allocation: u64,
}

/// One thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    /// Thread id.
    pub tid: u64,
    /// Address of its TEB.
    pub teb: u64,
    /// DeallocationStack.
    pub start: u64,
    /// StackBase.
    pub end: u64,
    /// Stack pointer.
    pub sp: u64,
    /// GetThreadDescription; empty if there is none.
    pub name: String,
}

/// One module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Module {
    /// First address.
    pub start: u64,
    /// One past the last.
    pub end: u64,
    /// Path.
    pub path: String,
}

/// Reads `.virtualquery.csv`.
pub fn regions(text: &str) -> Vec<Region> {
    let region = |fields: &Vec<&str>| {
        let number: Vec<u64> = fields.iter().map(|field| csv::number(field)).collect();
        let end = number[0] + number[1];
        Region { start: number[0], end, state: number[2], protect: number[3], allocation: number[5] }
    };
    csv::rows(text).iter().map(region).collect()
}

/// Reads `.threads.csv`.
pub fn threads(text: &str) -> Vec<Thread> {
    let thread = |fields: &Vec<&str>| Thread {
        tid: csv::number(fields[0]),
        teb: csv::number(fields[1]),
        start: csv::number(fields[4]),
        end: csv::number(fields[2]),
        sp: csv::number(fields[5]),
        name: fields[6].to_owned(),
    };
    csv::rows(text).iter().map(thread).collect()
}

/// Reads `.modules.csv`.
pub fn modules(text: &str) -> Vec<Module> {
    let module = |fields: &Vec<&str>| {
        let start = csv::number(fields[0]);
        Module { start, end: start + csv::number(fields[1]), path: fields[2].to_owned() }
    };
    csv::rows(text).iter().map(module).collect()
}

/// Free ranges of the walk from `floor` to `ceiling`, neighbouring free rows joined.
pub fn gaps(regions: &[Region], floor: u64, ceiling: u64) -> Vec<(u64, u64)> {
    let mut gaps: Vec<(u64, u64)> = Vec::new();
    for region in regions.iter().filter(|r| r.state == FREE) {
        let (start, end) = (region.start.max(floor), region.end.min(ceiling));
        match gaps.last_mut() {
            _ if start >= end => {}
            Some(last) if last.1 == start => last.1 = end,
            _ => gaps.push((start, end)),
        }
    }
    gaps
}

/// `PAGE_*` as three letters; PAGE_WRITECOPY counts as writable.
pub fn access(protect: u64) -> &'static str {
    match protect & 0xff {
        0x02 => "r--",
        0x04 | 0x08 => "rw-",
        0x10 => "--x",
        0x20 => "r-x",
        0x40 | 0x80 => "rwx",
        _ => "---",
    }
}
