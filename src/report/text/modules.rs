//! Modules, the largest first.

use std::cmp::Reverse;
use std::io;

use super::super::Context;
use super::page::Page;
use super::table::{Align, Table, cut_note};
use crate::model::Module;
use crate::report::escape::shortened;
use crate::units::{Bytes, Hex, plural};

pub(super) fn write(page: &mut Page<'_>, cx: Context<'_>, limit: usize) -> io::Result<()> {
    let modules = ranked(cx);
    if modules.is_empty() {
        return Ok(());
    }
    page.heading("Modules", &remark(&modules))?;
    let mut table =
        Table::new(&[("start", Align::Fixed), ("size", Align::Right), ("path", Align::Left), ("", Align::Left)]);
    for module in modules.iter().take(limit) {
        table.row(cells(cx, module));
    }
    table.write(page)?;
    cut_note(page, modules.len(), limit, "module")
}

/// All modules, the largest first.
pub(in crate::report) fn ranked(cx: Context<'_>) -> Vec<&Module> {
    let mut modules: Vec<&Module> = cx.snapshot.modules.iter().collect();
    modules.sort_by_key(|m| (Reverse(m.range.size()), m.range.start()));
    modules
}

/// How many they are, and how large together.
pub(in crate::report) fn remark(modules: &[&Module]) -> String {
    let sum = modules.iter().map(|m| m.range.size()).fold(0, u64::saturating_add);
    format!("{}, {}", plural(modules.len() as u64, "module"), Bytes(sum))
}

/// Start, size, path, remark.
pub(in crate::report) fn cells(cx: Context<'_>, module: &Module) -> [String; 4] {
    let pinned = cx.snapshot.owner(module.owner).is_some_and(|o| !o.movable);
    let fixed = module.relocatable == Some(false);
    let remark = match (pinned, fixed) {
        (_, true) => "not relocatable",
        (true, false) => "pinned",
        (false, false) => "",
    };
    [
        Hex { addr: module.range.start(), width: cx.snapshot.width() }.to_string(),
        Bytes(module.range.size()).to_string(),
        shortened(&module.path, 52).to_string(),
        remark.into(),
    ]
}
