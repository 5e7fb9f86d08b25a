//! Finding what the user wants to see: the largest gap, a thread, a module, an address.

use super::super::Context;
use super::super::escape::shortened;
use super::super::text::owner_label;
use super::Focus;
use crate::addr::{Addr, AddrRange};
use crate::analyze::{Spot, locate};
use crate::model::{Module, Thread};
use crate::units::{Bytes, plural};

/// What to look for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Around {
    /// The largest gap that mmap reaches.
    LargestGap,
    /// The stack of a thread, by the system's id.
    Thread(u64),
    /// A module, by its name or a part of it.
    Module(String),
    /// The region or gap that holds an address.
    Addr(Addr),
}

/// Names that a refusal lists.
const LISTED: usize = 8;

/// Finds it.
///
/// # Errors
/// A sentence that names what there is.
pub fn around(cx: Context<'_>, what: &Around) -> Result<Focus, String> {
    match what {
        Around::LargestGap => largest_gap(cx),
        Around::Thread(id) => thread(cx, *id),
        Around::Module(name) => module(cx, name),
        Around::Addr(addr) => address(cx, *addr),
    }
}

fn largest_gap(cx: Context<'_>) -> Result<Focus, String> {
    let figures = &cx.analysis.figures;
    let largest = figures.largest_reachable.or(figures.largest).ok_or("no gap is usable in this address space")?;
    Ok(Focus { range: largest.range, name: format!("largest gap, {}", Bytes(largest.range.size())) })
}

fn thread(cx: Context<'_>, id: u64) -> Result<Focus, String> {
    let threads = &cx.snapshot.threads;
    let found = threads.iter().find(|t| t.id == id).ok_or_else(|| no_thread(id, threads))?;
    let stack = found.stack.map(|s| s.range);
    let page = cx.snapshot.space.bounds().page_size.max(1);
    let place = stack.or_else(|| found.sp.and_then(|sp| AddrRange::from_size(sp.align_down(page), page)));
    let space = cx.snapshot.space.bounds().range;
    match place.and_then(|range| range.intersect(space)) {
        Some(range) => Ok(Focus { range, name: format!("stack of thread {id}") }),
        None => Err(format!("thread {id} has no stack and no stack pointer in this address space")),
    }
}

fn no_thread(id: u64, threads: &[Thread]) -> String {
    if threads.is_empty() {
        return format!("there is no thread {id}: the dump lists no threads");
    }
    let ids = threads.iter().map(|t| t.id.to_string());
    format!("there is no thread {id}; the dump has {}: {}", plural(threads.len() as u64, "thread"), listed(ids))
}

fn module(cx: Context<'_>, name: &str) -> Result<Focus, String> {
    let modules = &cx.snapshot.modules;
    let lower = name.to_lowercase();
    let exact = modules.iter().find(|m| m.name.to_lowercase() == lower || m.path.to_lowercase() == lower);
    let part: Vec<&Module> = modules.iter().filter(|m| m.name.to_lowercase().contains(&lower)).collect();
    let found = match (exact, part.as_slice()) {
        (Some(module), _) => module,
        (None, [module]) => module,
        (None, []) => return Err(no_module(name, modules)),
        (None, several) => return Err(which_module(name, several)),
    };
    let range = found.range.intersect(cx.snapshot.space.bounds().range);
    let label = shortened(&found.name, 28).to_string();
    range.map(|range| Focus { range, name: label.clone() }).ok_or(format!("{label} lies outside of the address space"))
}

fn no_module(name: &str, modules: &[Module]) -> String {
    let name = shortened(name, 40);
    if modules.is_empty() {
        return format!("there is no module `{name}`: the dump lists no modules");
    }
    let count = plural(modules.len() as u64, "module");
    format!("there is no module `{name}`; the dump has {count}: {}", names(&modules.iter().collect::<Vec<_>>()))
}

fn which_module(name: &str, modules: &[&Module]) -> String {
    let count = plural(modules.len() as u64, "module");
    format!("`{}` is in the names of {count}: {}; write one whole", shortened(name, 40), names(modules))
}

fn names(modules: &[&Module]) -> String {
    listed(modules.iter().map(|m| shortened(&m.name, 40).to_string()))
}

/// The first few, and how many more.
fn listed(words: impl ExactSizeIterator<Item = String>) -> String {
    let more = words.len().saturating_sub(LISTED);
    let mut text = words.take(LISTED).collect::<Vec<_>>().join(", ");
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    text
}

fn address(cx: Context<'_>, addr: Addr) -> Result<Focus, String> {
    let location = locate::locate(&cx.snapshot.space, &cx.analysis.gaps, addr);
    let found = match location.spot {
        Spot::Region(index) => {
            let region = cx.snapshot.space.regions().get(index);
            region.map(|r| Focus { range: r.range, name: format!("{addr}: {}", owner_label(cx, r.owner)) })
        }
        Spot::Gap(index) => {
            let gap = cx.analysis.gaps.get(index);
            gap.map(|g| Focus { range: g.range, name: format!("{addr}: gap of {}", Bytes(g.range.size())) })
        }
        Spot::Outside => None,
    };
    found.ok_or_else(|| format!("{addr} lies outside of the address space {}", cx.snapshot.space.bounds().range))
}
