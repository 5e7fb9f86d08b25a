//! Finds inputs, and passes on those that are still to be read.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::name::Name;
use super::pool::no_thread;
use super::queue::Task;
use super::resume::{Done, Earlier};
use super::run::Run;
use super::shard::Shard;
use super::sources::{Found, Sources};
use super::wire::Identity;
use crate::cli::failure::Failure;

/// What is fed to a run.
pub struct Feed {
    pub sources: Sources,
    pub shard: Option<Shard>,
    pub earlier: Option<Earlier>,
}

impl Feed {
    /// Feeds a run in a thread of its own: a list on stdin may come slowly, and nobody is to wait for it but who has nothing
    /// else to do. It begins once `wait` is over.
    pub fn start(self, run: Arc<Run>, wait: impl FnOnce() + Send + 'static) {
        let of_thread = run.clone();
        let spawned = std::thread::Builder::new().spawn(move || {
            wait();
            let fed = self.feed(&of_thread);
            of_thread.counts.all_found.store(true, Ordering::Relaxed);
            of_thread.queue.close();
            if let Err(failure) = fed {
                of_thread.fail(failure);
            }
        });
        if let Err(error) = spawned {
            run.fail(no_thread(&error));
        }
    }

    fn feed(mut self, run: &Run) -> Result<(), Failure> {
        let first_group = run.journal().first_group;
        let mut input = 0u32;
        while let Some(found) = self.sources.next() {
            let name = Name::of(found.path());
            if self.shard.is_some_and(|shard| !shard.takes(&name.bytes())) {
                continue;
            }
            let group = first_group.checked_add(input).filter(|_| !run.is_stopped());
            let Some(group) = group else { break };
            run.counts.found.fetch_add(1, Ordering::Relaxed);
            let task = Task { input, group, name, done: 0, closed: Vec::new() };
            self.pass_on(found, task, run)?;
            input += 1;
        }
        run.counts.links.store(self.sources.links(), Ordering::Relaxed);
        Ok(())
    }

    fn pass_on(&mut self, found: Found, mut task: Task, run: &Run) -> Result<(), Failure> {
        if let Some(done) = self.done_earlier(&task, run)? {
            task.group = done.group;
            task.done = u32::try_from(done.rows.len()).unwrap_or(u32::MAX);
            task.closed = done.closed;
            let mut journal = run.journal();
            done.rows.into_iter().for_each(|place| journal.adopt(place));
            if done.complete {
                run.counts.earlier.fetch_add(1, Ordering::Relaxed);
                run.counts.done.fetch_add(1, Ordering::Relaxed);
                return Ok(());
            }
        }
        match found {
            Found::Input(_) => drop(run.queue.put(task)),
            Found::Refused(_, sentence) => run.refuse(&task, sentence),
        }
        Ok(())
    }

    fn done_earlier(&mut self, task: &Task, run: &Run) -> Result<Option<Done>, Failure> {
        let Some(earlier) = &mut self.earlier else { return Ok(None) };
        let identity = Identity::now(&task.name.path());
        let journal = run.journal();
        let done = earlier.take(journal.file(), task.input, &task.name, identity);
        done.map_err(|e| Failure::Usage(format!("the journal cannot be read: {e}")))
    }
}
