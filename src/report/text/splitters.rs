//! Who splits the free space: counterfactuals of owners and groups.

use std::io;

use super::super::Context;
use super::label::owner_with_address;
use super::page::Page;
use super::table::{Align, Table, cut_note};
use crate::analyze::{By, GroupSplitter, OwnerGroup, Splitter};
use crate::report::escape::shortened;
use crate::units::{Bytes, Count};

pub(super) fn write(page: &mut Page<'_>, cx: Context<'_>, limit: usize) -> io::Result<()> {
    owners(page, cx, limit)?;
    groups(page, cx, limit)
}

fn owners(page: &mut Page<'_>, cx: Context<'_>, limit: usize) -> io::Result<()> {
    let splitters = &cx.analysis.splitters;
    if splitters.is_empty() {
        page.heading("Splitters", "no single owner's absence would enlarge the largest gap")?;
        return Ok(());
    }
    page.heading("Splitters", "how much larger the largest gap would be without each of them")?;
    let mut table = Table::new(&[
        ("gain", Align::Right),
        ("largest gap", Align::Right),
        ("own size", Align::Right),
        ("owner", Align::Left),
        ("", Align::Left),
    ]);
    for splitter in splitters.iter().take(limit) {
        table.row(cells(cx, splitter));
    }
    table.write(page)?;
    cut_note(page, splitters.len(), limit, "splitter")
}

/// Gain, the largest gap without it, its own size, who, remark.
pub(in crate::report) fn cells(cx: Context<'_>, splitter: &Splitter) -> [String; 5] {
    let pinned = cx.snapshot.owner(splitter.owner).is_some_and(|o| !o.movable);
    [
        Bytes(splitter.gain).to_string(),
        Bytes(splitter.largest_without).to_string(),
        Bytes(splitter.bytes).to_string(),
        owner_with_address(cx, splitter.owner),
        if pinned { "pinned".into() } else { String::new() },
    ]
}

fn groups(page: &mut Page<'_>, cx: Context<'_>, limit: usize) -> io::Result<()> {
    let mut table = Table::new(&[
        ("together", Align::Left),
        ("gain", Align::Right),
        ("largest gap", Align::Right),
        ("own size", Align::Right),
        ("owners", Align::Right),
    ]);
    cx.analysis.groups.iter().for_each(|group| table.row(group_cells(group)));
    let found = &cx.counsel.groups;
    found.iter().take(limit).for_each(|group| table.row(owner_group_cells(group)));
    page.line("")?;
    table.write(page)?;
    cut_note(page, found.len(), limit, "group")
}

/// The same for owners that belong together.
pub(in crate::report) fn owner_group_cells(group: &OwnerGroup) -> [String; 5] {
    let name = shortened(&group.name, 40);
    let what = match group.by {
        By::ThreadName => format!("threads {name}"),
        By::StackSize | By::Shape => name.to_string(),
        By::Folder => format!("modules of {name}"),
        By::File => format!("mappings of {name}"),
    };
    let (gain, without) = (Bytes(group.gain), Bytes(group.largest_without));
    [what, gain.to_string(), without.to_string(), Bytes(group.bytes).to_string(), Count(group.owners()).to_string()]
}

/// Which group, gain, the largest gap without it, its size, how many owners.
pub(in crate::report) fn group_cells(group: &GroupSplitter) -> [String; 5] {
    let gain = if group.gain == 0 { "none".into() } else { Bytes(group.gain).to_string() };
    [
        group.group.name().into(),
        gain,
        Bytes(group.largest_without).to_string(),
        Bytes(group.bytes).to_string(),
        Count(group.owners).to_string(),
    ]
}
