//! The threads of the process as /proc lists them: ids, names, and the stack pointers of those that wait.

use std::fs;
use std::path::Path;

use super::process::{Process, Stat, read_text};
use super::registers::Registers;
use crate::addr::Addr;

/// How many threads are read: eight times the default `kernel.threads-max` of a 64-bit machine.
pub(super) const MAX_THREADS: usize = 1 << 18;

/// A thread as /proc shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Task {
    pub id: u64,
    /// Its id in the process's own PID namespace, where that is another one.
    pub own_id: Option<u64>,
    pub name: Option<String>,
    pub waits: Waits,
}

/// What `/proc/PID/task/TID/syscall` says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Waits {
    /// It waits in the kernel, or was stopped by others; these are its registers.
    Yes(Registers),
    /// It runs, or waits for a CPU.
    No,
    /// Nobody but its owner may know.
    Forbidden,
    /// It has ended, or the kernel has no such file.
    Unknown,
}

/// Lists the threads, the first one first. Those that end meanwhile are left out.
pub(super) fn list(process: &Process) -> Vec<Task> {
    let Ok(entries) = fs::read_dir(process.path("task")) else { return Vec::new() };
    let named = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let mut ids: Vec<u64> = named.take(MAX_THREADS).collect();
    ids.sort_unstable_by_key(|id| (*id != process.pid, *id));
    let nested = nested_id(&process.path("status")).is_some();
    ids.into_iter().filter_map(|id| task(&process.path("task").join(id.to_string()), id, nested)).collect()
}

fn task(folder: &Path, id: u64, nested: bool) -> Option<Task> {
    let state = Stat::parse(&read_text(&folder.join("stat")).ok()?).state;
    if matches!(state, 'Z' | 'X') {
        return None;
    }
    let name = read_text(&folder.join("comm")).ok().map(|name| name.trim_end_matches('\n').to_owned());
    let own_id = nested.then(|| nested_id(&folder.join("status"))).flatten();
    Some(Task { id, own_id, name, waits: waits(folder) })
}

/// The last of several numbers in `NSpid:`.
fn nested_id(status: &Path) -> Option<u64> {
    let text = read_text(status).ok()?;
    let ids = text.lines().find_map(|line| line.strip_prefix("NSpid:"))?;
    ids.split_whitespace().skip(1).last()?.parse().ok()
}

/// Whether the thread waits, and where its stack is then.
pub(super) fn waits(folder: &Path) -> Waits {
    match read_text(&folder.join("syscall")) {
        Ok(text) => parse(&text),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Waits::Forbidden,
        Err(_) => Waits::Unknown,
    }
}

/// `running`, `-1 SP PC`, or `NR ARG… SP PC` (proc_pid_syscall(5)).
fn parse(text: &str) -> Waits {
    let hex = |word: Option<&str>| Some(Addr(u64::from_str_radix(word?.strip_prefix("0x")?, 16).ok()?));
    let mut from_behind = text.split_whitespace().rev();
    match (hex(from_behind.next()), hex(from_behind.next())) {
        (Some(pc), Some(sp)) if sp.0 != 0 => Waits::Yes(Registers { sp, pc, tls: None }),
        _ if text.trim() == "running" => Waits::No,
        _ => Waits::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_all_forms_of_syscall() {
        let registers = Registers { sp: Addr(0x7fff_0010), pc: Addr(0x7f00), tls: None };
        assert_eq!(parse("202 0x1 0x80 0x0 0x0 0x0 0x0 0x7fff0010 0x7f00\n"), Waits::Yes(registers));
        assert_eq!(parse("-1 0x7fff0010 0x7f00\n"), Waits::Yes(registers));
        assert_eq!(parse("running\n"), Waits::No);
        assert_eq!((parse(""), parse("0 0x0 0x0"), parse("x y z")), (Waits::Unknown, Waits::Unknown, Waits::Unknown));
    }
}
