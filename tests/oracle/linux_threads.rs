//! `PREFIX.threads.csv` of the Linux generators: pthread_getattr_np of every live thread.

use super::csv;

/// How a thread came to its stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Made by glibc: default size, small, without guard.
    Own,
    /// Brought by the user.
    User,
    /// Made by glibc, but the thread runs on a makecontext stack.
    Fiber,
    /// The kernel's: pthread_getattr_np gives as much as the rlimit allows, the mapping is its grown part.
    Main,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    /// Thread id.
    pub tid: u64,
    /// Its name.
    pub name: String,
    /// Stack pointer; see [`Thread::sp_slack`].
    pub sp: u64,
    /// Lowest usable address.
    pub start: u64,
    /// One past the highest.
    pub end: u64,
    /// Size of the guard below `start`.
    pub guard: u64,
    /// Kind.
    pub kind: Kind,
    /// How far the core's SP may be from `sp`: 0 where the kernel told it, some KiB where a local's address stands for it.
    pub sp_slack: u64,
}

/// Reads the table.
pub fn parse(text: &str) -> Vec<Thread> {
    csv::rows(text).iter().map(|fields| thread(fields)).collect()
}

fn thread(fields: &[&str]) -> Thread {
    let kind = match fields[6] {
        "main" => Kind::Main,
        "user" => Kind::User,
        "fiber" => Kind::Fiber,
        _ => Kind::Own,
    };
    Thread {
        tid: csv::number(fields[0]),
        name: fields[1].to_owned(),
        sp: csv::number(fields[2]),
        start: csv::number(fields[3]),
        end: csv::number(fields[4]),
        guard: csv::number(fields[5]),
        kind,
        sp_slack: if fields[7] == "kernel" { 0 } else { 0x1_0000 },
    }
}

/// `option.exited` of PREFIX.info: how many threads of default size had exited. glibc keeps their stacks up to 40 MiB.
pub fn exited(info: &str) -> usize {
    let option = info.lines().find_map(|line| line.strip_prefix("option.exited="));
    option.map_or(0, |count| usize::try_from(csv::number(count)).unwrap())
}
