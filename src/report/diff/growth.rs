//! Growth by kind and by what is alike, modules, threads.

use super::words::{self, delta};
use super::{Compared, DiffContext};
use crate::analyze::diff::{KindGrowth, LikeGrowth, ModulePair, ThreadCount};
use crate::model::Module;
use crate::report::escape::shortened;
use crate::report::section::{Cell, Section};
use crate::units::{Bytes, Count, Hex, plural};

const NAME: usize = 48;

/// By kind of owner.
pub(super) fn kinds(cx: DiffContext<'_>) -> Section {
    let row = |row: &KindGrowth| {
        let (old, new) = (row.old, row.new);
        vec![
            row.kind.name().to_owned(),
            Bytes(old.bytes).to_string(),
            Bytes(new.bytes).to_string(),
            words::bytes(delta(old.bytes, new.bytes)),
            words::count(delta(old.count, new.count)),
            words::count(delta(old.mappings, new.mappings)),
        ]
    };
    let columns = [
        ("kind", Cell::Words),
        ("old", Cell::Number),
        ("new", Cell::Number),
        ("difference", Cell::Number),
        ("owners", Cell::Number),
        ("mappings", Cell::Number),
    ];
    Section::new("kinds", "Growth by kind", "address space", "kind").columns(columns).rows(
        &cx.diff.kinds,
        usize::MAX,
        row,
    )
}

/// By what is alike.
pub(super) fn likes(cx: DiffContext<'_>, limit: usize) -> Section {
    let row = |row: &LikeGrowth| {
        let (old, new) = (row.old, row.new);
        vec![
            words::bytes(delta(old.bytes, new.bytes)),
            words::count(delta(old.mappings, new.mappings)),
            Count(old.count).to_string(),
            Count(new.count).to_string(),
            words::like(&row.like),
        ]
    };
    let columns = [
        ("bytes", Cell::Number),
        ("mappings", Cell::Number),
        ("old", Cell::Number),
        ("new", Cell::Number),
        ("what", Cell::Name),
    ];
    let remark = "what there is more or less of; old and new count owners";
    Section::new("growth", "Growth by owner", remark, "change").columns(columns).rows(&cx.diff.growth, limit, row)
}

/// Threads by name.
pub(super) fn threads(cx: DiffContext<'_>, limit: usize) -> Section {
    let changed = |row: &&ThreadCount| limit == usize::MAX || row.delta() != 0;
    let rows: Vec<&ThreadCount> = cx.diff.threads.iter().filter(changed).collect();
    let row = |row: &&ThreadCount| {
        let name = row.name.as_deref().map_or_else(|| "(no name)".to_owned(), |name| shortened(name, NAME).to_string());
        vec![name, Count(row.old).to_string(), Count(row.new).to_string(), words::count(row.delta())]
    };
    let columns = [("name", Cell::Name), ("old", Cell::Number), ("new", Cell::Number), ("difference", Cell::Number)];
    let remark = match rows.is_empty() {
        true if cx.diff.threads.is_empty() => "one of the dumps lists none",
        true => "as many of each name in both",
        false => "numbers in names are left out",
    };
    Section::new("threads", "Threads", remark, "name").columns(columns).rows(&rows, limit, row)
}

/// A row of the table of modules: what became of it, its size, its name and more.
struct Row<'a> {
    word: &'static str,
    module: &'a Module,
    more: String,
}

/// Modules that came, went or were built anew; with `all` those that moved too.
pub(super) fn modules(cx: DiffContext<'_>, limit: usize) -> Option<Section> {
    let (old, new) = (cx.first()?, cx.last()?);
    let modules = &cx.diff.modules;
    let (olds, news) = (&old.cx.snapshot.modules, &new.cx.snapshot.modules);
    let came = modules
        .came
        .iter()
        .filter_map(|i| Some(Row { word: "came", module: news.get(*i)?, more: at(new, news.get(*i)?) }));
    let went = modules
        .went
        .iter()
        .filter_map(|i| Some(Row { word: "went", module: olds.get(*i)?, more: at(old, olds.get(*i)?) }));
    let rebuilt = modules.rebuilt.iter().filter_map(|pair| rebuilt(old, new, *pair));
    let moved = modules.moved.iter().filter(|_| limit == usize::MAX).filter_map(|pair| moved(old, new, *pair));
    let rows: Vec<Row<'_>> = came.chain(went).chain(rebuilt).chain(moved).collect();
    let row = |row: &Row<'_>| {
        vec![
            row.word.to_owned(),
            Bytes(row.module.range.size()).to_string(),
            shortened(&row.module.name, NAME).to_string(),
            row.more.clone(),
        ]
    };
    let columns = [("", Cell::Words), ("size", Cell::Number), ("module", Cell::Name), ("", Cell::Name)];
    let section = Section::new("modules", "Modules", summary(cx), "module");
    Some(section.columns(columns).rows(&rows, limit, row))
}

fn summary(cx: DiffContext<'_>) -> String {
    let modules = &cx.diff.modules;
    let count = |list: usize| Count(list as u64);
    let moved = match (modules.moved.len(), modules.stayed) {
        (0, _) => "none moved".to_owned(),
        (moved, all) if moved as u64 == all => "all moved".to_owned(),
        (moved, _) => format!("{} moved", count(moved)),
    };
    format!(
        "{} in both, {moved}; {} came, {} went, {} built anew",
        plural(modules.stayed, "module"),
        count(modules.came.len()),
        count(modules.went.len()),
        count(modules.rebuilt.len())
    )
}

fn start(dump: Compared<'_>, module: &Module) -> Hex {
    Hex { addr: module.range.start(), width: dump.cx.snapshot.width() }
}

fn at(dump: Compared<'_>, module: &Module) -> String {
    format!("at {}", start(dump, module))
}

fn rebuilt<'a>(old: Compared<'a>, new: Compared<'a>, pair: ModulePair) -> Option<Row<'a>> {
    let (then, module) = (old.cx.snapshot.modules.get(pair.old)?, new.cx.snapshot.modules.get(pair.new)?);
    let id = |module: &Module| shortened(module.id.as_deref().unwrap_or_default(), 16).to_string();
    Some(Row { word: "other build", module, more: format!("{} instead of {}", id(module), id(then)) })
}

fn moved<'a>(old: Compared<'a>, new: Compared<'a>, pair: ModulePair) -> Option<Row<'a>> {
    let (then, module) = (old.cx.snapshot.modules.get(pair.old)?, new.cx.snapshot.modules.get(pair.new)?);
    Some(Row { word: "moved", module, more: format!("from {} to {}", start(old, then), start(new, module)) })
}
