//! Inputs that wait to be read: few, however many there are.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::name::Name;
use super::wire::Job;

/// An input on its way to a worker.
#[derive(Clone, Debug)]
pub struct Task {
    /// Its position among all.
    pub input: u32,
    /// Number of its lines in the journal.
    pub group: u32,
    /// Its name.
    pub name: Name,
    /// How many rows it has already.
    pub done: u32,
    /// Archives in it of which a worker died: see [`Job::closed`](Job::closed).
    pub closed: Vec<String>,
}

impl Task {
    /// What is asked of who reads it.
    pub fn job(&self) -> Job {
        Job { name: self.name.clone(), skip: self.done, closed: self.closed.clone() }
    }
}

/// How many wait at most.
const ROOM: usize = 256;

/// A queue between who finds inputs and who reads them.
#[derive(Default)]
pub struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    tasks: VecDeque<Task>,
    closed: bool,
}

impl Queue {
    /// Adds one at the end, and waits while there is no room. Returns whether more are wanted.
    pub fn put(&self, task: Task) -> bool {
        let mut state = self.lock();
        while state.tasks.len() >= ROOM && !state.closed {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if !state.closed {
            state.tasks.push_back(task);
            self.changed.notify_all();
        }
        !state.closed
    }

    /// Gives some back, which are next then.
    pub fn give_back(&self, tasks: impl DoubleEndedIterator<Item = Task>) {
        let mut state = self.lock();
        tasks.rev().for_each(|task| state.tasks.push_front(task));
        self.changed.notify_all();
    }

    /// The next one. Without `wait`, also `None` if there is none now; with it, only if there are no more.
    pub fn take(&self, wait: bool) -> Option<Task> {
        let mut state = self.lock();
        while wait && state.tasks.is_empty() && !state.closed {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let task = state.tasks.pop_front();
        if task.is_some() && state.tasks.len() + 1 == ROOM {
            self.changed.notify_all();
        }
        task
    }

    /// No more come.
    pub fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// Nobody wants those that wait.
    pub fn abandon(&self) {
        self.lock().tasks.clear();
        self.close();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
