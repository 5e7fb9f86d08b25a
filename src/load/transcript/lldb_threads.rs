//! lldb's `thread list`, and stack pointers of `register read`.

use super::found::Found;
use super::lines::Line;
use super::numbers::prefixed;
use super::session::Block;
use super::threads::set_name;
use super::tool::Tool;
use crate::addr::Addr;

/// Single lines.
pub(super) struct Threads;

impl Block for Threads {
    fn begins(&self, line: &Line<'_>) -> bool {
        process(line.text).is_some() || thread(line.text).is_some() || register(line.text).is_some()
    }

    fn take(&mut self, line: &Line<'_>, found: &mut Found) -> bool {
        if let Some(pid) = process(line.text) {
            found.saw(Tool::LldbThreads);
            found.signs.pid(pid);
            return true;
        }
        if let Some(header) = thread(line.text) {
            store(&header, found);
            return true;
        }
        let Some((name, sp)) = register(line.text) else { return false };
        match name {
            "esp" => found.signs.narrow(),
            "rsp" => found.signs.wide(),
            _ => {}
        }
        found.threads.set_selected_sp(sp);
        true
    }
}

/// `Process 6845 stopped`.
fn process(text: &str) -> Option<u64> {
    text.strip_prefix("Process ")?.strip_suffix(" stopped")?.parse().ok()
}

struct Header<'t> {
    number: u64,
    id: Option<u64>,
    current: bool,
    pc: Option<Addr>,
    name: Option<&'t str>,
    crashed: bool,
}

/// `* thread #1: tid = 6845, 0xf7f265e9 linux-gate.so.1, name = 'frag32', stop reason = signal SIGABRT`; without a list
/// `* thread #1, name = 'sleep', stop reason = …`.
fn thread(text: &str) -> Option<Header<'_>> {
    let text = text.trim_start();
    let current = text.starts_with('*');
    let rest = text.trim_start_matches(['*', ' ']).strip_prefix("thread #")?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (number, rest) = rest.split_at(end);
    let after_tid = rest.split_once("tid = ").map(|(_, r)| r);
    let tid = after_tid.and_then(|r| r.split([',', ' ']).next());
    let pc = after_tid.and_then(|r| r.split_once(", ")).and_then(|(_, r)| prefixed(r.split(' ').next()?));
    let name = rest.split_once("name = '").and_then(|(_, r)| r.split_once('\'')).map(|(name, _)| name);
    Some(Header {
        number: number.parse().ok()?,
        id: tid.and_then(|t| prefixed(t).or_else(|| t.parse().ok())),
        current,
        pc: pc.map(Addr),
        name,
        crashed: rest.contains("stop reason = signal SIG") && !rest.contains("SIGSTOP"),
    })
}

fn store(header: &Header<'_>, found: &mut Found) {
    found.saw(Tool::LldbThreads);
    if header.current {
        found.threads.select(Some(header.number));
    }
    let Some(id) = header.id else { return };
    found.threads.number(header.number, id);
    let Some(thread) = found.threads.of_id(id) else { return };
    thread.pc = header.pc.or(thread.pc);
    thread.crashed |= header.crashed;
    header.name.into_iter().for_each(|name| set_name(thread, name));
}

/// `     rsp = 0x00007ffd037270a8`.
fn register(text: &str) -> Option<(&str, Addr)> {
    let (name, value) = text.trim().split_once(" = ")?;
    let sp = ["rsp", "esp", "sp"].contains(&name).then(|| prefixed(value.split_whitespace().next()?))??;
    Some((name, Addr(sp)))
}
