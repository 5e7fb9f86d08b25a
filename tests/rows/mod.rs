//! Rows, and what is asked of them.

mod docs;
mod fail_if;
mod group;
mod same;

use std::path::Path;

use fragscope::analyze::{advise_with_heaps, analyze};
use fragscope::heaps::{self, Effort, Heaps, NO_HEAPS};
use fragscope::load::{self, Dump, LoadOptions};
use fragscope::report::{Context, OwnerIds};
use fragscope::triage::{Row, RowFile};

/// The row of a dump whose heaps nobody looked into.
pub fn row_of(dump: &Dump<'_>, name: &str) -> Row {
    row_with(dump, &NO_HEAPS, name)
}

/// The row of a file, with its heaps on its map as in a report.
pub fn row_of_file(path: &Path) -> Row {
    let mut dump = load::open(path, &LoadOptions::default()).unwrap();
    let heaps = heaps::walk(dump.snapshot(), dump.memory(), Effort::Quick);
    heaps::place(dump.snapshot_mut(), &heaps);
    row_with(&dump, &heaps, &path.to_string_lossy())
}

fn row_with(dump: &Dump<'_>, heaps: &Heaps, name: &str) -> Row {
    let snapshot = dump.snapshot();
    let analysis = analyze(snapshot);
    let counsel = advise_with_heaps(snapshot, &analysis, heaps);
    let ids = OwnerIds::default();
    let file = RowFile { file: name.into(), ..RowFile::default() };
    Row::of(Context { snapshot, analysis: &analysis, counsel: &counsel, ids: &ids, heaps }, file)
}
