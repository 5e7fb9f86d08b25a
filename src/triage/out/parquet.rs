//! Rows as Parquet: a typed column for each column, with the same name. What may be unknown is optional; names are exact.
//!
//! Sizes and counts are signed 64-bit numbers, for differences of unsigned ones are errors in SQL; one of 2^63 and more is
//! written as 2^63 - 1.

use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};

use crate::report::Tool;
use crate::triage::{COLUMNS, Column, Kind, ROW_SCHEMA_VERSION, Row, Triaged, Value, words};

/// A group of rows is kept in memory until it is complete: when it has so many rows, or so many bytes of text.
const GROUP_ROWS: usize = 10_000;
const GROUP_TEXT: usize = 16 << 20;

/// Writes all rows.
///
/// # Errors
/// Those of `out`, and of reading the rows.
pub fn write(out: &mut dyn Write, triaged: &Triaged<'_>) -> io::Result<()> {
    let schema = schema().map_err(io::Error::other)?;
    // The writer wants an output that other threads could use; so it writes to memory, which is emptied after each group.
    let mut file =
        SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties(triaged))).map_err(io::Error::other)?;
    let mut group = Group::new();
    triaged.rows.each(&mut |row| {
        group.add(row);
        if group.is_complete() { group.write(&mut file, out) } else { Ok(()) }
    })?;
    if 0 < group.rows {
        group.write(&mut file, out)?;
    }
    out.write_all(&file.into_inner().map_err(io::Error::other)?)
}

/// One field for each column.
fn schema() -> Result<TypePtr, ParquetError> {
    let fields = COLUMNS.iter().map(|column| field(column).map(Arc::new)).collect::<Result<Vec<_>, _>>()?;
    Type::group_type_builder("row").with_fields(fields).build().map(Arc::new)
}

fn field(column: &Column) -> Result<Type, ParquetError> {
    let (physical, logical) = match column.kind {
        Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Bytes | Kind::Count => (Physical::INT64, None),
        Kind::Time => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MILLIS))),
        Kind::Percent | Kind::Millis => (Physical::DOUBLE, None),
    };
    let repetition = if is_always_known(column) { Repetition::REQUIRED } else { Repetition::OPTIONAL };
    Type::primitive_type_builder(column.name, physical).with_repetition(repetition).with_logical_type(logical).build()
}

/// Whether even the row of an input of which nothing is known has it.
fn is_always_known(column: &Column) -> bool {
    (column.get)(&Row { message: None, ..Row::default() }).is_some()
}

/// What readers are told about the file: versions, and what the gates found.
fn properties(triaged: &Triaged<'_>) -> WriterProperties {
    let tool = Tool::this();
    let gates = triaged.summary.gates.iter();
    let gates: Vec<String> =
        gates.map(|gate| format!("{} {}: {}", words::result(gate), gate.expression, words::found(gate))).collect();
    let facts = [
        ("fragscope.row_schema_version", ROW_SCHEMA_VERSION.to_string()),
        ("fragscope.version", tool.version.to_string()),
        ("fragscope.gates", serde_json::Value::from(gates).to_string()),
    ];
    WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_created_by(format!("{} version {}", tool.name, tool.version))
        .set_key_value_metadata(Some(facts.map(|(key, value)| KeyValue::new(key.into(), value)).into()))
        .build()
}

/// Rows that are written together, column by column.
struct Group {
    columns: Vec<Cells>,
    rows: usize,
    text: usize,
}

/// A column of some rows: what is known, and of which rows.
struct Cells {
    column: &'static Column,
    known: Known,
    /// 1 where it is known, 0 elsewhere; for a column that is always known nothing.
    levels: Option<Vec<i16>>,
}

enum Known {
    Text(Vec<ByteArray>),
    Whole(Vec<i64>),
    Real(Vec<f64>),
}

impl Group {
    fn new() -> Group {
        Group { columns: COLUMNS.iter().map(Cells::new).collect(), rows: 0, text: 0 }
    }

    fn add(&mut self, row: &Row) {
        self.text += self.columns.iter_mut().map(|cells| cells.add(row)).sum::<usize>();
        self.rows += 1;
    }

    fn is_complete(&self) -> bool {
        GROUP_ROWS <= self.rows || GROUP_TEXT <= self.text
    }

    /// Writes the rows and forgets them.
    fn write(&mut self, file: &mut SerializedFileWriter<Vec<u8>>, out: &mut dyn Write) -> io::Result<()> {
        self.encode(file).map_err(io::Error::other)?;
        *self = Group::new();
        file.flush()?;
        out.write_all(&std::mem::take(file.inner_mut()))
    }

    fn encode(&self, file: &mut SerializedFileWriter<Vec<u8>>) -> Result<(), ParquetError> {
        let mut group = file.next_row_group()?;
        for cells in &self.columns {
            let Some(mut column) = group.next_column()? else { break };
            cells.encode(column.untyped())?;
            column.close()?;
        }
        group.close().map(drop)
    }
}

impl Cells {
    fn new(column: &'static Column) -> Cells {
        let known = match column.kind {
            Kind::Text => Known::Text(Vec::new()),
            Kind::Bytes | Kind::Count | Kind::Time => Known::Whole(Vec::new()),
            Kind::Percent | Kind::Millis => Known::Real(Vec::new()),
        };
        Cells { column, known, levels: (!is_always_known(column)).then(Vec::new) }
    }

    /// Adds a row's field, and says how many bytes of text are in it.
    fn add(&mut self, row: &Row) -> usize {
        let found = (self.column.get)(row);
        if let Some(levels) = &mut self.levels {
            levels.push(found.is_some().into());
        }
        match (found, &mut self.known) {
            (Some(Value::Text(text)), Known::Text(known)) => {
                known.push(text.into());
                return text.len();
            }
            (Some(Value::Whole(number)), Known::Whole(known)) => known.push(i64::try_from(number).unwrap_or(i64::MAX)),
            (Some(Value::Real(number)), Known::Real(known)) => known.push(number),
            (None, _) => {}
            (Some(value), _) => debug_assert!(false, "{} holds {value:?}", self.column.name),
        }
        0
    }

    fn encode(&self, writer: &mut ColumnWriter<'_>) -> Result<(), ParquetError> {
        let levels = self.levels.as_deref();
        match (&self.known, writer) {
            (Known::Text(known), ColumnWriter::ByteArrayColumnWriter(out)) => out.write_batch(known, levels, None)?,
            (Known::Whole(known), ColumnWriter::Int64ColumnWriter(out)) => out.write_batch(known, levels, None)?,
            (Known::Real(known), ColumnWriter::DoubleColumnWriter(out)) => out.write_batch(known, levels, None)?,
            _ => return Err(ParquetError::General(format!("{} is of another type", self.column.name))),
        };
        Ok(())
    }
}
