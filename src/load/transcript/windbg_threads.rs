//! WinDbg's `~`, the stacks of `~*k` and `~*kv`, and registers: ids, TEBs, names, stack pointers.
//!
//! 64-bit stacks begin with `Child-SP`, which is the stack pointer. 32-bit ones begin with `ChildEBP`, which is not: it
//! tells only which stack it is. Registers belong to the thread of the prompt, or to the one that `~3s` asked for.

use super::found::Found;
use super::lines::Line;
use super::numbers::addr;
use super::session::Block;
use super::threads::set_sp;
use super::tool::Tool;
use super::windows::quoted_name;
use crate::addr::AddrRange;

/// Where in the output of `~*k` we are.
#[derive(Default)]
pub(super) struct Threads {
    frame: Option<Frame>,
}

/// What the first column of the next line is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Frame {
    is_sp: bool,
    numbered: bool,
}

impl Block for Threads {
    fn begins(&self, line: &Line<'_>) -> bool {
        thread(line.text).is_some() || frame_header(line.text).is_some() || registers(line.text).is_some()
    }

    fn take(&mut self, line: &Line<'_>, found: &mut Found) -> bool {
        if let Some(header) = thread(line.text) {
            store(&header, line.text, found);
            self.frame = None;
            return true;
        }
        if let Some(frame) = frame_header(line.text) {
            self.frame = Some(frame);
            return true;
        }
        if let Some((name, value)) = registers(line.text) {
            note_register(name, value, found);
            return true;
        }
        match self.frame.take() {
            Some(frame) => first_frame(frame, line.text, found),
            None => false,
        }
    }

    fn end(&mut self, _found: &mut Found) {
        self.frame = None;
    }
}

/// A prompt of thread `prompt`, with the command that [`Found`] remembers: whose registers follow?
pub(super) fn command(prompt: u64, found: &mut Found) {
    let command = found.command.as_str();
    let other = command.strip_prefix('~').map(str::trim_start).and_then(|rest| {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (number, action) = rest.split_at(digits);
        let shows = ["s", "r", "e r", "k"].iter().any(|a| action.trim_start().starts_with(a));
        number.parse().ok().filter(|_| shows)
    });
    let own = matches!(command.split_whitespace().next(), Some("r" | ".ecxr" | "k" | "kb" | "kv" | "kp" | "kn" | "kc"));
    found.threads.select(other.or(own.then_some(prompt)));
}

struct Header {
    number: u64,
    pid: u64,
    id: u64,
    crashed: bool,
}

/// `.  3  Id: 1618.1bd0 Suspend: 1 Teb: 7efaf000 Unfrozen "name"`; `#` marks the thread of the exception.
fn thread(text: &str) -> Option<Header> {
    let (front, rest) = text.split_once("Id: ")?;
    let marks = front.trim();
    let crashed = marks.starts_with('#');
    let number = marks.trim_start_matches(['.', '#', ' ']).parse().ok()?;
    let (pid, id) = rest.split_whitespace().next()?.split_once('.')?;
    let hex = |t: &str| u64::from_str_radix(t, 16).ok();
    rest.contains("Suspend:").then_some(())?;
    Some(Header { number, pid: hex(pid)?, id: hex(id)?, crashed })
}

fn store(header: &Header, text: &str, found: &mut Found) {
    found.saw(Tool::WinDbgThreads);
    found.signs.pid(header.pid);
    found.threads.number(header.number, header.id);
    found.threads.select(Some(header.number));
    let teb_text = text.split_once("Teb: ").and_then(|(_, rest)| rest.split_whitespace().next());
    let teb = teb_text.and_then(addr);
    if let (Some(text), Some(teb)) = (teb_text, teb) {
        found.signs.address(text, teb);
    }
    let Some(thread) = found.threads.of_id(header.id) else { return };
    thread.crashed |= header.crashed;
    thread.teb = thread.teb.or(teb.filter(|a| a.0 != 0));
    quoted_name(thread, text);
}

/// `ChildEBP RetAddr  Args to Child`, `Child-SP          RetAddr`, ` # Child-SP …`.
fn frame_header(text: &str) -> Option<Frame> {
    let text = text.trim_start();
    let numbered = text.starts_with('#');
    let text = text.trim_start_matches(['#', ' ']);
    let is_sp = text.starts_with("Child-SP");
    (text.contains("RetAddr") && (is_sp || text.starts_with("ChildEBP"))).then_some(Frame { is_sp, numbered })
}

fn first_frame(frame: Frame, text: &str, found: &mut Found) -> bool {
    let Some(word) = text.split_whitespace().nth(usize::from(frame.numbered)) else { return false };
    let Some(value) = addr(word).filter(|_| word.len() >= 8) else { return false };
    found.signs.address(word, value);
    let Some(thread) = found.threads.selected() else { return true };
    match frame.is_sp {
        true if thread.sp.is_none() => set_sp(thread, value),
        true => {}
        false => thread.stack_memory = thread.stack_memory.or(AddrRange::from_size(value, 4)),
    }
    true
}

/// The stack pointer in `eip=7707000c esp=00f0f7e4 ebp=00f0f810 …`, or `None` where a line of registers has none.
fn registers(text: &str) -> Option<(&'static str, Option<&str>)> {
    let text = text.trim_start();
    let name = match () {
        () if text.starts_with("eax=") || text.starts_with("eip=") => "esp",
        () if text.starts_with("rax=") || text.starts_with("rip=") => "rsp",
        () => return None,
    };
    let value = text.split_whitespace().find_map(|pair| pair.split_once('=').filter(|(n, _)| *n == name));
    Some((name, value.map(|(_, value)| value)))
}

fn note_register(name: &str, value: Option<&str>, found: &mut Found) {
    let Some(sp) = value.and_then(addr) else { return };
    found.saw(Tool::WinDbgThreads);
    if name == "esp" {
        found.signs.narrow()
    } else {
        found.signs.wide()
    }
    found.threads.set_selected_sp(sp);
}
