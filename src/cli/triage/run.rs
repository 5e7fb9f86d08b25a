//! What all threads of a run share: the way in, the way out, and whether it is to end.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::value::{RawValue, to_raw_value};

use super::journal::{Journal, Line};
use super::one::Reader;
use super::queue::{Queue, Task};
use super::wire::Identity;
use crate::cli::failure::Failure;
use crate::triage::{Row, Status};

/// A run.
pub struct Run {
    /// Makes rows of what has none.
    pub reader: Reader,
    /// Inputs that wait.
    pub queue: Queue,
    /// How far it is.
    pub counts: Counts,
    journal: Mutex<Journal>,
    failure: Mutex<Option<Failure>>,
    stopped: AtomicBool,
}

/// How far a run is.
#[derive(Default)]
pub struct Counts {
    /// Inputs found so far.
    pub found: AtomicU64,
    /// Whether these are all.
    pub all_found: AtomicBool,
    /// Inputs that are done.
    pub done: AtomicU64,
    /// Of these, those that an earlier run had done.
    pub earlier: AtomicU64,
    /// Rows without figures.
    pub failed: AtomicU64,
    /// Links to folders, which are not followed.
    pub links: AtomicU64,
}

impl Run {
    pub fn new(reader: Reader, journal: Journal) -> Run {
        Run {
            reader,
            queue: Queue::default(),
            counts: Counts::default(),
            journal: Mutex::new(journal),
            failure: Mutex::new(None),
            stopped: AtomicBool::new(false),
        }
    }

    /// Keeps a row of an input, or that there are no more.
    pub fn keep(&self, task: &Task, identity: Identity, row: Option<&RawValue>, end: bool) {
        self.keep_line(Line { row, end, ..line_of(task, identity) }, task.input);
    }

    /// Keeps the row of a member of which a worker died.
    pub fn keep_closed(&self, task: &Task, identity: Identity, row: &Row, member: &str) {
        self.count_failed(true);
        match to_raw_value(row) {
            Ok(raw) => {
                let closed = Some(member.to_owned());
                self.keep_line(Line { row: Some(&raw), closed, ..line_of(task, identity) }, task.input);
            }
            Err(error) => self.fail(unwritable(&error)),
        }
    }

    fn keep_line(&self, line: Line<&RawValue>, input: u32) {
        let kept = self.journal().add(input, &line);
        if line.end {
            self.counts.done.fetch_add(1, Ordering::Relaxed);
        }
        if let Err(failure) = kept {
            self.fail(failure);
        }
    }

    /// Keeps a row that this process made.
    pub fn keep_row(&self, task: &Task, identity: Identity, row: &Row, end: bool) {
        self.count_failed(!row.status.was_read());
        match to_raw_value(row) {
            Ok(raw) => self.keep(task, identity, Some(&raw), end),
            Err(error) => self.fail(unwritable(&error)),
        }
    }

    /// Keeps a row that says why there are no figures.
    pub fn refuse(&self, task: &Task, sentence: String) {
        let row = self.reader.row(task.name.shown(), Status::Unreadable, sentence);
        self.keep_row(task, Identity::default(), &row, true);
    }

    /// Counts a row of a worker, if it has no figures.
    pub fn count_failed(&self, failed: bool) {
        self.counts.failed.fetch_add(u64::from(failed), Ordering::Relaxed);
    }

    /// The journal, once nobody adds to it any more.
    pub fn take_journal(&self) -> Result<Journal, Failure> {
        let empty = Journal::temporary()?;
        Ok(std::mem::replace(&mut *self.journal(), empty))
    }

    pub fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the run for a reason that no row can tell.
    pub fn fail(&self, failure: Failure) {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(failure);
        self.stop();
    }

    /// Ends the run.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
        self.queue.abandon();
    }

    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// Why it ended, if not because all is done.
    pub fn failure(&self) -> Option<Failure> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A line about an input that says nothing yet.
fn line_of(task: &Task, identity: Identity) -> Line<&'static RawValue> {
    let Task { group, done, name, .. } = task;
    Line { group: *group, member: *done, name: name.clone(), identity, end: false, closed: None, row: None }
}

fn unwritable(error: &serde_json::Error) -> Failure {
    Failure::Usage(format!("a row cannot be written: {error}"))
}
