//! `fragscope live`, and `pid:1234` in place of a dump.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::args::{Input, Live, Report};
use super::commands;
use super::failure::Failure;
use super::watch;
use crate::analyze::Condition;
use crate::load::Detail;

pub const HELP: &str = "\
Examples:
  fragscope live 1234 --need 64M                           would 64 MiB fit now?
  fragscope live 1234 --watch 5 --log figures.jsonl        look every 5 seconds
  fragscope live 1234 --until 'largest < 64M' -o report.txt   wait, then report
  fragscope map pid:1234                                   any other command takes pid:PID

Nothing in the process is changed, and it is not stopped as a whole: threads that run are stopped one at a time, for
the moment that reading their registers takes; --no-stop leaves even them alone.
A condition compares largest, free, vma_count, gaps or fragmentation (percent) with <, <=, >, >=, == or != to a number;
&&, ||, ! and parentheses join several.";

/// How the name of a running process begins.
const PREFIX: &str = "pid:";

/// The process that stands in place of a dump, as `pid:1234`. A file of that name is `./pid:1234`.
pub fn pid_of(dump: &Path) -> Option<u64> {
    let digits = dump.to_str()?.strip_prefix(PREFIX)?;
    let number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    number.then(|| digits.parse().ok())?
}

/// Reads the number of a process.
///
/// # Errors
/// A sentence that names what is accepted.
pub fn parse_pid(text: &str) -> Result<u64, String> {
    let digits = text.strip_prefix(PREFIX).unwrap_or(text);
    let number = digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten();
    number.ok_or_else(|| format!("`{text}` is no process number; `pgrep -l NAME` lists them"))
}

/// Reads a number of seconds, from 0.1 to a day.
///
/// # Errors
/// A sentence that names what is accepted.
pub fn parse_seconds(text: &str) -> Result<Duration, String> {
    let seconds: Option<f64> = text.trim().parse().ok().filter(|s| (0.1..=86_400.0).contains(s));
    seconds.map(Duration::from_secs_f64).ok_or_else(|| format!("`{text}` is no number of seconds from 0.1 to 86400"))
}

/// Reads a condition.
///
/// # Errors
/// A sentence, and a mark below the character where something else was expected.
pub fn parse_condition(text: &str) -> Result<Condition, String> {
    Condition::parse(text).map_err(|e| e.to_string())
}

/// How closely the process is looked at for a report.
pub fn detail(no_stop: bool) -> Detail {
    if no_stop { Detail::NoStop } else { Detail::Full }
}

pub fn live(args: Live) -> Result<(), Failure> {
    let over_time = args.watch.is_some() || args.log.is_some() || args.until.is_some();
    if over_time && watch::watch(&args)? == watch::End::Stopped {
        return Ok(());
    }
    commands::report(&as_report(args))
}

/// The dump that a process stands for.
pub fn dump_of(pid: u64) -> PathBuf {
    PathBuf::from(format!("{PREFIX}{pid}"))
}

fn as_report(args: Live) -> Report {
    let input =
        Input { dump: dump_of(args.pid), with: Vec::new(), deep: false, no_stop: args.no_stop, redact: args.redact };
    Report {
        input,
        more: Vec::new(),
        space: args.space,
        output: args.output,
        all: args.all,
        explain: args.explain,
        fail_if: Vec::new(),
    }
}
