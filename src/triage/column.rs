//! The columns of a row: one list for tables, for gates, and for what `--by` takes.

use super::{Row, RowSplitter, Status};
use crate::analyze::VerdictKind;
use crate::analyze::condition::Subject;
use crate::model::{Cpu, DumpFormat, Evidence, Os, Writer};
use crate::report::Vocabulary;

pub use crate::analyze::condition::{Kind, Value};

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name, which is the path of the same fact in JSON: `stacks.count`, `splitters.0.owner`.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// What it means, in a few words.
    pub meaning: &'static str,
    /// Other names that people type.
    pub aliases: &'static [&'static str],
    /// The words that a text is one of; none if any is possible.
    pub words: fn() -> Vec<&'static str>,
    /// The fact, `None` where it is not known.
    pub get: for<'r> fn(&'r Row) -> Option<Value<'r>>,
}

impl Column {
    /// The column of this name.
    pub fn named(name: &str) -> Option<&'static Column> {
        COLUMNS.iter().find(|column| column.name == name)
    }

    const fn one_of(self, words: fn() -> Vec<&'static str>) -> Column {
        Column { words, ..self }
    }

    const fn or_called(self, aliases: &'static [&'static str]) -> Column {
        Column { aliases, ..self }
    }
}

impl Subject for Column {
    const NOUN: &'static str = "column";
    const LISTED: &'static str = "columns are the fields of a row, as `fragscope schema row` describes it";
    const EXAMPLE: &'static str = "largest < 64M";

    fn name(&self) -> &'static str {
        self.name
    }

    fn aliases(&self) -> &'static [&'static str] {
        self.aliases
    }

    fn kind(&self) -> Kind {
        self.kind
    }

    fn words(&self) -> Vec<&'static str> {
        (self.words)()
    }
}

const fn column(
    name: &'static str,
    kind: Kind,
    get: for<'r> fn(&'r Row) -> Option<Value<'r>>,
    meaning: &'static str,
) -> Column {
    Column { name, kind, meaning, aliases: &[], words: Vec::new, get }
}

fn words<T: Vocabulary>() -> Vec<&'static str> {
    T::VALUES.iter().map(|value| value.word()).collect()
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
    column(
        "file",
        Kind::Text,
        |row| Some(Value::Text(&row.file)),
        "the input as it was named; a member of an archive after `!`",
    ),
    column("status", Kind::Text, |row| Some(Value::Text(row.status.name())), "how reading it ended")
        .one_of(|| Status::ALL.map(Status::name).to_vec()),
    column("message", Kind::Text, |row| word(&row.message), "why it is not `ok`"),
    column("verdict", Kind::Text, |row| word(&row.verdict), "whether the address space was to blame")
        .one_of(words::<VerdictKind>),
    column(
        "group",
        Kind::Text,
        |row| word(&row.group),
        "verdict, bits and who splits most: the same for dumps of the same trouble",
    ),
    column("request", Kind::Bytes, |row| whole(row.request), "the request judged"),
    column("free", Kind::Bytes, |row| whole(row.free), "sum of all gaps"),
    column("largest", Kind::Bytes, |row| whole(row.largest), "the largest usable gap that mmap reaches")
        .or_called(&["largest_gap"]),
    column(
        "fragmentation",
        Kind::Percent,
        |row| row.fragmentation.map(Value::Real),
        "share of the free bytes outside of the largest gap, compared in hundredths",
    ),
    column("gaps", Kind::Count, |row| whole(row.gaps), "how many gaps").or_called(&["gap_count"]),
    column("unusable", Kind::Bytes, |row| whole(row.unusable), "free bytes in granules that are cut by a region"),
    column("reserved", Kind::Bytes, |row| whole(row.reserved), "address space taken without memory behind it"),
    column("committed", Kind::Bytes, |row| whole(row.committed), "usable memory that is mapped"),
    column("commit_left", Kind::Bytes, |row| whole(row.commit_left), "what could still be committed"),
    column("stacks.count", Kind::Count, |row| whole(row.stacks.count), "threads whose stack is known")
        .or_called(&["stacks"]),
    column("stacks.bytes", Kind::Bytes, |row| whole(row.stacks.bytes), "address space that their stacks take"),
    column("modules", Kind::Count, |row| whole(row.modules), "how many modules"),
    column("vma_count", Kind::Count, |row| whole(row.vma_count), "mappings as Linux counts them").or_called(&["vmas"]),
    column("splitters.0.owner", Kind::Text, |row| owner(row, 0), "without whom the largest gap would be largest")
        .or_called(&["splitter"]),
    column("splitters.0.gain", Kind::Bytes, |row| gain(row, 0), "how much larger"),
    column("splitters.1.owner", Kind::Text, |row| owner(row, 1), "the second of them"),
    column("splitters.1.gain", Kind::Bytes, |row| gain(row, 1), "how much larger"),
    column("splitters.2.owner", Kind::Text, |row| owner(row, 2), "the third"),
    column("splitters.2.gain", Kind::Bytes, |row| gain(row, 2), "how much larger"),
    column("advice", Kind::Text, |row| word(&row.advice), "what would help most"),
    column(
        "evidence",
        Kind::Text,
        |row| word(&row.evidence),
        "how complete the map is; of an incomplete one the figures of what is free are upper bounds",
    )
    .one_of(words::<Evidence>),
    column("format", Kind::Text, |row| word(&row.format), "kind of input").one_of(words::<DumpFormat>),
    column("writer", Kind::Text, |row| word(&row.writer), "who wrote it")
        .one_of(|| Writer::ALL.map(Writer::name).to_vec()),
    column("os", Kind::Text, |row| word(&row.os), "operating system").one_of(|| Os::ALL.map(Os::name).to_vec()),
    column("cpu", Kind::Text, |row| word(&row.cpu), "instruction set of the process")
        .one_of(|| Cpu::ALL.map(Cpu::name).to_vec()),
    column("bits", Kind::Count, |row| whole(row.bits), "pointer size: 32 or 64").or_called(&["pointer_width"]),
    column("process", Kind::Text, |row| word(&row.process), "name of the executable").or_called(&["process_name"]),
    column("pid", Kind::Count, |row| whole(row.pid), "process id"),
    column("crash_reason", Kind::Text, |row| word(&row.crash_reason), "name or number of the signal or exception"),
    column(
        "largest_free_vm_block",
        Kind::Bytes,
        |row| whole(row.largest_free_vm_block),
        "Socorro: the largest free region",
    ),
    column(
        "tiny_block_size",
        Kind::Bytes,
        |row| whole(row.tiny_block_size),
        "Socorro: sum of the free regions below 1 MiB",
    ),
    column(
        "write_combine_size",
        Kind::Bytes,
        |row| whole(row.write_combine_size),
        "Socorro: committed write-combined memory",
    ),
    column("size", Kind::Bytes, |row| whole(row.size), "size of the file"),
    column("mtime_ms", Kind::Time, |row| whole(row.mtime_ms), "when the file was last changed"),
    column("sha256", Kind::Text, |row| word(&row.sha256), "fingerprint of its content in hex, where one was asked for"),
    column("report", Kind::Text, |row| word(&row.report), "its full report, where one was written"),
    column("ms", Kind::Millis, |row| Some(Value::Real(row.ms)), "how long reading it took"),
    column(
        "schema_version",
        Kind::Count,
        |row| Some(Value::Whole(row.schema_version.into())),
        "version of the row's shape",
    ),
    column("tool_version", Kind::Text, |row| Some(Value::Text(&row.tool_version)), "version of fragscope"),
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
