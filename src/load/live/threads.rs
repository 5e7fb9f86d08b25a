//! The threads with their stack pointers: of those that wait, by /proc; of those that run, by a short stop.

use std::time::Duration;

use super::process::{Process, whom_to_be};
use super::registers::{self, Registers};
use super::tasks::{self, MAX_THREADS, Task, Waits};
use super::visit::{self, Outcome, Visits};
use crate::load::Detail;
use crate::load::facts::{Facts, ThreadFacts};

/// States the threads. Those whose stack pointers cannot be had are there without.
pub(super) fn read(process: &Process, facts: &mut Facts, detail: Detail) {
    let mut tasks = tasks::list(process);
    if tasks.len() >= MAX_THREADS {
        let message = format!("only the first {MAX_THREADS} threads are read");
        facts.diagnostics.warn("too-many-threads", message, None);
    }
    let may_stop = may_stop(process, facts, detail);
    let visits = if may_stop { stop_running(process, facts, &mut tasks) } else { Visits::default() };
    report_missing(process, facts, &tasks, detail);
    note(facts, &tasks, &visits);
    facts.threads = tasks.into_iter().map(thread_facts).collect();
}

fn thread_facts(task: Task) -> ThreadFacts {
    let registers = task.registers();
    ThreadFacts {
        id: task.id,
        own_id: task.own_id,
        name: task.name,
        sp: registers.map(|r| r.sp),
        pc: registers.map(|r| r.pc),
        tls: registers.and_then(|r| r.tls),
        ..ThreadFacts::default()
    }
}

impl Task {
    fn registers(&self) -> Option<Registers> {
        match self.waits {
            Waits::Yes(registers) => Some(registers),
            Waits::No | Waits::Forbidden | Waits::Unknown => None,
        }
    }
}

fn may_stop(process: &Process, facts: &mut Facts, detail: Detail) -> bool {
    if detail == Detail::NoStop {
        return false;
    }
    if !process.is_of_own_namespace() {
        let message = "/proc here shows another PID namespace than this program's, so its numbers name no thread that \
                       could be stopped; running threads have no stack pointers";
        facts.diagnostics.warn("other-namespace", message, None);
        return false;
    }
    registers::can_read(facts.width)
}

/// Stops those that run, and asks once more for those that were not caught: they may wait by now.
fn stop_running(process: &Process, facts: &mut Facts, tasks: &mut [Task]) -> Visits {
    let running: Vec<u64> = tasks.iter().filter(|task| task.waits == Waits::No).map(|task| task.id).collect();
    let visits = visit::all(&running);
    let outcomes = tasks.iter_mut().filter(|task| task.waits == Waits::No).zip(&visits.outcomes);
    for (task, outcome) in outcomes {
        task.waits = match outcome {
            Outcome::Read(registers) => Waits::Yes(*registers),
            Outcome::Gone => Waits::Unknown,
            Outcome::Late | Outcome::Refused => tasks::waits(&process.path("task").join(task.id.to_string())),
        };
    }
    if visits.outcomes.contains(&Outcome::Refused) {
        let message =
            format!("running threads may not be stopped, or a debugger has them; {}", whom_to_be(process.pid));
        facts.diagnostics.info("no-ptrace", message, None);
    }
    visits
}

fn report_missing(process: &Process, facts: &mut Facts, tasks: &[Task], detail: Detail) {
    let count = |waits: Waits| tasks.iter().filter(|task| task.waits == waits).count();
    if count(Waits::Forbidden) > 0 {
        facts.diagnostics.warn("no-registers", forbidden(process.pid), None);
    }
    let running = count(Waits::No);
    if running > 0 {
        let why = match detail {
            Detail::NoStop => "--no-stop leaves them alone",
            _ => "they could not be stopped within their time",
        };
        let message =
            format!("{running} of {} threads were running and have no stack pointer here: {why}", tasks.len());
        facts.diagnostics.info("running-threads", message, None);
    }
}

/// Yama's `ptrace_scope` is the usual reason on Debian's and Ubuntu's derivatives.
fn forbidden(pid: u64) -> String {
    let scope = std::fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope").ok();
    let why = match scope.as_deref().map(str::trim) {
        Some("1") => {
            "kernel.yama.ptrace_scope is 1, which lets a process be traced by its ancestors only: \
             `sudo sysctl kernel.yama.ptrace_scope=0` lifts that until the next start"
        }
        Some("2") => "kernel.yama.ptrace_scope is 2, which lets nobody but administrators trace",
        Some("3") => "kernel.yama.ptrace_scope is 3, which lets nobody trace until the next start",
        _ => "the process is another's, or has more rights than you",
    };
    format!("stack pointers of its threads may not be read: {why}; or {}", whom_to_be(pid))
}

/// What looking cost the process.
fn note(facts: &mut Facts, tasks: &[Task], visits: &Visits) {
    let threads = if tasks.len() == 1 { "1 thread".into() } else { format!("{} threads", tasks.len()) };
    let sentence = match visits.stopped {
        0 => format!("{threads}; none was stopped to be looked at"),
        1 => format!("{threads}; one that ran was stopped to read its registers, for {}", in_words(visits.longest)),
        stopped => format!(
            "{threads}; {stopped} that ran were stopped to read their registers, one at a time, none for more than {}",
            in_words(visits.longest)
        ),
    };
    facts.evidence_notes.push(sentence);
}

/// `0.14 ms`.
fn in_words(time: Duration) -> String {
    let hundredths = time.as_micros().div_ceil(10);
    format!("{}.{:02} ms", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_rounded_up() {
        assert_eq!(in_words(Duration::from_micros(141)), "0.15 ms");
        assert_eq!(in_words(Duration::from_millis(12)), "12.00 ms");
    }
}
