//! Rows, and what is asked of them.

mod docs;
mod fail_if;
mod group;
mod same;

use std::path::Path;

use fragscope::analyze::{advise, analyze};
use fragscope::heaps::NO_HEAPS;
use fragscope::load::{self, Dump, LoadOptions};
use fragscope::report::{Context, OwnerIds};
use fragscope::triage::{Row, RowFile};

/// The row of a dump.
pub fn row_of(dump: &Dump<'_>, name: &str) -> Row {
    let snapshot = dump.snapshot();
    let analysis = analyze(snapshot);
    let counsel = advise(snapshot, &analysis);
    let ids = OwnerIds::default();
    let file = RowFile { file: name.into(), ..RowFile::default() };
    Row::of(Context { snapshot, analysis: &analysis, counsel: &counsel, ids: &ids, heaps: &NO_HEAPS }, file)
}

/// The row of a file.
pub fn row_of_file(path: &Path) -> Row {
    row_of(&load::open(path, &LoadOptions::default()).unwrap(), &path.to_string_lossy())
}
