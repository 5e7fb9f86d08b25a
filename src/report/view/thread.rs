//! Threads in JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Address, Context, Word};
use crate::model::{Stack, StackSource, Thread};

/// A thread.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Thread")]
pub struct ThreadView<'a> {
    /// The system's id.
    pub id: u64,
    /// Its name (untrusted).
    pub name: Option<&'a str>,
    /// Whether it crashed or asked for the dump.
    pub crashed: bool,
    /// Stack pointer.
    pub sp: Option<Address>,
    /// Program counter.
    pub pc: Option<Address>,
    /// Its stack; null if the stack pointer lies in none.
    pub stack: Option<StackView>,
}

/// A thread's stack. Sizes in bytes.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Stack")]
pub struct StackView {
    /// Lowest address of the usable stack (Linux: above the guard; Windows: DeallocationStack).
    pub start: Address,
    /// First address after it, where the stack begins to grow downwards.
    pub end: Address,
    /// Address space taken, guard included; of a `shared` mapping all of it; null where only the dumped part of the
    /// stack is known (`memory-list`).
    pub reserved: Option<u64>,
    /// Memory behind it; of a `shared` mapping behind all of it.
    pub committed: Option<u64>,
    /// In use; null if the stack pointer lies elsewhere, and of a `shared` mapping.
    pub used: Option<u64>,
    /// Size of the guard; 0 is a stack without guard.
    pub guard: Option<u64>,
    /// How the bounds were found.
    pub source: Word<StackSource>,
}

/// All thread stacks together, in bytes.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "StackTotals")]
pub struct StackTotalsView {
    /// Threads in the dump.
    pub threads: u64,
    /// Threads whose stack is known.
    pub with_stack: u64,
    /// Stacks in the map that belong to no living thread.
    pub ownerless: u64,
    /// Address space taken by stacks whose bounds are known, guards included; a mapping with the stacks of several threads counts once.
    pub reserved: u64,
    /// Memory behind them, as far as known.
    pub committed: u64,
    /// In use, as far as known.
    pub used: u64,
}

impl<'a> ThreadView<'a> {
    pub(super) fn new(cx: Context<'a>, thread: &'a Thread) -> ThreadView<'a> {
        ThreadView {
            id: thread.id,
            name: thread.name.as_deref(),
            crashed: thread.crashed,
            sp: thread.sp.map(|a| cx.hex(a)),
            pc: thread.pc.map(|a| cx.hex(a)),
            stack: thread.stack.as_ref().map(|s| StackView::new(cx, s)),
        }
    }
}

impl StackView {
    fn new(cx: Context<'_>, stack: &Stack) -> StackView {
        StackView {
            start: cx.hex(stack.range.start()),
            end: cx.hex(stack.range.end()),
            reserved: stack.reserved,
            committed: stack.committed,
            used: stack.used,
            guard: stack.guard,
            source: Word(stack.source),
        }
    }
}

impl StackTotalsView {
    pub(super) fn new(cx: Context<'_>) -> StackTotalsView {
        let totals = cx.analysis.stacks;
        StackTotalsView {
            threads: totals.threads,
            with_stack: totals.with_stack,
            ownerless: totals.ownerless,
            reserved: totals.reserved,
            committed: totals.committed,
            used: totals.used,
        }
    }
}
