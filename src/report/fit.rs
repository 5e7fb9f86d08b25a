//! What must go so that a request fits, as text.

use std::io::{self, Write};

use super::Context;
use super::text::owner_label;
use super::text::page::Page;
use super::text::table::{Align, Table, cut_note};
use crate::analyze::fit::{Candidate, Fit};
use crate::model::{OwnerId, OwnerKind};
use crate::units::{Bytes, Hex, plural};

/// Owners that a sentence names; more are counted.
const NAMED: usize = 3;
/// Owners that are listed for one window.
const LISTED: usize = 8;
/// Windows that are shown, by `fit` and in the report.
const SHOWN: usize = 10;
const SHOWN_IN_REPORT: usize = 4;
const WINDOWS: &str = "for a place of that size; no other has both fewer owners and less memory to give up";

/// Writes what must go.
///
/// # Errors
/// Those of `out`.
pub fn write_fit(out: &mut dyn Write, cx: Context<'_>, fit: &Fit, color: bool) -> io::Result<()> {
    let mut page = Page::new(out, color);
    page.strong(&sentence(cx, fit))?;
    if fit.fits_now || fit.candidates.is_empty() {
        return pinned(&mut page, cx, fit);
    }
    page.heading("Windows", WINDOWS)?;
    windows(&mut page, cx, fit, SHOWN)?;
    fit.candidates.iter().take(1).try_for_each(|c| owners(&mut page, cx, c))
}

/// The section of the report: the answer, and the cheapest windows.
pub(super) fn write_section(page: &mut Page<'_>, cx: Context<'_>) -> io::Result<()> {
    let Some(fit) = &cx.counsel.fit else { return Ok(()) };
    page.heading("What must go", WINDOWS)?;
    page.item("  ", &sentence(cx, fit))?;
    if fit.candidates.len() > 1 {
        page.line("")?;
        windows(page, cx, fit, SHOWN_IN_REPORT)?;
    }
    Ok(())
}

/// The answer in a sentence.
pub(super) fn sentence(cx: Context<'_>, fit: &Fit) -> String {
    let size = Bytes(fit.placement.size);
    match fit.candidates.first() {
        Some(c) if fit.fits_now => format!("{size} fits as things are, at {}", hex(cx, c)),
        Some(c) => {
            let count = plural(c.owners.len() as u64, "owner");
            format!("{size} would fit at {} if {count} went: {}", hex(cx, c), names(cx, c))
        }
        None if fit.pinned.is_empty() => format!("{size} fits nowhere: the address space has no place of that size"),
        None => {
            let count = plural(fit.pinned.len() as u64, "pinned owner");
            format!("{size} fits nowhere, whatever goes: one of {count} stands in every place of that size")
        }
    }
}

fn hex(cx: Context<'_>, candidate: &Candidate) -> Hex {
    Hex { addr: candidate.window.start(), width: cx.snapshot.width() }
}

fn names(cx: Context<'_>, candidate: &Candidate) -> String {
    let named: Vec<String> = candidate.owners.iter().take(NAMED).map(|id| with_size(cx, *id)).collect();
    match candidate.owners.len().checked_sub(NAMED).filter(|more| *more > 0) {
        Some(more) => format!("{} and {more} more", named.join(", ")),
        None => match named.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, others)) => format!("{} and {last}", others.join(", ")),
            None => String::new(),
        },
    }
}

/// `the 1 MiB stack of 17 (worker-3)`, `plugin.dll (412 KiB, relocatable)`.
fn with_size(cx: Context<'_>, id: OwnerId) -> String {
    let (bytes, label) = (Bytes(taken(cx, id)), owner_label(cx, id));
    match cx.snapshot.owner(id).map(|o| o.kind) {
        Some(OwnerKind::Stack) => format!("the {bytes} {label}"),
        Some(OwnerKind::Module) => {
            let module = cx.snapshot.modules.iter().find(|m| m.owner == id);
            let how = if module.and_then(|m| m.relocatable) == Some(true) { ", relocatable" } else { "" };
            format!("{label} ({bytes}{how})")
        }
        _ => format!("{label} ({bytes})"),
    }
}

fn taken(cx: Context<'_>, id: OwnerId) -> u64 {
    cx.snapshot.space.regions().iter().filter(|r| r.owner == id).map(|r| r.range.size()).sum()
}

fn windows(page: &mut Page<'_>, cx: Context<'_>, fit: &Fit, shown: usize) -> io::Result<()> {
    let mut table = Table::new(&[
        ("start", Align::Fixed),
        ("owners", Align::Right),
        ("committed", Align::Right),
        ("reserved", Align::Right),
        ("largest gap then", Align::Right),
        ("who", Align::Left),
    ]);
    for candidate in fit.candidates.iter().take(shown) {
        table.row([
            hex(cx, candidate).to_string(),
            candidate.owners.len().to_string(),
            Bytes(candidate.committed).to_string(),
            Bytes(candidate.reserved).to_string(),
            Bytes(candidate.largest_after).to_string(),
            names(cx, candidate),
        ]);
    }
    table.write(page)?;
    cut_note(page, fit.candidate_count, shown, "window")
}

fn owners(page: &mut Page<'_>, cx: Context<'_>, candidate: &Candidate) -> io::Result<()> {
    let remark = format!("who must go, and by what change, for the window at {}", hex(cx, candidate));
    page.heading("The first", &remark)?;
    let mut table =
        Table::new(&[("start", Align::Fixed), ("size", Align::Right), ("owner", Align::Left), ("change", Align::Left)]);
    for id in candidate.owners.iter().take(LISTED) {
        let Some(owner) = cx.snapshot.owner(*id) else { continue };
        let start = Hex { addr: owner.start, width: cx.snapshot.width() };
        let size = Bytes(taken(cx, *id));
        table.row([start.to_string(), size.to_string(), owner_label(cx, *id), change(owner.kind).into()]);
    }
    table.write(page)?;
    cut_note(page, candidate.owners.len(), LISTED, "owner")
}

/// What kind of change moves an owner.
pub(super) fn change(kind: OwnerKind) -> &'static str {
    match kind {
        OwnerKind::Stack => "fewer threads or smaller stacks",
        OwnerKind::Module => "rebase it, load it later or not at all",
        OwnerKind::Heap => "fewer arenas, or a heap elsewhere",
        OwnerKind::MappedFile => "map it elsewhere, in parts or not at all",
        OwnerKind::Private | OwnerKind::Shared => "allocate it elsewhere, earlier or not at all",
        OwnerKind::CrashReporter => "the crash reporter's reservation can be smaller or off",
        OwnerKind::Teb | OwnerKind::Peb | OwnerKind::Vdso | OwnerKind::KernelShared | OwnerKind::Unknown => "pinned",
    }
}

fn pinned(page: &mut Page<'_>, cx: Context<'_>, fit: &Fit) -> io::Result<()> {
    if fit.pinned.is_empty() {
        return Ok(());
    }
    page.heading("Pinned", "one of these stands in every place of that size")?;
    let mut table = Table::new(&[("start", Align::Fixed), ("size", Align::Right), ("owner", Align::Left)]);
    for id in fit.pinned.iter().take(LISTED) {
        let start = cx.snapshot.owner(*id).map(|o| Hex { addr: o.start, width: cx.snapshot.width() }.to_string());
        table.row([start.unwrap_or_default(), Bytes(taken(cx, *id)).to_string(), owner_label(cx, *id)]);
    }
    table.write(page)?;
    cut_note(page, fit.pinned.len(), LISTED, "owner")
}
