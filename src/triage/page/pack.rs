//! All rows for the script: a line of JSON about the page, one for each chunk of rows, packed with gzip and written in
//! base64 while the rows are walked. In base64 nothing can end the element or be markup.

use std::cell::Cell;
use std::io::{self, Write};

use base64::engine::general_purpose::{GeneralPurpose, STANDARD};
use base64::write::EncoderWriter;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;

use super::chunk::{Chunk, Number, ROWS};
use super::overview::Overview;
use super::title::title;
use super::{cell, groups};
use crate::triage::{COLUMNS, Column, Kind, Row, RowGroup, Triaged};

/// Rows in a page at most.
const MOST_ROWS: u64 = 200_000;
/// Bytes after which no further rows are packed.
const LARGEST: u64 = 24 << 20;

/// What became of the rows.
pub(super) struct Packed {
    /// How many are in the page.
    pub rows: u64,
    /// How many are not.
    pub left_out: u64,
}

/// What the script knows before the first row.
#[derive(Serialize)]
struct Header {
    /// Rows that follow at most.
    rows: u64,
    columns: Vec<Head>,
    /// Names of the columns by which rows are grouped.
    by: Vec<&'static str>,
    groups: Vec<Group>,
}

#[derive(Serialize)]
struct Head {
    name: &'static str,
    title: String,
    kind: &'static str,
    /// Whether any row has something there.
    known: bool,
    /// Whether the table opens with it.
    shown: bool,
}

#[derive(Serialize)]
struct Group {
    key: Vec<Option<String>>,
    count: u64,
    median: Option<Number>,
    example: String,
}

/// Writes the packed rows, and tells how many there was room for.
pub(super) fn write(out: &mut dyn Write, triaged: &Triaged<'_>, overview: &Overview) -> io::Result<Packed> {
    let written = Cell::new(0);
    let encoder = EncoderWriter::new(Counted { to: out, written: &written }, &STANDARD);
    let mut packer = Packer { to: GzEncoder::new(encoder, Compression::fast()), waiting: Vec::new(), rows: 0 };
    packer.line(&header(triaged, overview))?;
    triaged.rows.each(&mut |row| match packer.rows < MOST_ROWS && written.get() < LARGEST {
        true => packer.push(row),
        false => Ok(()),
    })?;
    let rows = packer.finish()?;
    Ok(Packed { rows, left_out: overview.rows.saturating_sub(rows) })
}

fn header(triaged: &Triaged<'_>, overview: &Overview) -> Header {
    let shown = overview.usual();
    let is_shown = |column: &Column| shown.iter().any(|one| one.name == column.name);
    let head = |(index, column): (usize, &Column)| Head {
        name: column.name,
        title: title(column),
        kind: kind(column.kind),
        known: overview.knows(index),
        shown: is_shown(column),
    };
    Header {
        rows: overview.rows.min(MOST_ROWS),
        columns: COLUMNS.iter().enumerate().map(head).collect(),
        by: triaged.summary.by.iter().map(|column| column.name).collect(),
        groups: triaged.summary.groups.iter().take(groups::MOST).map(group).collect(),
    }
}

fn group(group: &RowGroup) -> Group {
    Group {
        key: group.key.iter().map(|part| part.as_deref().map(cell::words)).collect(),
        count: group.count,
        median: group.median_largest.map(Number::new),
        example: cell::words(&group.example),
    }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Bytes => "bytes",
        Kind::Count => "count",
        Kind::Percent => "percent",
        Kind::Time => "time",
        Kind::Millis => "millis",
    }
}

/// Collects rows to chunks, and packs lines.
struct Packer<'a> {
    to: GzEncoder<EncoderWriter<'a, GeneralPurpose, Counted<'a>>>,
    waiting: Vec<Row>,
    rows: u64,
}

impl Packer<'_> {
    fn push(&mut self, row: &Row) -> io::Result<()> {
        self.waiting.push(row.clone());
        self.rows += 1;
        if self.waiting.len() < ROWS { Ok(()) } else { self.chunk() }
    }

    fn chunk(&mut self) -> io::Result<()> {
        let rows = std::mem::take(&mut self.waiting);
        self.line(&Chunk::of(&rows))
    }

    fn line(&mut self, value: &impl Serialize) -> io::Result<()> {
        let mut line = serde_json::to_vec(value)?;
        line.push(b'\n');
        self.to.write_all(&line)
    }

    /// Packs what is left, and tells how many rows there were.
    fn finish(mut self) -> io::Result<u64> {
        if !self.waiting.is_empty() {
            self.chunk()?;
        }
        self.to.finish()?.finish()?;
        Ok(self.rows)
    }
}

/// Counts what goes through.
struct Counted<'a> {
    to: &'a mut dyn Write,
    written: &'a Cell<u64>,
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.to.write(bytes)?;
        self.written.set(self.written.get() + taken as u64);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
