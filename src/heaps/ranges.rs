//! Where allocators' data can be: the writable private memory that the dump holds, the likeliest first.

use crate::addr::AddrRange;
use crate::model::{Memory, OwnerKind, Protection, Region, Snapshot, State};

/// What kind of memory a candidate is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Content {
    /// A file's writable mapping: .data of an executable or library.
    Data,
    /// Anonymous memory of a module, right behind a file's: .bss.
    Bss,
    /// Other anonymous memory.
    Anonymous,
}

/// Writable memory. What of it the dump holds is asked of [`Memory::captured_in`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// Where.
    pub range: AddrRange,
    /// What kind.
    pub content: Content,
}

/// All writable memory of a process, by address, neighbours of one kind joined.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Candidates(Vec<Candidate>);

impl Candidates {
    /// Of a snapshot: writable regions that are private, without thread stacks. Where the dump does not tell protections,
    /// its memory counts as writable.
    pub fn of(snapshot: &Snapshot, memory: Memory<'_>) -> Candidates {
        let mut all: Vec<Candidate> = Vec::new();
        for region in snapshot.space.regions().iter().filter(|r| is_writable(snapshot, r)) {
            if memory.captured_in(region.range).next().is_none() {
                continue;
            }
            let content = content(snapshot, region);
            match all.last_mut().filter(|last| last.range.end() == region.range.start() && last.content == content) {
                Some(last) => last.range = last.range.hull(region.range),
                None => all.push(Candidate { range: region.range, content }),
            }
        }
        Candidates(all)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = Candidate> + '_ {
        self.0.iter().copied()
    }

    /// Modules' own data, with .bss.
    pub fn of_modules(&self) -> impl Iterator<Item = AddrRange> + '_ {
        self.iter().filter(|c| c.content != Content::Anonymous).map(|c| c.range)
    }

    /// Memory of no file.
    pub fn anonymous(&self) -> impl Iterator<Item = AddrRange> + '_ {
        self.iter().filter(|c| c.content == Content::Anonymous).map(|c| c.range)
    }

    /// The candidate at an address.
    pub fn at(&self, addr: crate::addr::Addr) -> Option<Candidate> {
        let next = self.0.partition_point(|c| c.range.start() <= addr);
        self.0.get(next.checked_sub(1)?).copied().filter(|c| c.range.contains(addr))
    }
}

fn is_writable(snapshot: &Snapshot, region: &Region) -> bool {
    let writable = region.protection.is_none_or(|p| p.has(Protection::WRITE) && !p.has(Protection::SHARED));
    let kind = snapshot.owner(region.owner).map(|o| o.kind);
    let foreign = matches!(kind, Some(OwnerKind::Stack | OwnerKind::Vdso | OwnerKind::KernelShared));
    writable && !foreign && region.state == State::Committed
}

fn content(snapshot: &Snapshot, region: &Region) -> Content {
    let of_module = snapshot.owner(region.owner).is_some_and(|o| o.kind == OwnerKind::Module);
    match (region.backing.is_some(), of_module) {
        (true, _) => Content::Data,
        (false, true) => Content::Bss,
        (false, false) => Content::Anonymous,
    }
}
