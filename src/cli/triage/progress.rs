//! How far a run is, as one line of a terminal; nothing in logs.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::run::Run;

/// Between two drawings.
const EVERY: Duration = Duration::from_millis(200);

/// The line.
pub struct Progress<'r> {
    run: &'r Run,
    begun: Instant,
    drawn: Option<Instant>,
    shown: bool,
}

impl<'r> Progress<'r> {
    /// A line for a run that begins now.
    pub fn new(run: &'r Run) -> Progress<'r> {
        Progress { run, begun: Instant::now(), drawn: None, shown: io::stderr().is_terminal() }
    }

    /// Draws it anew, unless that was done just now.
    pub fn draw(&mut self) {
        let now = Instant::now();
        let due = self.drawn.unwrap_or(self.begun) + EVERY;
        if self.shown && due <= now {
            self.drawn = Some(now);
            let line = line(self.run, now.duration_since(self.begun));
            let _ = write!(io::stderr(), "\r\x1b[K{line}");
        }
    }

    /// Takes it away.
    pub fn clear(&self) {
        if self.drawn.is_some() {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

fn line(run: &Run, elapsed: Duration) -> String {
    let count = |n: &std::sync::atomic::AtomicU64| n.load(Ordering::Relaxed);
    let (done, found, failed) = (count(&run.counts.done), count(&run.counts.found), count(&run.counts.failed));
    let earlier = count(&run.counts.earlier);
    let all = run.counts.all_found.load(Ordering::Relaxed);
    let rate = done.saturating_sub(earlier) as f64 / elapsed.as_secs_f64().max(0.001);
    let of = if all { format!("of {found}") } else { format!("of {found} or more") };
    let left = (all && rate > 0.0).then(|| (found.saturating_sub(done)) as f64 / rate);
    let left = left.map(|seconds| format!(", {} left", clock(seconds))).unwrap_or_default();
    let failed = if failed == 0 { String::new() } else { format!(", {failed} without figures") };
    format!("{done} {of} dumps, {rate:.0} a second{left}{failed}")
}

/// Hours, minutes and seconds.
fn clock(seconds: f64) -> String {
    let whole = Duration::try_from_secs_f64(seconds.ceil()).map_or(u64::MAX, |time| time.as_secs());
    match whole {
        0..60 => format!("{whole} s"),
        60..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
        3600..360_000 => format!("{} h {:02} min", whole / 3600, whole % 3600 / 60),
        _ => "days".into(),
    }
}
