//! The process itself: whether it is there, whether it can be looked at, and its folder in /proc.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};

use crate::error::LoadError;

/// Bit of a kernel thread in the field `flags` of /proc/PID/stat (PF_KTHREAD, include/linux/sched.h).
const PF_KTHREAD: u64 = 0x0020_0000;
/// No file that is read of a process is longer: smaps of a process with a million mappings has 900 MB, and no report.
const LONGEST: u64 = 1 << 30;

/// A process whose folder is held open, so that another one that gets the same number is never taken for it.
pub(super) struct Process {
    pub pid: u64,
    folder: PathBuf,
    /// The folder of a thread that still has the address space: the first one's, unless that has ended.
    alive: PathBuf,
    /// Whether the numbers in /proc are those by which this program would stop threads.
    same_namespace: bool,
    _held: File,
}

impl Process {
    /// Finds the process and checks that it has an address space.
    ///
    /// # Errors
    /// A sentence why there is none to look at, and what to do.
    pub fn open(pid: u64) -> Result<Process, LoadError> {
        refuse_number(pid)?;
        let named = PathBuf::from(format!("/proc/{pid}"));
        let held = File::open(&named).map_err(|e| not_there(pid, &e))?;
        let by_handle = PathBuf::from(format!("/proc/self/fd/{}", held.as_raw_fd()));
        let folder = if by_handle.join("stat").exists() { by_handle } else { named };
        let own_number = fs::read_link("/proc/self").ok();
        let same_namespace = own_number.is_some_and(|n| n == Path::new(&std::process::id().to_string()));
        let alive = folder.clone();
        let mut process = Process { pid, folder, alive, same_namespace, _held: held };
        process.check()?;
        Ok(process)
    }

    fn check(&mut self) -> Result<(), LoadError> {
        let status = self.text("status").map_err(|e| not_there(self.pid, &e))?;
        if let Some(leader) = field(&status, "Tgid:").filter(|leader| *leader != self.pid) {
            let sentence = format!("this is a thread of process {leader}; look at that: fragscope live {leader}");
            return Err(LoadError::Process(sentence));
        }
        let stat = Stat::parse(&self.text("stat").map_err(|e| not_there(self.pid, &e))?);
        if stat.flags & PF_KTHREAD != 0 {
            let sentence = "this is a thread of the kernel, which has no address space of its own";
            return Err(LoadError::Process(sentence.into()));
        }
        if matches!(stat.state, 'Z' | 'X') {
            self.alive = self.living_thread().ok_or_else(|| LoadError::Process(ENDED.into()))?;
        }
        Ok(())
    }

    /// The first thread may end before the others; the address space is theirs then.
    fn living_thread(&self) -> Option<PathBuf> {
        let tasks = fs::read_dir(self.folder.join("task")).ok()?;
        tasks.flatten().map(|entry| entry.path()).find(|path| {
            let stat = fs::read_to_string(path.join("stat")).map(|text| Stat::parse(&text));
            stat.is_ok_and(|stat| !matches!(stat.state, 'Z' | 'X'))
        })
    }

    /// Whether threads may be stopped by the numbers that /proc lists.
    pub fn is_of_own_namespace(&self) -> bool {
        self.same_namespace
    }

    /// A file of the process, such as `limits`.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A file about the address space, such as `maps`.
    pub fn space_path(&self, name: &str) -> PathBuf {
        self.alive.join(name)
    }

    /// The text of a file of the process.
    pub fn text(&self, name: &str) -> io::Result<String> {
        read_text(&self.path(name))
    }

    /// The bytes of a file about the address space.
    ///
    /// # Errors
    /// A sentence, if the process is gone or may not be looked at.
    pub fn space_bytes(&self, name: &str) -> Result<Vec<u8>, LoadError> {
        read_bytes(&self.space_path(name)).map_err(|e| self.refusal(name, &e))
    }

    /// Why a file of the process cannot be read, and what to do.
    fn refusal(&self, name: &str, error: &io::Error) -> LoadError {
        LoadError::Process(match error.kind() {
            ErrorKind::PermissionDenied => format!(
                "/proc/{}/{name} may not be read: the process is another's, or has more rights than you; {}",
                self.pid,
                whom_to_be(self.pid)
            ),
            _ if is_gone(error) => ENDED_MEANWHILE.into(),
            _ => format!("/proc/{}/{name} cannot be read: {error}", self.pid),
        })
    }

