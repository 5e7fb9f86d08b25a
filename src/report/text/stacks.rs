//! Thread stacks, the largest first.

use std::cmp::Reverse;
use std::io;

use super::super::Context;
use super::page::Page;
use super::table::cut_note;
use crate::model::Thread;
use crate::report::threads_table;
use crate::units::{Bytes, Count, plural};

pub(super) fn write(page: &mut Page<'_>, cx: Context<'_>, limit: usize) -> io::Result<()> {
    let totals = cx.analysis.stacks;
    if totals.threads == 0 && totals.ownerless == 0 {
        return Ok(());
    }
    page.heading("Thread stacks", &remark(cx))?;
    let threads = ranked(cx);
    if threads.is_empty() {
        return Ok(());
    }
    threads_table::write_rows(page, cx, threads.iter().take(limit).copied())?;
    cut_note(page, threads.len(), limit, "thread")
}

/// All threads, the crashed one first, then those with the largest stacks.
pub(in crate::report) fn ranked(cx: Context<'_>) -> Vec<&Thread> {
    let mut threads: Vec<&Thread> = cx.snapshot.threads.iter().collect();
    threads.sort_by_key(|t| (!t.crashed, Reverse(t.stack.map_or(0, |s| s.reserved.unwrap_or(s.range.size())))));
    threads
}

/// Threads and stacks in sum.
pub(in crate::report) fn remark(cx: Context<'_>) -> String {
    let totals = cx.analysis.stacks;
    if totals.threads == 0 {
        return format!("{}; the dump lists no threads", plural(totals.ownerless, "stack"));
    }
    let threads = plural(totals.threads, "thread");
    // What each thread uses of a mapping that it shares is not known, nor of a stack that it has left.
    let stacks = || cx.snapshot.threads.iter().filter_map(|t| t.stack.as_ref());
    let at_least = |all_known: bool| if all_known { "" } else { "at least " };
    let reserved = match stacks().all(|s| s.reserved.is_none()) {
        true => "reservations not known".to_owned(),
        false => format!("{}{} reserved", at_least(stacks().all(|s| s.reserved.is_some())), Bytes(totals.reserved)),
    };
    let used = format!("{}{} used", at_least(stacks().all(|s| s.used.is_some())), Bytes(totals.used));
    let mut text = format!("{threads}, {reserved}, {used}");
    let lost = totals.threads - totals.with_stack;
    if lost > 0 {
        text.push_str(&format!(", {} without a known stack", Count(lost)));
    }
    if totals.ownerless > 0 {
        text.push_str(&format!(", {} of no living thread", plural(totals.ownerless, "stack")));
    }
    text
}
