//! Threads with their stack pointers and stacks: as a table, and as gdb prints them.

use std::io::{self, Write};

use super::Context;
use super::escape::shortened;
use super::text::page::Page;
use super::text::table::{Align, Table};
use crate::model::{Stack, StackSource, Thread};
use crate::units::{Bytes, Hex, plural};

/// Writes every thread as a table.
///
/// # Errors
/// Those of `out`.
pub fn write_threads(out: &mut dyn Write, cx: Context<'_>, color: bool) -> io::Result<()> {
    let mut page = Page::new(out, color);
    if cx.snapshot.threads.is_empty() {
        return page.line("no threads: the dump lists none");
    }
    page.line(&plural(cx.snapshot.threads.len() as u64, "thread"))?;
    write_rows(&mut page, cx, cx.snapshot.threads.iter())
}

const COLUMNS: [(&str, Align); 8] = [
    ("thread", Align::Right),
    ("sp", Align::Fixed),
    ("stack", Align::Fixed),
    ("reserved", Align::Right),
    ("used", Align::Right),
    ("guard", Align::Right),
    ("by", Align::Left),
    ("name", Align::Left),
];

pub(super) fn write_rows<'a>(
    page: &mut Page<'_>,
    cx: Context<'_>,
    threads: impl Iterator<Item = &'a Thread>,
) -> io::Result<()> {
    let mut table = Table::new(&COLUMNS);
    threads.for_each(|thread| table.row(cells(cx, thread)));
    table.write(page)
}

/// Id, stack pointer, stack, its sizes, how its bounds were found, name.
pub(super) fn cells(cx: Context<'_>, thread: &Thread) -> [String; 8] {
    let width = cx.snapshot.width();
    let size = |bytes: Option<u64>| bytes.map_or_else(|| "?".into(), |b| Bytes(b).to_string());
    let stack = thread.stack.as_ref();
    let of_stack = |show: &dyn Fn(&Stack) -> String| stack.map_or_else(|| "-".into(), show);
    [
        thread.id.to_string(),
        thread.sp.map_or_else(|| "?".into(), |addr| Hex { addr, width }.to_string()),
        stack.map_or_else(|| "in no stack".into(), |s| Hex { addr: s.range.start(), width }.to_string()),
        of_stack(&reserved),
        of_stack(&|s| size(s.used)),
        of_stack(&|s| size(s.guard)),
        of_stack(&|s| s.source.name().into()),
        name(thread),
    ]
}

/// Of a mapping with several threads' stacks, all that is known is that each is smaller; of a stack that is only known
/// from its dumped part, that it is larger.
fn reserved(stack: &Stack) -> String {
    match stack.reserved {
        Some(bytes) if stack.source == StackSource::SharedRegion => format!("< {}", Bytes(bytes)),
        Some(bytes) => Bytes(bytes).to_string(),
        None => format!("> {}", Bytes(stack.range.size())),
    }
}

fn name(thread: &Thread) -> String {
    let name = thread.name.as_deref().map(|n| shortened(n, 16).to_string()).unwrap_or_default();
    let crashed = if thread.crashed { " (crashed)" } else { "" };
    let elsewhere = if runs_elsewhere(thread) { " (sp elsewhere)" } else { "" };
    format!("{name}{crashed}{elsewhere}").trim_start().to_owned()
}

/// Whether the stack pointer lies neither in the thread's stack nor in the guard below it.
fn runs_elsewhere(thread: &Thread) -> bool {
    let (Some(sp), Some(stack)) = (thread.sp, thread.stack.as_ref()) else { return false };
    let lowest = stack.range.start().0.saturating_sub(stack.guard.unwrap_or(0));
    sp.0 < lowest || stack.range.end() < sp
}

/// Writes the stack pointers as gdb's `thread apply all print $sp` does: the last thread of the dump first, a blank
/// line before each. A thread without registers is passed over, for gdb does not know it either.
///
/// # Errors
/// Those of `out`.
pub fn write_gdb(out: &mut dyn Write, cx: Context<'_>) -> io::Result<()> {
    let numbered: Vec<(usize, &Thread)> = (1..).zip(cx.snapshot.threads.iter()).collect();
    let with_sp = numbered.into_iter().rev().filter_map(|(number, t)| Some((number, t, t.sp?)));
    for (value, (number, thread, sp)) in (1..).zip(with_sp) {
        writeln!(out, "\nThread {number} (LWP {}):\n${value} = (void *) {:#x}", thread.id, sp.0)?;
    }
    Ok(())
}
