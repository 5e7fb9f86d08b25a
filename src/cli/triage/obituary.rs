//! Of what a worker died.

use std::process::ExitStatus;
use std::time::Duration;

use super::child::End;
use crate::report::escape::shortened;
use crate::triage::Status;
use crate::units::Bytes;

/// Longest part of stderr that is quoted, in letters.
const QUOTED: usize = 200;

/// The status of the dump that it was reading, and a sentence.
pub fn of(end: &End, timeout: Duration, memory_limit: u64) -> (Status, String) {
    if end.overdue {
        return (
            Status::Timeout,
            format!("reading it took longer than {} s; --timeout allows more", timeout.as_secs_f64()),
        );
    }
    let said = String::from_utf8_lossy(&end.complaints);
    if said.contains("memory allocation of") || end.status.is_some_and(was_killed) {
        let limit = Bytes(memory_limit);
        return (
            Status::OutOfMemory,
            format!("reading it took more memory than the {limit} allowed; --memory-limit allows more"),
        );
    }
    let how = end.status.map_or("in an unknown way".to_owned(), how);
    let last = said.lines().map(str::trim).rfind(|line| !line.is_empty());
    let last = last.map(|line| format!(": {}", shortened(line, QUOTED))).unwrap_or_default();
    (Status::Crashed, format!("the process that read it ended {how}{last}"))
}

/// Whether the system ended it for want of memory: nobody else kills.
#[cfg(unix)]
fn was_killed(status: ExitStatus) -> bool {
    const SIGKILL: i32 = 9;
    std::os::unix::process::ExitStatusExt::signal(&status) == Some(SIGKILL)
}

#[cfg(not(unix))]
fn was_killed(_: ExitStatus) -> bool {
    false
}

#[cfg(unix)]
fn how(status: ExitStatus) -> String {
    match (std::os::unix::process::ExitStatusExt::signal(&status), status.code()) {
        (Some(signal), _) => format!("by {}", name_of(signal)),
        (None, Some(code)) => format!("with exit code {code}"),
        (None, None) => "in an unknown way".into(),
    }
}

#[cfg(not(unix))]
fn how(status: ExitStatus) -> String {
    status.to_string()
}

#[cfg(target_os = "linux")]
fn name_of(signal: i32) -> String {
    nix::sys::signal::Signal::try_from(signal)
        .map_or_else(|_| format!("signal {signal}"), |known| known.as_str().into())
}

#[cfg(all(unix, not(target_os = "linux")))]
fn name_of(signal: i32) -> String {
    format!("signal {signal}")
}
