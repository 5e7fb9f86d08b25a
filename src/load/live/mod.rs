//! A running process of Linux, read from /proc while it goes on.
//!
//! It is never stopped as a whole. Threads that wait in the kernel are not stopped at all, for /proc tells their stack
//! pointers; those that run are stopped one at a time, for as long as it takes to read their registers ([`visit`]).
//! Memory is read through /proc/PID/mem, a few words per thread, module and heap candidate.

mod cgroup;
mod exe;
mod limits;
mod maps;
mod memory;
mod process;
mod registers;
mod smaps;
mod system;
mod tasks;
mod threads;
mod visit;

use super::facts::Facts;
use super::{Detail, Input};
use crate::error::LoadError;
use crate::model::{DumpFormat, Os};
use process::Process;

/// Reads the facts of process `pid`, and opens its memory where that is allowed.
///
/// # Errors
/// A sentence: there is no such process, it has ended, it is the kernel's own, or whom one must be to look at it.
pub(super) fn read(pid: u64, detail: Detail) -> Result<(Facts, Input<'static>), LoadError> {
    let process = Process::open(pid)?;
    let mut facts = Facts::new(DumpFormat::Live);
    facts.os = Some(Os::Linux);
    facts.pid = Some(pid);
    facts.writer_detail = system::release();
    exe::read(&process, &mut facts);
    maps::read(&process, &mut facts)?;
    limits::read(&process, &mut facts);
    system::read(&mut facts);
    if detail == Detail::Map {
        return Ok((facts, Input::from_bytes(Vec::new(), false)?));
    }
    cgroup::read(&process, &mut facts);
    smaps::read(&process, &mut facts);
    threads::read(&process, &mut facts, detail);
    let memory = memory::open(&process, &mut facts)?;
    process.still_there()?;
    Ok((facts, memory))
}
