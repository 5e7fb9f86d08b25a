//! `fragscope triage`: many dumps, a row for each.
//!
//! Inputs are found (`sources`), dealt out to parts (`shard`), read by worker processes (`pool`, `driver`, `child`, `worker`),
//! kept in a journal as they come, and made into outputs at the end. Whatever an input is, and whatever it does to who reads
//! it, it has a row.

mod archive;
mod args;
mod child;
mod digest;
mod driver;
mod feed;
mod file;
mod folder;
mod from_rows;
mod gates;
mod hooks;
mod journal;
mod list;
mod name;
mod obituary;
mod one;
mod outputs;
mod own;
mod pattern;
mod pool;
mod progress;
mod queue;
mod reports;
mod resume;
mod run;
mod sealed;
mod setup;
mod shard;
mod sources;
mod units;
mod walk;
mod wire;
mod worker;

use std::sync::Arc;
use std::sync::atomic::Ordering;

pub use args::{HELP, Triage};
pub use one::known_of;
pub use worker::run as work;

use super::command_line;
use super::failure::Failure;
use super::interrupt::Signals;
use crate::triage::{Gate, Row, Rows, SummaryRun, Triaged};
use crate::units::plural;
use feed::Feed;
use from_rows::Files;
use journal::{Header, Journal, Kept};
use one::Reader;
use outputs::Outputs;
use own::Own;
use resume::Earlier;
use run::Run;
use setup::{Setup, Start};
use sources::Sources;

/// The command that workers are started with; nobody types it.
pub const WORKER: &str = "triage-worker";

/// Runs `triage`.
///
/// # Errors
/// Arguments that do not go together, outputs that cannot be written, and that it was stopped.
pub fn triage(args: &Triage) -> Result<(), Failure> {
    let outputs = Outputs::of(args)?;
    if !args.from_rows.is_empty() {
        return gates::check(&write(args, &outputs, &Files::open(&args.from_rows)?)?.gates);
    }
    let kept = read(args, &outputs)?;
    let found = write(args, &outputs, &kept)?;
    kept.remove();
    found.missing.check(args)?;
    gates::check(&found.gates)
}

/// What the rows of a run say of it.
struct Found {
    gates: Vec<Gate>,
    missing: MissingReports,
}

/// Reports that could not be written fail a run, as outputs do; a disk that is full must not pass unseen.
#[derive(Default)]
struct MissingReports {
    missing: u64,
    read: u64,
}

impl MissingReports {
    fn see(&mut self, row: &Row) {
        self.read += u64::from(row.status.was_read());
        self.missing += u64::from(row.status.was_read() && row.report.is_none());
    }

    fn check(&self, args: &Triage) -> Result<(), Failure> {
        match &args.reports {
            Some(folder) if self.missing > 0 => {
                let of = plural(self.read, "report");
                let said = format!("{} of {of} are missing; `message` of their rows says why", self.missing);
                Err(Failure::File(folder.clone(), said))
            }
            _ => Ok(()),
        }
    }
}

/// Makes outputs of rows, and hands back what was found on the way.
fn write(args: &Triage, outputs: &Outputs, rows: &dyn Rows) -> Result<Found, Failure> {
    let (mut run, mut gates) = (SummaryRun::new(outputs.by()), gates::of(args));
    let mut missing = MissingReports::default();
    let walked = rows.each(&mut |row| {
        run.see(row);
        gates.iter_mut().for_each(|gate| gate.see(row));
        missing.see(row);
        Ok(())
    });
    walked.map_err(|e| Failure::Usage(format!("rows cannot be read back: {e}")))?;
    let mut summary = run.finish();
    summary.gates = gates::found(gates, args.redact);
    let command = command_line::as_typed(args.redact);
    let written = outputs.write(&Triaged { rows, summary: &summary, command: command.as_deref() });
    // Whoever reads the first lines only still has the gates decide.
    written.or_else(|failure| if failure.is_broken_pipe() { Ok(()) } else { Err(failure) })?;
    Ok(Found { gates: summary.gates, missing })
}

/// Reads what is to be read.
fn read(args: &Triage, outputs: &Outputs) -> Result<Kept, Failure> {
    let setup = Setup::of(args, outputs.first()).map_err(Failure::Usage)?;
    if let Some(folder) = &args.reports {
        std::fs::create_dir_all(folder).map_err(|e| Failure::File(folder.clone(), e.to_string()))?;
    }
    let own = Own::of(&args.outputs, args.reports.as_deref());
    let sources = Sources::of(args, own).map_err(Failure::Usage)?;
    let (journal, earlier) = open_journal(args, outputs, &setup)?;
    let reader = Reader::new(setup.clone()).map_err(Failure::Usage)?;
    let run = Arc::new(Run::new(reader, journal));
    let feed = Feed { sources, shard: args.shard, earlier };
    let signal = match args.jobs {
        Some(0) => {
            feed.start(run.clone(), || {});
            pool::read_here(&run);
            None
        }
        jobs => in_processes(args, setup, jobs, feed, &run)?,
    };
    finish(args, outputs, &run, signal)
}

fn open_journal(args: &Triage, outputs: &Outputs, setup: &Setup) -> Result<(Journal, Option<Earlier>), Failure> {
    match outputs.journal() {
        Some(path) => Journal::open(&path, &Header::of(setup), args.resume),
        None => Ok((Journal::temporary()?, None)),
    }
}

fn in_processes(
    args: &Triage,
    setup: Setup,
    jobs: Option<u16>,
    feed: Feed,
    run: &Arc<Run>,
) -> Result<Option<i32>, Failure> {
    let signals = Signals::new().map_err(|e| Failure::Usage(format!("Ctrl-C cannot be listened to: {e}")))?;
    let usual = || std::thread::available_parallelism().map_or(1, usize::from);
    let start = Start { setup, memory_limit: args.memory_limit, parent: std::process::id() };
    let jobs = jobs.map_or_else(usual, usize::from);
    let signal = pool::read(run, feed, &start, jobs, args.timeout, &signals);
    // Writing outputs may take for ever, as into a pipe that nobody reads; the journal is whole.
    signals.let_through();
    Ok(signal)
}

/// The rows, if all is done.
fn finish(args: &Triage, outputs: &Outputs, run: &Run, signal: Option<i32>) -> Result<Kept, Failure> {
    if let Some(failure) = run.failure() {
        return Err(failure);
    }
    let count = |n: &std::sync::atomic::AtomicU64| n.load(Ordering::Relaxed);
    if let Some(signal) = signal {
        let done = count(&run.counts.done);
        let how = match outputs.journal() {
            Some(_) => "the same command with --resume goes on from there",
            None => "nothing of it is kept without -o",
        };
        return Err(Failure::Stopped(format!("stopped after {done} dumps; {how}"), signal));
    }
    outputs::note_links(count(&run.counts.links));
    Ok(run.take_journal()?.finish(!args.unordered))
}