    /// # Errors
    /// If the process has ended meanwhile: then what was read of it may be half of the truth.
    pub fn still_there(&self) -> Result<(), LoadError> {
        let ended = || LoadError::Process(ENDED_MEANWHILE.into());
        let stat = read_text(&self.alive.join("stat")).map(|text| Stat::parse(&text)).map_err(|_| ended())?;
        if matches!(stat.state, 'Z' | 'X') { Err(ended()) } else { Ok(()) }
    }
}

const ENDED: &str = "the process has ended, and waits for its parent to ask how (a zombie): its address space is gone; to \
                     keep it at the end, have a core written (fragscope how-to-capture kernel)";
const ENDED_MEANWHILE: &str = "the process ended while it was looked at";

/// Whom one must be to read a process of another user.
pub(super) fn whom_to_be(pid: u64) -> String {
    if nix::unistd::Uid::effective().is_root() {
        return "root is not enough here, without CAP_SYS_PTRACE where the process lives: ask from outside of this \
                container (docker run --cap-add SYS_PTRACE), or look at a dump of it"
            .into();
    }
    format!("run `sudo fragscope live {pid}`, or run it as the user of that process")
}

fn refuse_number(pid: u64) -> Result<(), LoadError> {
    let sentence = match pid {
        0 => "there is no process 0 in /proc: that number is the kernel's own".to_owned(),
        own if own == u64::from(std::process::id()) => {
            "this is fragscope itself, whose map changes while it is read; name another process".to_owned()
        }
        _ => return Ok(()),
    };
    Err(LoadError::Process(sentence))
}

fn not_there(pid: u64, error: &io::Error) -> LoadError {
    LoadError::Process(match error.kind() {
        ErrorKind::NotFound if !Path::new("/proc/version").exists() => {
            "/proc is not mounted here, and everything about a running process is read from it".into()
        }
        ErrorKind::PermissionDenied => format!("/proc/{pid} may not be opened; {}", whom_to_be(pid)),
        _ if is_gone(error) => format!(
            "there is no process {pid} here. It has ended; or /proc hides other users' processes (hidepid), which sudo \
             helps against; or the number is that of another PID namespace: seen from outside, a container's process has \
             another one (`lsns -t pid`, `docker inspect -f '{{{{.State.Pid}}}}' NAME`)"
        ),
        _ => format!("/proc/{pid} cannot be opened: {error}"),
    })
}

/// A process that has ended: no folder, or ESRCH from a file that is still open.
pub(super) fn is_gone(error: &io::Error) -> bool {
    error.kind() == ErrorKind::NotFound || error.raw_os_error() == Some(nix::libc::ESRCH)
}

/// The whole text of a small file in /proc; bytes that are no UTF-8 are replaced.
pub(super) fn read_text(path: &Path) -> io::Result<String> {
    Ok(String::from_utf8_lossy(&read_bytes(path)?).into_owned())
}

pub(super) fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LONGEST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The number in a line such as `Tgid:\t1234` or `VmData:\t  132 kB`, in the unit of the line.
pub(super) fn field(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Two fields of /proc/PID/stat (proc_pid_stat(5)).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Stat {
    /// `R`, `S`, `D`, `T`, `t`, `Z`, …; `?` if the line is no such line.
    pub state: char,
    pub flags: u64,
}

impl Stat {
    /// Reads a line. The name in parentheses may hold anything, also parentheses and blanks.
    pub fn parse(line: &str) -> Stat {
        let mut fields = line.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
        let state = fields.next().and_then(|word| word.chars().next()).unwrap_or('?');
        // ppid, pgrp, session, tty_nr, tpgid stand in between.
        let flags = fields.nth(5).and_then(|word| word.parse().ok()).unwrap_or(0);
        Stat { state, flags }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stat_line_with_a_nasty_name() {
        let line = "77 (a) R 1 (b)) S 1 77 77 0 -1 2129984 0 0 0 0";
        assert_eq!(Stat::parse(line), Stat { state: 'S', flags: 2_129_984 });
        assert_eq!(Stat::parse("nothing"), Stat { state: '?', flags: 0 });
    }

    #[test]
    fn fields_of_status() {
        let text = "Name:\tx\nTgid:\t12\nVmData:\t     132 kB\n";
        assert_eq!((field(text, "Tgid:"), field(text, "VmData:"), field(text, "Nope:")), (Some(12), Some(132), None));
    }
}
