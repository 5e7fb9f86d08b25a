//! One worker as a process: its start, its lines, its end.

use std::io::{self, BufReader, BufWriter, Read, Write};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::queue::Task;
use super::setup::Start;

/// The place of one worker, where it is watched from outside of the thread that works with it.
#[derive(Default)]
pub struct Slot {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    child: Option<Child>,
    /// When what it reads now must be done.
    deadline: Option<Instant>,
    /// Whether it was ended because that had passed.
    overdue: bool,
    /// No process starts here any more.
    shut: bool,
}

impl Slot {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on, so long; `None` if there is nothing to be done.
    pub fn allow(&self, time: Option<Duration>) {
        self.lock().deadline = time.map(|time| Instant::now() + time);
    }

    /// Ends its process if that is overdue.
    pub fn watch(&self, now: Instant) {
        let mut state = self.lock();
        if state.deadline.is_some_and(|deadline| deadline <= now) {
            state.deadline = None;
            state.overdue = true;
            state.child.as_mut().map(Child::kill);
        }
    }

    /// Ends its process, and starts no other.
    pub fn shut(&self) {
        let mut state = self.lock();
        state.shut = true;
        state.child.as_mut().map(Child::kill);
    }

    /// Ends its process, which does not do as it should.
    pub fn kill(&self) {
        self.lock().child.as_mut().map(Child::kill);
    }

    fn put(&self, mut child: Child) {
        let mut state = self.lock();
        if state.shut {
            let _ = child.kill();
        }
        *state = State { child: Some(child), deadline: None, overdue: false, shut: state.shut };
    }

    /// Its process for its last moments, and whether it was overdue. Nobody else ends it any more.
    fn take(&self) -> (Option<Child>, bool) {
        let mut state = self.lock();
        state.deadline = None;
        (state.child.take(), state.overdue)
    }
}

/// A worker as its thread sees it.
pub struct Worker {
    jobs: BufWriter<ChildStdin>,
    pub answers: BufReader<ChildStdout>,
    complaints: ChildStderr,
    /// How many inputs it has read.
    pub read: u64,
}

/// How a worker ended.
pub struct End {
    pub status: Option<ExitStatus>,
    pub overdue: bool,
    /// What it wrote to stderr.
    pub complaints: Vec<u8>,
}

/// Most bytes of stderr that are kept.
const COMPLAINTS: u64 = 64 << 10;
const BUFFER: usize = 64 << 10;

impl Worker {
    /// Starts one at this place.
    ///
    /// # Errors
    /// The system's refusal.
    pub fn start(slot: &Slot, start: &Start) -> io::Result<Worker> {
        let mut child = itself()?
            .arg(super::WORKER)
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        slot.put(child);
        let (Some(stdin), Some(stdout), Some(complaints)) = pipes else { return Err(io::Error::other("no pipes")) };
        let mut jobs = BufWriter::with_capacity(BUFFER, stdin);
        serde_json::to_writer(&mut jobs, start)?;
        jobs.write_all(b"\n")?;
        Ok(Worker { jobs, answers: BufReader::with_capacity(BUFFER, stdout), complaints, read: 0 })
    }

    /// Sends a job; it arrives with [`flush`](Self::flush). What goes wrong shows when answers are read.
    pub fn send(&mut self, task: &Task) {
        let job = task.job();
        let _ = serde_json::to_writer(&mut self.jobs, &job);
        let _ = self.jobs.write_all(b"\n");
    }

    pub fn flush(&mut self) {
        let _ = self.jobs.flush();
    }

    /// Ends it, and tells how it ended.
    pub fn end(self, slot: &Slot) -> End {
        let (child, overdue) = slot.take();
        let Worker { jobs, answers, complaints, .. } = self;
        // Its stdin ends with this; whatever is left in the buffer is for nobody.
        drop(jobs.into_parts());
        let status = child.and_then(gone);
        drop(answers);
        let mut said = Vec::new();
        let _ = complaints.take(COMPLAINTS).read_to_end(&mut said);
        End { status, overdue, complaints: said }
    }
}

/// Longest time that a worker has for its last moments, when it has nothing left to do.
const LAST_MOMENTS: Duration = Duration::from_secs(5);

/// How it ended. One that was halted would never end by itself, and nobody else watches over it any more.
fn gone(mut child: Child) -> Option<ExitStatus> {
    let begun = Instant::now();
    let mut pause = Duration::from_micros(50);
    while begun.elapsed() < LAST_MOMENTS {
        if let Some(status) = child.try_wait().ok()? {
            return Some(status);
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
    let _ = child.kill();
    child.wait().ok()
}

/// This program, also if its file was replaced meanwhile.
fn itself() -> io::Result<Command> {
    if cfg!(target_os = "linux") && std::fs::metadata("/proc/self/exe").is_ok() {
        return Ok(Command::new("/proc/self/exe"));
    }
    std::env::current_exe().map(Command::new)
}
