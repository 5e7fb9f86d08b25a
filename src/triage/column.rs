//! The columns of a row: one list for tables, for gates, and for what `--by` takes.

use super::{Row, RowSplitter};

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Words and names.
    Text,
    /// A size in bytes.
    Bytes,
    /// A whole number.
    Count,
    /// A share from 0 to 100.
    Percent,
    /// A moment, in milliseconds since 1970.
    Time,
    /// A duration in milliseconds.
    Millis,
}

/// What stands in one field.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Value<'a> {
    /// Of [`Kind::Text`]; untrusted.
    Text(&'a str),
    /// Of [`Kind::Bytes`], [`Kind::Count`] and [`Kind::Time`].
    Whole(u64),
    /// Of [`Kind::Percent`] and [`Kind::Millis`].
    Real(f64),
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name, which is the path of the same fact in JSON: `stacks.count`, `splitters.0.owner`.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// The fact, `None` where it is not known.
    pub get: for<'r> fn(&'r Row) -> Option<Value<'r>>,
}

impl Column {
    /// The column of this name.
    pub fn named(name: &str) -> Option<&'static Column> {
        COLUMNS.iter().find(|column| column.name == name)
    }
}

const fn text(name: &'static str, get: for<'r> fn(&'r Row) -> Option<Value<'r>>) -> Column {
    Column { name, kind: Kind::Text, get }
}

const fn bytes(name: &'static str, get: for<'r> fn(&'r Row) -> Option<Value<'r>>) -> Column {
    Column { name, kind: Kind::Bytes, get }
}

const fn count(name: &'static str, get: for<'r> fn(&'r Row) -> Option<Value<'r>>) -> Column {
    Column { name, kind: Kind::Count, get }
}

fn word(text: &Option<String>) -> Option<Value<'_>> {
    text.as_deref().map(Value::Text)
}

fn whole<'a>(number: Option<u64>) -> Option<Value<'a>> {
    number.map(Value::Whole)
}

fn owner(row: &Row, index: usize) -> Option<Value<'_>> {
    row.splitters.get(index).map(|RowSplitter { owner, .. }| Value::Text(owner))
}

fn gain(row: &Row, index: usize) -> Option<Value<'_>> {
    row.splitters.get(index).map(|splitter| Value::Whole(splitter.gain))
}

/// All columns, in the order of tables.
pub static COLUMNS: [Column; 44] = [
    text("file", |row| Some(Value::Text(&row.file))),
    text("status", |row| Some(Value::Text(row.status.name()))),
    text("message", |row| word(&row.message)),
    text("verdict", |row| word(&row.verdict)),
    text("group", |row| word(&row.group)),
    bytes("request", |row| whole(row.request)),
    bytes("free", |row| whole(row.free)),
    bytes("largest", |row| whole(row.largest)),
    Column { name: "fragmentation", kind: Kind::Percent, get: |row| row.fragmentation.map(Value::Real) },
    count("gaps", |row| whole(row.gaps)),
    bytes("unusable", |row| whole(row.unusable)),
    bytes("reserved", |row| whole(row.reserved)),
    bytes("committed", |row| whole(row.committed)),
    bytes("commit_left", |row| whole(row.commit_left)),
    count("stacks.count", |row| whole(row.stacks.count)),
    bytes("stacks.bytes", |row| whole(row.stacks.bytes)),
    count("modules", |row| whole(row.modules)),
    count("vma_count", |row| whole(row.vma_count)),
    text("splitters.0.owner", |row| owner(row, 0)),
    bytes("splitters.0.gain", |row| gain(row, 0)),
    text("splitters.1.owner", |row| owner(row, 1)),
    bytes("splitters.1.gain", |row| gain(row, 1)),
    text("splitters.2.owner", |row| owner(row, 2)),
    bytes("splitters.2.gain", |row| gain(row, 2)),
    text("advice", |row| word(&row.advice)),
    text("evidence", |row| word(&row.evidence)),
    text("format", |row| word(&row.format)),
    text("writer", |row| word(&row.writer)),
    text("os", |row| word(&row.os)),
    text("cpu", |row| word(&row.cpu)),
    count("bits", |row| whole(row.bits)),
    text("process", |row| word(&row.process)),
    count("pid", |row| whole(row.pid)),
    text("crash_reason", |row| word(&row.crash_reason)),
    bytes("largest_free_vm_block", |row| whole(row.largest_free_vm_block)),
    bytes("tiny_block_size", |row| whole(row.tiny_block_size)),
    bytes("write_combine_size", |row| whole(row.write_combine_size)),
    bytes("size", |row| whole(row.size)),
    Column { name: "mtime_ms", kind: Kind::Time, get: |row| whole(row.mtime_ms) },
    text("sha256", |row| word(&row.sha256)),
    text("report", |row| word(&row.report)),
    Column { name: "ms", kind: Kind::Millis, get: |row| Some(Value::Real(row.ms)) },
    count("schema_version", |row| Some(Value::Whole(row.schema_version.into()))),
    text("tool_version", |row| Some(Value::Text(&row.tool_version))),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// A row with something in every field.
    fn full() -> Row {
        let mut json =
            serde_json::to_value(Row { stacks: crate::triage::RowStacks::default(), ..Row::default() }).unwrap();
        let object = json.as_object_mut().unwrap();
        for column in &COLUMNS {
            let name = column.name.split('.').next().unwrap();
            let value = match column.kind {
                _ if name == "status" => "partial".into(),
                _ if name == "stacks" => serde_json::json!({"count": 7, "bytes": 8}),
                _ if name == "splitters" => {
                    serde_json::json!([{"owner": "a", "gain": 1}, {"owner": "b", "gain": 2}, {"owner": "c", "gain": 3}])
                }
                Kind::Text => name.into(),
                Kind::Bytes | Kind::Count | Kind::Time => (name.len() as u64).into(),
                Kind::Percent | Kind::Millis => 12.5.into(),
            };
            object.insert(name.into(), value);
        }
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn a_column_is_what_stands_at_its_path_in_json() {
        let row = full();
        let json = serde_json::to_value(&row).unwrap();
        for column in &COLUMNS {
            let found = json.pointer(&format!("/{}", column.name.replace('.', "/"))).unwrap();
            match (column.get)(&row).unwrap() {
                Value::Text(text) => assert_eq!(found.as_str(), Some(text), "{}", column.name),
                Value::Whole(number) => assert_eq!(found.as_u64(), Some(number), "{}", column.name),
                Value::Real(number) => assert_eq!(found.as_f64(), Some(number), "{}", column.name),
            }
        }
        let fields = json.as_object().unwrap().keys();
        let missing: Vec<_> =
            fields.filter(|f| !COLUMNS.iter().any(|c| c.name.split('.').next() == Some(f.as_str()))).collect();
        assert!(missing.is_empty(), "no column for {missing:?}");
    }

    #[test]
    fn rows_are_read_back() {
        let row = full();
        assert_eq!(serde_json::from_str::<Row>(&serde_json::to_string(&row).unwrap()).unwrap(), row);
    }
}
