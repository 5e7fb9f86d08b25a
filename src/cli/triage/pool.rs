//! Runs the workers, and watches over time and Ctrl-C meanwhile.

use std::io;
use std::sync::Arc;
use std::thread::Builder;
use std::time::{Duration, Instant};

use super::child::Slot;
use super::driver::Driver;
use super::progress::Progress;
use super::queue::Task;
use super::run::Run;
use super::setup::Start;
use super::wire::Answer;
use crate::cli::failure::Failure;
use crate::cli::interrupt::Signals;
use crate::triage::Row;

/// How often is looked, at most.
const TICK: Duration = Duration::from_millis(50);

/// Reads all that the run is fed with, in so many processes.
///
/// Returns the number of the signal that stopped it, if one did.
pub fn read(run: &Arc<Run>, start: &Start, jobs: usize, timeout: Duration, signals: &Signals) -> Option<i32> {
    let slots: Vec<Slot> = (0..jobs).map(|_| Slot::default()).collect();
    std::thread::scope(|scope| {
        let drivers: Vec<_> = slots
            .iter()
            .map_while(|slot| {
                let work = move || Driver::new(run, slot, start, timeout).work();
                let spawned = Builder::new().spawn_scoped(scope, work);
                spawned.map_err(|e| run.fail(no_thread(&e))).ok()
            })
            .collect();
        let begun = Instant::now();
        let mut progress = Progress::new(run);
        let mut caught = None;
        while drivers.iter().any(|driver| !driver.is_finished()) {
            // A short run is not to wait for the end of a long tick.
            let tick = (begun.elapsed() / 16).clamp(Duration::from_millis(1), TICK);
            if signals.within(tick) {
                caught = signals.caught().or(caught);
                run.stop();
            }
            let now = Instant::now();
            slots.iter().for_each(|slot| if run.is_stopped() { slot.shut() } else { slot.watch(now) });
            progress.draw();
        }
        progress.clear();
        caught
    })
}

/// What is said where the system gives no more threads.
pub fn no_thread(error: &io::Error) -> Failure {
    Failure::Usage(format!("no thread can be started to read dumps ({error}); fewer --jobs need fewer"))
}

/// The same in this process, one after the other and without protection.
pub fn read_here(run: &Run) {
    let mut progress = Progress::new(run);
    while let Some(mut task) = run.queue.take(true).filter(|_| !run.is_stopped()) {
        let job = task.job();
        // What goes wrong with the journal ends the run.
        let _ = run.reader.read(&job, &mut |answer| {
            take(run, &mut task, answer);
            Ok(())
        });
        progress.draw();
    }
    progress.clear();
}

fn take(run: &Run, task: &mut Task, answer: Answer<&Row>) {
    match answer.row {
        Some(row) => {
            run.keep_row(task, answer.identity, row, answer.end);
            task.done += 1;
        }
        None if answer.end => run.keep(task, answer.identity, None, true),
        None => {}
    }
}
