//! Stops running threads, one at a time, and lets each go on as soon as its registers are read.
//!
//! PTRACE_SEIZE does not stop; PTRACE_INTERRUPT does, without a signal that the process could see. Whatever goes wrong
//! then, the way out is the end of the tracing thread: the kernel then releases what it traced, lets it run (or stay in
//! the group-stop it was in), and delivers the signal that it was about to get (`exit_ptrace`, kernel/ptrace.c). That is
//! why the tracing is done in a thread of its own, why statuses are only looked at (WNOWAIT: a signal whose report was
//! taken away would be lost), and why nothing stays stopped when this program is killed.

use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::Signal;
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::Pid;

use super::registers::{self, Registers};

/// How long one thread is waited for. One that waits for a CPU, or for a disk, does not stop before it has it.
const PATIENCE: Duration = Duration::from_millis(100);
/// How long all threads together are waited for.
const PATIENCE_WITH_ALL: Duration = Duration::from_secs(2);
/// Between polls. To sleep and not to yield: on a busy machine who yields is put behind all others for milliseconds, and
/// the thread may have stopped meanwhile.
const PAUSE: Duration = Duration::from_micros(20);
/// The event of a thread that stopped because it was interrupted, or with its group (include/uapi/linux/ptrace.h).
const PTRACE_EVENT_STOP: i32 = 128;

/// What became of a thread.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Outcome {
    Read(Registers),
    /// It did not stop in time, and went on.
    Late,
    /// It ended.
    Gone,
    /// It may not be traced: no permission, or a debugger has it.
    Refused,
}

/// What became of each thread, in order, and what it cost them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Visits {
    pub outcomes: Vec<Outcome>,
    /// Threads that were stopped.
    pub stopped: u64,
    /// The longest time that any was, at the most.
    pub longest: Duration,
}

/// Visits the threads one after the other.
pub(super) fn all(ids: &[u64]) -> Visits {
    let mut visits = Visits::default();
    let until = Instant::now() + PATIENCE_WITH_ALL;
    while let Some(rest) = ids.get(visits.outcomes.len()..).filter(|rest| !rest.is_empty()) {
        let before = visits.outcomes.len();
        let open = round(rest, until, &mut visits);
        if let Some(since) = open {
            // It was let go when its tracer ended.
            visits.note_stop(since);
        }
        if visits.outcomes.len() == before {
            // No thread could be started: nothing is seen of the rest.
            visits.outcomes.resize(ids.len(), Outcome::Refused);
        }
    }
    visits
}

/// Visits threads until one is left behind in a stop that only the end of its tracer ends. Returns when that one
/// stopped.
fn round(ids: &[u64], until: Instant, visits: &mut Visits) -> Option<Instant> {
    thread::scope(|scope| {
        let work = || ids.iter().find_map(|id| visits.add(one(*id, until)));
        let tracer = thread::Builder::new().name("tracer".into()).spawn_scoped(scope, work).ok()?;
        tracer.join().ok().flatten()
    })
}

/// A visit to one thread.
struct Visit {
    outcome: Outcome,
    /// The last moment at which it was seen not to be stopped yet, if it stopped at all.
    stopped: Option<Instant>,
    /// Whether it is still traced.
    held: bool,
}

impl Visit {
    fn without_stop(outcome: Outcome, held: bool) -> Visit {
        Visit { outcome, stopped: None, held }
    }
}

impl Visits {
    /// Takes note of a visit. Returns when the thread stopped if it is to be released by the end of its tracer.
    fn add(&mut self, visit: Visit) -> Option<Instant> {
        self.outcomes.push(visit.outcome);
        match (visit.stopped, visit.held) {
            (since, true) => Some(since.unwrap_or_else(Instant::now)),
            (Some(since), false) => {
                self.note_stop(since);
                None
            }
            (None, false) => None,
        }
    }

    fn note_stop(&mut self, since: Instant) {
        self.stopped += 1;
        self.longest = self.longest.max(since.elapsed());
    }
}

fn one(id: u64, until: Instant) -> Visit {
    let Ok(thread) = i32::try_from(id).map(Pid::from_raw) else { return Visit::without_stop(Outcome::Gone, false) };
    let now = Instant::now();
    if until < now {
        return Visit::without_stop(Outcome::Late, false);
    }
    match ptrace::seize(thread, Options::empty()) {
        Err(Errno::ESRCH) => return Visit::without_stop(Outcome::Gone, false),
        Err(_) => return Visit::without_stop(Outcome::Refused, false),
        Ok(()) => {}
    }
    if ptrace::interrupt(thread).is_err() {
        return Visit::without_stop(Outcome::Gone, true);
    }
    match wait(thread, now + PATIENCE) {
        Stop::At(since, signal) => {
            let outcome = registers::read(thread).map_or(Outcome::Gone, Outcome::Read);
            let released = signal.is_ok_and(|signal| ptrace::detach(thread, signal).is_ok());
            Visit { outcome, stopped: Some(since), held: !released }
        }
        Stop::Never => Visit::without_stop(Outcome::Late, true),
        Stop::Gone => Visit::without_stop(Outcome::Gone, true),
    }
}

/// How the wait for a stop ended.
enum Stop {
    /// It stopped after this moment; with the signal that it was about to get, if any. One of the real-time signals has
    /// no name here, and must be delivered by the kernel.
    At(Instant, Result<Option<Signal>, Unnamed>),
    Never,
    Gone,
}

struct Unnamed;

fn wait(thread: Pid, until: Instant) -> Stop {
    let flags = WaitPidFlag::WSTOPPED
        | WaitPidFlag::WEXITED
        | WaitPidFlag::WNOWAIT
        | WaitPidFlag::WNOHANG
        | WaitPidFlag::__WALL;
    let mut before = Instant::now();
    loop {
        let now = Instant::now();
        match waitid(Id::Pid(thread), flags) {
            Ok(WaitStatus::StillAlive) if until < now => return Stop::Never,
            Ok(WaitStatus::StillAlive) => thread::sleep(PAUSE),
            Ok(WaitStatus::PtraceEvent(_, _, PTRACE_EVENT_STOP)) => return Stop::At(before, Ok(None)),
            Ok(WaitStatus::PtraceEvent(_, signal, 0)) => return Stop::At(before, Ok(Some(signal))),
            Ok(WaitStatus::PtraceEvent(..)) | Err(Errno::EINVAL) => return Stop::At(before, Err(Unnamed)),
            Err(Errno::EINTR) => {}
            Ok(_) | Err(_) => return Stop::Gone,
        }
        before = now;
    }
}
