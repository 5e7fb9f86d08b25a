//! Splitters, threads and modules of a page, by column, each list with at most [`MOST_ROWS`] entries.

use serde::Serialize;

use super::data::MOST_ROWS;
use super::owners::{OwnerTable, name_limit};
use super::words::Words;
use crate::model::{Module, Stack, Thread};
use crate::report::Context;
use crate::report::escape::shortened;

/// Owners whose going would enlarge the largest gap, in order of rank.
#[derive(Serialize)]
pub(super) struct Splitters {
    owner: Vec<u32>,
    regions: Vec<u32>,
    bytes: Words,
    without: Words,
    gain: Words,
}

/// Threads in the dump's order.
#[derive(Serialize)]
pub(super) struct Threads {
    /// Decimal: ids may exceed what a script's numbers hold.
    id: Vec<String>,
    name: Vec<Option<String>>,
    crashed: Vec<u8>,
    sp: Words,
    pc: Words,
    start: Words,
    end: Words,
    reserved: Words,
    committed: Words,
    used: Words,
    guard: Words,
    source: Vec<Option<&'static str>>,
    /// -1 without a stack.
    owner: Vec<i64>,
}

/// Modules by address.
#[derive(Serialize)]
pub(super) struct Modules {
    name: Vec<String>,
    path: Vec<String>,
    start: Words,
    end: Words,
    id: Vec<Option<String>>,
    preferred: Words,
    relocatable: Vec<Option<bool>>,
    owner: Vec<u32>,
}

impl Splitters {
    pub fn of(cx: Context<'_>, owners: &mut OwnerTable<'_>) -> Splitters {
        let list = cx.analysis.splitters.get(..MOST_ROWS).unwrap_or(&cx.analysis.splitters);
        Splitters {
            owner: list.iter().map(|s| owners.number(s.owner)).collect(),
            regions: list.iter().map(|s| s.regions).collect(),
            bytes: list.iter().map(|s| s.bytes).collect(),
            without: list.iter().map(|s| s.largest_without).collect(),
            gain: list.iter().map(|s| s.gain).collect(),
        }
    }
}

impl Threads {
    pub fn of(cx: Context<'_>, owners: &mut OwnerTable<'_>) -> Threads {
        let list: &[Thread] = cx.snapshot.threads.get(..MOST_ROWS).unwrap_or(&cx.snapshot.threads);
        let limit = name_limit(list.len());
        let stack = |take: &dyn Fn(&Stack) -> Option<u64>| -> Words {
            list.iter().map(|t| t.stack.as_ref().and_then(take)).collect()
        };
        Threads {
            id: list.iter().map(|t| t.id.to_string()).collect(),
            name: list.iter().map(|t| t.name.as_deref().map(|n| shortened(n, limit).to_string())).collect(),
            crashed: list.iter().map(|t| u8::from(t.crashed)).collect(),
            sp: list.iter().map(|t| t.sp.map(|a| a.0)).collect(),
            pc: list.iter().map(|t| t.pc.map(|a| a.0)).collect(),
            start: stack(&|s| Some(s.range.start().0)),
            end: stack(&|s| Some(s.range.end().0)),
            reserved: stack(&|s| s.reserved),
            committed: stack(&|s| s.committed),
            used: stack(&|s| s.used),
            guard: stack(&|s| s.guard),
            source: list.iter().map(|t| t.stack.map(|s| s.source.name())).collect(),
            owner: list.iter().map(|t| t.stack.map_or(-1, |s| owners.number(s.owner).into())).collect(),
        }
    }
}

impl Modules {
    pub fn of(cx: Context<'_>, owners: &mut OwnerTable<'_>) -> Modules {
        let list: &[Module] = cx.snapshot.modules.get(..MOST_ROWS).unwrap_or(&cx.snapshot.modules);
        let limit = name_limit(list.len());
        Modules {
            name: list.iter().map(|m| shortened(&m.name, limit).to_string()).collect(),
            path: list.iter().map(|m| shortened(&m.path, limit).to_string()).collect(),
            start: list.iter().map(|m| m.range.start().0).collect(),
            end: list.iter().map(|m| m.range.end().0).collect(),
            id: list.iter().map(|m| m.id.as_deref().map(|id| shortened(id, limit).to_string())).collect(),
            preferred: list.iter().map(|m| m.preferred_base.map(|a| a.0)).collect(),
            relocatable: list.iter().map(|m| m.relocatable).collect(),
            owner: list.iter().map(|m| owners.number(m.owner)).collect(),
        }
    }
}
