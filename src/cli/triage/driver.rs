//! Keeps one worker busy, hears its answers, and replaces it when it dies.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::value::RawValue;

use super::archive::named;
use super::child::{End, Slot, Worker};
use super::obituary;
use super::queue::Task;
use super::run::Run;
use super::setup::Start;
use super::wire::{Answer, Identity, read_line};
use crate::cli::failure::Failure;
use crate::triage::Row;

/// Jobs that a worker has at a time: while one answer is on its way it reads the next dump.
const AHEAD: usize = 8;

/// One worker's driver.
pub struct Driver<'r> {
    pub run: &'r Run,
    pub slot: &'r Slot,
    pub start: &'r Start,
    /// How long a dump may take.
    pub timeout: Duration,
    worker: Option<Worker>,
    /// What the worker was sent, the one that it reads now in front.
    sent: VecDeque<Task>,
    /// The member of an archive that it reads now.
    member: Option<String>,
    /// Whether it has told rows of the archive that it reads now.
    told: bool,
    /// What a fresh worker reads first.
    next: Option<Task>,
    line: Vec<u8>,
}

impl<'r> Driver<'r> {
    pub fn new(run: &'r Run, slot: &'r Slot, start: &'r Start, timeout: Duration) -> Driver<'r> {
        let sent = VecDeque::with_capacity(AHEAD);
        Driver {
            run,
            slot,
            start,
            timeout,
            worker: None,
            sent,
            member: None,
            told: false,
            next: None,
            line: Vec::new(),
        }
    }

    /// Until nothing is left to be read.
    pub fn work(mut self) {
        while !self.run.is_stopped() {
            if let Err(error) = self.fill() {
                self.run.fail(Failure::Usage(format!(
                    "no process can be started to read dumps ({error}); --jobs 0 needs none"
                )));
                break;
            }
            if self.sent.is_empty() {
                break;
            }
            self.hear();
        }
        if let Some(worker) = self.worker.take() {
            // What it was sent ahead may take it forever, and nobody else watches it any more.
            if self.run.is_stopped() {
                self.slot.kill();
            }
            worker.end(self.slot);
        }
    }

    /// Sends as much as the worker may have, once it has done half of that.
    fn fill(&mut self) -> std::io::Result<()> {
        if self.sent.len() > AHEAD / 2 {
            return Ok(());
        }
        while self.sent.len() < AHEAD {
            let idle = self.sent.is_empty();
            let Some(task) = self.next.take().or_else(|| self.run.queue.take(idle)) else { break };
            if self.worker.is_none() {
                self.worker = Some(Worker::start(self.slot, self.start)?);
            }
            if idle {
                self.slot.allow(Some(self.timeout));
            }
            if let Some(worker) = &mut self.worker {
                worker.send(&task);
            }
            self.sent.push_back(task);
        }
        if let Some(worker) = &mut self.worker {
            worker.flush();
        }
        Ok(())
    }

    /// Takes one answer, or learns that there will be none.
    fn hear(&mut self) {
        let Some(worker) = &mut self.worker else { return };
        let there = read_line(&mut worker.answers, &mut self.line).unwrap_or(false);
        let line = std::mem::take(&mut self.line);
        match there.then(|| serde_json::from_slice::<Answer<&RawValue>>(&line)) {
            Some(Ok(answer)) => self.take(answer),
            // Half a line, or none: it died of what it was reading.
            None => self.bury(),
            Some(Err(_)) => {
                self.slot.kill();
                self.bury();
            }
        }
        self.line = line;
    }

    fn take(&mut self, answer: Answer<&RawValue>) {
        let Some(task) = self.sent.front_mut() else { return };
        if answer.row.is_some() || answer.end {
            self.run.keep(task, answer.identity, answer.row, answer.end);
            self.run.count_failed(answer.failed);
        }
        if answer.row.is_some() {
            task.done += 1;
            self.told = true;
        }
        self.member = answer.begin;
        if answer.end {
            self.told = false;
            self.sent.pop_front();
            self.worker.iter_mut().for_each(|worker| worker.read += 1);
        }
        let busy = !self.sent.is_empty();
        self.slot.allow(busy.then_some(self.timeout));
        if answer.retire {
            self.dismiss();
        }
    }

    /// Ends the worker; what it was sent and has not read is for the others.
    fn dismiss(&mut self) -> Option<End> {
        let worker = self.worker.take()?;
        let end = worker.end(self.slot);
        self.run.queue.give_back(self.sent.drain(..));
        Some(end)
    }

    /// The worker died: its dump has a row that says so, unless it may have died of another that it read before.
    fn bury(&mut self) {
        let fresh = self.worker.as_ref().is_some_and(|worker| worker.read == 0) && !std::mem::take(&mut self.told);
        let member = self.member.take();
        let task = self.sent.pop_front();
        let (Some(end), Some(mut task)) = (self.dismiss(), task) else { return };
        if self.run.is_stopped() {
            return;
        }
        if !fresh && !end.overdue {
            self.next = Some(task);
            return;
        }
        let (status, sentence) = obituary::of(&end, self.timeout, self.start.memory_limit);
        let identity = Identity::now(&task.name.path());
        let file = named(&task.name.shown(), member.as_deref().unwrap_or_default());
        let row = self.run.reader.row(file, status, sentence);
        let Some(member) = member else {
            let row = Row { size: identity.size, mtime_ms: identity.mtime_ms(), ..row };
            return self.run.keep_row(&task, identity, &row, true);
        };
        // Behind a member there may be others.
        self.run.keep_closed(&task, identity, &row, &member);
        task.done += 1;
        task.closed.push(member);
        self.next = Some(task);
    }
}
