//! gdb's `info threads` and `thread apply all print $sp` (or `$esp`, `$rsp`, `info registers`): ids, names, stack
//! pointers. A header line names the thread and the value follows, with warnings in between; in pastes of the 2010s both
//! stand in one line.

use super::found::Found;
use super::lines::Line;
use super::numbers::prefixed;
use super::session::Block;
use super::threads::{set_name, set_sp};
use super::tool::Tool;
use crate::addr::Addr;

/// The thread whose value follows.
#[derive(Default)]
pub(super) struct Threads {
    current: Option<u64>,
}

impl Block for Threads {
    fn begins(&self, line: &Line<'_>) -> bool {
        parse(line.text).is_some()
    }

    fn take(&mut self, line: &Line<'_>, found: &mut Found) -> bool {
        if let Some(header) = parse(line.text) {
            store(&header, found);
            self.current = Some(header.id);
            if let Some((_, value)) = header.rest.split_once("): ") {
                self.value(value, found);
            }
            return true;
        }
        self.value(line.text, found) || line.text.starts_with("warning:")
    }

    fn end(&mut self, _found: &mut Found) {
        self.current = None;
    }
}

impl Threads {
    fn value(&mut self, text: &str, found: &mut Found) -> bool {
        let Some(id) = self.current else { return false };
        let (Some(sp), true) = (stack_pointer(text, found), asks_for_sp(&found.command)) else { return false };
        if let Some(thread) = found.threads.of_id(id) {
            set_sp(thread, sp);
        }
        true
    }
}

/// Whether what was typed may print stack pointers. Where commands are not echoed, `(void *)` is what tells.
fn asks_for_sp(command: &str) -> bool {
    let printed = command.split_once('$').map(|(_, register)| register);
    printed.is_none_or(|register| ["sp", "esp", "rsp", "r13", "x31"].iter().any(|name| *name == register.trim()))
}

/// The value in `$5 = (void *) 0xf64e7380`, `$5 = 0xf64e7380`, `esp            0xf64e7380          0xf64e7380`.
fn stack_pointer(text: &str, found: &mut Found) -> Option<Addr> {
    let text = text.trim();
    if let Some((_, value)) = text.strip_prefix('$').and_then(|t| t.split_once(" = ")) {
        let pointer = value.strip_prefix("(void *) ");
        let asked = found.command.contains('$');
        let value = pointer.or(Some(value).filter(|_| asked))?;
        return prefixed(value.split_whitespace().next()?).map(Addr);
    }
    let (name, value) = text.split_once(char::is_whitespace)?;
    match name {
        "esp" => found.signs.narrow(),
        "rsp" => found.signs.wide(),
        "sp" => {}
        _ => return None,
    }
    prefixed(value.split_whitespace().next()?).map(Addr)
}

/// A thread as a header names it.
struct Header<'t> {
    number: u64,
    id: u64,
    pid: Option<u64>,
    tls: Option<Addr>,
    name: Option<&'t str>,
    rest: &'t str,
}

/// `Thread 6 (Thread 0xf64e7b40 (LWP 6850)):`, `* 1    Thread 0x… (LWP 6845) "name" main () …`, `Thread 10 (Thread
/// 10606): …`, `Thread 2 (LWP 77):`, `1    Thread 6845.6851 "name" …` (gdbserver), `[Current thread is 1 (…)]` not.
fn parse(text: &str) -> Option<Header<'_>> {
    let text = text.trim_start().trim_start_matches(['*', ' ']);
    let text = text.strip_prefix("Thread ").filter(|t| !t.starts_with("0x")).unwrap_or(text);
    let (number, rest) = text.split_once([' ', '\t'])?;
    let number = number.parse().ok()?;
    let rest = rest.trim_start().trim_start_matches('(');
    let (target, rest) = target(rest)?;
    let name = rest.trim_start().strip_prefix('"').and_then(|r| r.split_once('"')).map(|(name, _)| name);
    Some(Header { number, id: target.id, pid: target.pid, tls: target.tls, name, rest })
}

#[derive(Default)]
struct Target {
    id: u64,
    pid: Option<u64>,
    tls: Option<Addr>,
}

fn target(text: &str) -> Option<(Target, &str)> {
    if let Some(rest) = text.strip_prefix("LWP ").or_else(|| text.strip_prefix("process ")) {
        let (id, rest) = digits(rest)?;
        return Some((Target { id, ..Target::default() }, rest.strip_prefix(')').unwrap_or(rest)));
    }
    let rest = text.strip_prefix("Thread ")?;
    if rest.starts_with("0x") {
        let (tls, rest) = rest.split_once(' ')?;
        let (id, rest) = digits(rest.trim_start().strip_prefix("(LWP ")?)?;
        let target = Target { id, tls: prefixed(tls).map(Addr), ..Target::default() };
        return Some((target, rest.strip_prefix(')').unwrap_or(rest)));
    }
    let (first, rest) = digits(rest)?;
    match rest.strip_prefix('.').and_then(digits) {
        Some((id, rest)) => Some((Target { id, pid: Some(first), tls: None }, rest)),
        None => Some((Target { id: first, ..Target::default() }, rest)),
    }
}

fn digits(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    Some((number.parse().ok()?, rest))
}

fn store(header: &Header<'_>, found: &mut Found) {
    found.saw(Tool::GdbThreads);
    header.pid.into_iter().for_each(|pid| found.signs.pid(pid));
    if found.command.contains("$esp") {
        found.signs.narrow();
    } else if found.command.contains("$rsp") {
        found.signs.wide();
    }
    found.threads.number(header.number, header.id);
    let Some(thread) = found.threads.of_id(header.id) else { return };
    thread.tls = header.tls.or(thread.tls);
    header.name.into_iter().for_each(|name| set_name(thread, name));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_every_form() {
        for (text, number, id, tls, name) in [
            ("Thread 6 (Thread 0xf64e7b40 (LWP 6850)):", 6, 6850, Some(0xf64e_7b40), None),
            ("Thread 1 (Thread 0x7f40 (LWP 18484) \"sleep\"):", 1, 18484, Some(0x7f40), Some("sleep")),
            ("    Thread 10 (Thread 10606): $5 = (void *) 0x50d7184", 10, 10606, None, None),
            ("Thread 2 (LWP 77):", 2, 77, None, None),
            (
                "* 1    Thread 0xf7f1f540 (LWP 6845) 0xf7f265e9 in __kernel_vsyscall ()",
                1,
                6845,
                Some(0xf7f1_f540),
                None,
            ),
            ("  2    Thread 6845.6851 \"worker\" 0xf7f265e9 in x ()", 2, 6851, None, Some("worker")),
            ("* 1    LWP 5 main () at x.c:1", 1, 5, None, None),
        ] {
            let header = parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(
                (header.number, header.id, header.tls, header.name),
                (number, id, tls.map(Addr), name),
                "{text}"
            );
        }
        for text in ["Thread debugging using libthread_db enabled]", "3 4 5", "Thread 5 hit Breakpoint 1, main ()"] {
            assert!(parse(text).is_none(), "{text}");
        }
    }
}
