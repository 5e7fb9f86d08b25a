//! A worker: reads dumps one after the other, and may die of one without harm to the others.

use std::io::{self, BufReader, StdinLock, Write};

use super::one::Reader;
use super::setup::Start;
use super::wire::{Answer, Job, read_line};
use crate::cli::failure::Failure;
use crate::triage::Row;

/// Bytes read ahead: jobs that were sent ahead come in one piece.
const BUFFER: usize = 64 << 10;
/// A worker retires when it has grown beyond this part of what it may take.
const RETIRES_AT: u64 = 2;

/// Runs until stdin ends.
///
/// # Errors
/// Lines that are no jobs, which the program itself never sends.
pub fn run() -> Result<(), Failure> {
    say_panics_in_one_line();
    let mut jobs = BufReader::with_capacity(BUFFER, io::stdin().lock());
    let mut line = Vec::new();
    let start: Start = next(&mut jobs, &mut line)?.ok_or_else(|| Failure::Usage("no jobs came".into()))?;
    limits::set(&start);
    let limit = start.memory_limit;
    let reader = Reader::new(start.setup).map_err(Failure::Usage)?.in_worker();
    while let Some(job) = next::<Job>(&mut jobs, &mut line)? {
        let mut retire = false;
        let told = reader.read(&job, &mut |answer| {
            retire = answer.end && limits::taken().is_some_and(|taken| taken > limit / RETIRES_AT);
            tell(Answer { retire, ..answer })
        });
        told.map_err(Failure::Stdout)?;
        if retire {
            break;
        }
    }
    Ok(())
}

fn next<T: serde::de::DeserializeOwned>(
    jobs: &mut BufReader<StdinLock<'_>>,
    line: &mut Vec<u8>,
) -> Result<Option<T>, Failure> {
    let there = read_line(jobs, line).map_err(|e| Failure::Usage(format!("jobs cannot be read: {e}")))?;
    let read = there.then(|| serde_json::from_slice(line)).transpose();
    read.map_err(|e| Failure::Usage(format!("this is no job: {e}")))
}

/// In one write: whoever reads sees whole lines.
fn tell(answer: Answer<&Row>) -> io::Result<()> {
    let mut line = serde_json::to_vec(&answer).map_err(io::Error::from)?;
    line.push(b'\n');
    let mut out = io::stdout().lock();
    out.write_all(&line)?;
    out.flush()
}

/// The last line of stderr becomes part of a row.
fn say_panics_in_one_line() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(|place| format!(" at {place}")).unwrap_or_default();
        let said = info.payload_as_str().unwrap_or("without a word");
        let _ = writeln!(io::stderr(), "panicked{place}: {said}");
    }));
}

#[cfg(target_os = "linux")]
mod limits {
    use nix::sys::prctl::set_pdeathsig;
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    use nix::sys::signal::Signal;

    use super::Start;

    /// Takes the memory limit upon itself, and ends with the program that started it, whatever it is doing then.
    pub fn set(start: &Start) {
        let _ = set_pdeathsig(Signal::SIGKILL);
        // It may have ended before that was said.
        if nix::unistd::getppid().as_raw() != i32::try_from(start.parent).unwrap_or(0) {
            std::process::exit(0);
        }
        let (_, most) = getrlimit(Resource::RLIMIT_AS).unwrap_or((u64::MAX, u64::MAX));
        let limit = start.memory_limit.min(most);
        let _ = setrlimit(Resource::RLIMIT_AS, limit, limit);
        // A dump that kills its reader leaves no second dump.
        let _ = setrlimit(Resource::RLIMIT_CORE, 0, 0);
    }

    /// Address space that it takes, in bytes.
    pub fn taken() -> Option<u64> {
        let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
        statm.split(' ').next()?.parse::<u64>().ok()?.checked_mul(4096)
    }
}

#[cfg(not(target_os = "linux"))]
mod limits {
    use super::Start;

    pub fn set(_: &Start) {}

    pub fn taken() -> Option<u64> {
        None
    }
}
