//! Runs the workers, and watches over time and Ctrl-C meanwhile.

use std::io::{self, Write};
use std::sync::{Arc, RwLock, mpsc};
use std::thread::Builder;
use std::time::{Duration, Instant};

use super::child::Slot;
use super::driver::Driver;
use super::feed::Feed;
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

/// Bytes that must be free before a thread is started, whose stack takes 2 MiB. So many that glibc asks the system for them
/// each time (DEFAULT_MMAP_THRESHOLD_MAX is 32 MiB).
const ROOM: usize = 40 << 20;

/// Reads all that the run is fed with, in so many processes, or in as many as there is room for.
///
/// Threads are started one after the other, and none does anything before all are there: who allocates while the last
/// room is taken can only abort.
///
/// Returns the number of the signal that stopped it, if one did.
pub fn read(
    run: &Arc<Run>,
    feed: Feed,
    start: &Start,
    jobs: usize,
    timeout: Duration,
    signals: &Signals,
) -> Option<i32> {
    let slots: Vec<Slot> = (0..jobs).map(|_| Slot::default()).collect();
    let all_started = Arc::new(RwLock::new(()));
    let starting = all_started.write();
    let gate = all_started.clone();
    feed.start(run.clone(), move || drop(gate.read()));
    std::thread::scope(|scope| {
        let start_driver = |slot| {
            let (begun, has_begun) = mpsc::channel::<()>();
            let gate = &all_started;
            let work = move || {
                let driver = Driver::new(run, slot, start, timeout);
                drop(begun);
                drop(gate.read());
                driver.work();
            };
            let spawned = room_for_thread().and_then(|()| Builder::new().spawn_scoped(scope, work));
            // Hung up once the thread has all that it needs, or failed: the next one finds what is left then.
            let _ = has_begun.recv();
            spawned
        };
        let mut failed = None;
        let started_one = |slot| start_driver(slot).map_err(|error| failed = Some(error)).ok();
        let drivers: Vec<_> = slots.iter().map_while(started_one).collect();
        match failed {
            Some(error) if drivers.is_empty() => run.fail(no_thread(&error)),
            Some(_) => note_fewer(drivers.len(), jobs),
            None => {}
        }
        drop(starting);
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

/// Says that a run has fewer workers than it was told to have.
fn note_fewer(started: usize, jobs: usize) {
    let _ = writeln!(io::stderr(), "fragscope: there is room for {started} of {jobs} --jobs only");
}

/// Whether a thread can be started, and allocate what it needs, with some left over.
fn room_for_thread() -> io::Result<()> {
    let mut room: Vec<u8> = Vec::new();
    room.try_reserve_exact(ROOM).map_err(|_| io::ErrorKind::OutOfMemory)?;
    // Without a use it would not be asked for.
    std::hint::black_box(room);
    Ok(())
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
