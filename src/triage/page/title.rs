//! What columns are called on the page.

use crate::triage::Column;

/// A column's name as a person says it; the name itself is what gates take.
pub(super) fn title(column: &Column) -> String {
    let said = match column.name {
        "stacks.count" => "stacks",
        "stacks.bytes" => "stack bytes",
        "splitters.0.owner" => "top splitter",
        "splitters.0.gain" => "its gain",
        "splitters.1.owner" => "splitter 2",
        "splitters.1.gain" => "gain 2",
        "splitters.2.owner" => "splitter 3",
        "splitters.2.gain" => "gain 3",
        "largest" => "largest gap",
        "vma_count" => "mappings",
        "mtime_ms" => "changed",
        "ms" => "took",
        name => return name.replace('_', " "),
    };
    said.to_owned()
}
