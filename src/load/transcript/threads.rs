//! Threads, as several commands tell of them: one list has the ids, another the stack pointers, a third the names.

use std::collections::HashMap;

use crate::addr::{Addr, AddrRange};
use crate::load::facts::ThreadFacts;

/// Most threads taken.
const MAX_THREADS: usize = 1 << 16;
/// Longest name kept, in bytes. Linux has 15; Windows has no limit.
const LONGEST_NAME: usize = 256;

/// Threads by the system's id; the debugger's own numbers lead to them.
#[derive(Clone, Debug, Default)]
pub(super) struct Threads {
    list: Vec<ThreadFacts>,
    by_id: HashMap<u64, usize>,
    numbers: HashMap<u64, u64>,
    /// The debugger's number of the thread that registers belong to, if that is known.
    current: Option<u64>,
    /// Stack pointers by number, where the list of threads may come later.
    pointers: HashMap<u64, Addr>,
}

impl Threads {
    /// The thread with this id; `None` if there are too many.
    pub(super) fn of_id(&mut self, id: u64) -> Option<&mut ThreadFacts> {
        let next = self.list.len();
        let index = match self.by_id.get(&id) {
            Some(index) => *index,
            None if next < MAX_THREADS => {
                self.by_id.insert(id, next);
                self.list.push(ThreadFacts { id, ..ThreadFacts::default() });
                next
            }
            None => return None,
        };
        self.list.get_mut(index)
    }

    /// Gives a thread the debugger's number for it.
    pub(super) fn number(&mut self, number: u64, id: u64) {
        if self.numbers.len() < MAX_THREADS {
            self.numbers.insert(number, id);
        }
    }

    /// Registers that follow belong to the thread with this number; to none that is known with `None`.
    pub(super) fn select(&mut self, number: Option<u64>) {
        self.current = number;
    }

    /// The thread that registers belong to.
    pub(super) fn selected(&mut self) -> Option<&mut ThreadFacts> {
        let id = *self.numbers.get(&self.current?)?;
        self.of_id(id)
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The selected thread's registers hold this stack pointer.
    pub(super) fn set_selected_sp(&mut self, sp: Addr) {
        if let Some(number) = self.current.filter(|_| self.pointers.len() < MAX_THREADS) {
            self.pointers.insert(number, sp);
        }
    }

    /// All of them, in the order in which they were first seen.
    pub(super) fn into_list(mut self) -> Vec<ThreadFacts> {
        for (number, sp) in std::mem::take(&mut self.pointers) {
            if let Some(thread) = self.numbers.get(&number).copied().and_then(|id| self.of_id(id)) {
                set_sp(thread, sp);
            }
        }
        self.list
    }
}

/// Sets a name that is not empty, of a length that names have.
pub(super) fn set_name(thread: &mut ThreadFacts, name: &str) {
    let name = name.get(..name.floor_char_boundary(LONGEST_NAME)).unwrap_or_default().trim();
    if !name.is_empty() {
        thread.name = Some(name.to_owned());
    }
}

/// Adds a row of a thread's stack to its bounds.
pub(super) fn extend_stack(thread: &mut ThreadFacts, range: AddrRange) {
    let touching = |known: &AddrRange| known.end() == range.start() || known.start() == range.end();
    thread.stated_stack = match thread.stated_stack {
        Some(known) if touching(&known) || known.covers(range) => Some(known.hull(range)),
        // A second listing, of another moment: the last one counts.
        _ => Some(range),
    };
}

/// Sets a stack pointer that is one: null and the kernel's are none.
pub(super) fn set_sp(thread: &mut ThreadFacts, sp: Addr) {
    if sp.0 != 0 && sp.0 < 1 << 63 {
        thread.sp = Some(sp);
    }
}
