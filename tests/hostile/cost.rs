//! What an input costs: CPU time of this thread and the peak of its allocations, so that tests that run beside it do
//! not count.

use std::fs;
use std::time::{Duration, Instant};

/// CPU time and peak memory.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    pub time: Duration,
    /// Bytes allocated at one time, without those of C libraries.
    pub memory: u64,
}

/// Runs `work` and tells what it cost.
pub fn measure<T>(work: impl FnOnce() -> T) -> (T, Cost) {
    let before = thread_time();
    let clock = Instant::now();
    let mut result = None;
    let memory = allocation_counter::measure(|| result = Some(work())).bytes_max;
    let elapsed = match (before, thread_time()) {
        (Some(before), Some(after)) => after.saturating_sub(before),
        _ => clock.elapsed(),
    };
    (result.expect("the work was done"), Cost { time: elapsed, memory })
}

/// CPU time of this thread, from the scheduler's statistics (Linux `Documentation/scheduler/sched-stats.rst`).
fn thread_time() -> Option<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}
