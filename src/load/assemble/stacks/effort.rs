//! How much work the search for stacks may be. Real dumps need little of it; a damaged one may claim 200,000 threads in
//! one stack and have a megabyte searched for each of them.

use std::cell::Cell;

/// Bytes that are looked at in all, without and with `--deep`: less than a second's work. A gcore of gdb 13 has no thread
/// pointers, and the search in it takes some KiB for each thread.
const BYTES: u64 = 256 << 20;
const BYTES_DEEP: u64 = 1 << 30;
/// How many thread pointers may lead to memory without struct pthread in it: of glibc's threads only the main one, of
/// other libraries' all.
const VAIN_SEARCHES: u32 = 64;

/// What is left of it.
#[derive(Debug)]
pub(in crate::load::assemble) struct Effort {
    bytes: Cell<u64>,
    vain: Cell<u32>,
    gave_up: Cell<bool>,
}

impl Effort {
    pub(in crate::load::assemble) fn new(deep: bool) -> Effort {
        let bytes = if deep { BYTES_DEEP } else { BYTES };
        Effort { bytes: Cell::new(bytes), vain: Cell::new(VAIN_SEARCHES), gave_up: Cell::new(false) }
    }

    /// Whether `bytes` more may be looked at.
    pub(super) fn spend(&self, bytes: u64) -> bool {
        match self.bytes.get().checked_sub(bytes) {
            Some(left) => self.bytes.set(left),
            None => self.gave_up.set(true),
        }
        !self.gave_up.get()
    }

    /// Whether it makes sense to search for struct pthread where it was not found yet.
    pub(super) fn may_search(&self) -> bool {
        self.vain.get() > 0
    }

    /// Nothing was found in memory that is there.
    pub(super) fn searched_in_vain(&self) {
        self.vain.set(self.vain.get().saturating_sub(1));
    }

    /// Whether anything was left undone.
    pub(super) fn gave_up(&self) -> bool {
        self.gave_up.get()
    }
}
