//! Rows as they come, on disk: what was done survives whatever ends the run.
//!
//! The first line says how rows are made, each other one is a row of an input, behind its checksum. A line is written at once, so that a run that
//! is killed loses no more than what was being read. Only where rows lie is kept in memory.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::name::Name;
use super::resume::Earlier;
use super::sealed;
use super::setup::Setup;
use super::wire::{Identity, read_line};
use crate::cli::failure::Failure;
use crate::triage::{Row, Rows};

/// What is appended to the name of the first output.
pub const ENDING: &str = ".fragscope-journal";

/// The first line.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Header {
    /// Version of this shape.
    pub fragscope_journal: u32,
    /// Version of the program.
    pub tool_version: String,
    /// How rows are made.
    pub setup: Setup,
}

impl Header {
    /// Of a run that makes rows so.
    pub fn of(setup: &Setup) -> Header {
        let tool_version = env!("CARGO_PKG_VERSION").into();
        Header { fragscope_journal: 1, tool_version, setup: setup.clone() }
    }
}

/// Every other line: a row, or that an archive has no more.
#[derive(Serialize, Deserialize)]
pub struct Line<R> {
    /// Lines of the same input have the same number, and no other in this journal has it.
    pub group: u32,
    /// Which of its rows it is.
    pub member: u32,
    /// The input.
    pub name: Name,
    /// What it was when it was read.
    pub identity: Identity,
    /// Whether it is the last line about it.
    pub end: bool,
    /// The member of an archive of which a worker died.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<String>,
    /// The row.
    #[serde(default = "Option::default")]
    pub row: Option<R>,
}

/// Where a row lies.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Place {
    /// Position of the input among all.
    pub input: u32,
    /// Which of its rows.
    pub member: u32,
    /// Where its line begins.
    pub offset: u64,
}

/// A journal that is being written.
pub struct Journal {
    file: File,
    /// `None` if it lies nowhere, and ends with the run.
    path: Option<PathBuf>,
    end: u64,
    /// The first number of a group that is not used yet.
    pub first_group: u32,
    places: Vec<Place>,
}

impl Journal {
    /// One that ends with the run, for a run without outputs.
    ///
    /// # Errors
    /// There is no place for temporary files.
    pub fn temporary() -> Result<Journal, Failure> {
        let file = tempfile::tempfile().map_err(|e| Failure::File(std::env::temp_dir(), e.to_string()))?;
        Ok(Journal { file, path: None, end: 0, first_group: 0, places: Vec::new() })
    }

    /// The one at `path`: a new one, or with `resume` what an earlier run left, which is handed back too.
    ///
    /// # Errors
    /// A sentence: another run writes it, it is of a run that made other rows, it is no journal, it cannot be written.
    pub fn open(path: &Path, header: &Header, resume: bool) -> Result<(Journal, Option<Earlier>), Failure> {
        let failed = |e: io::Error| Failure::File(path.to_owned(), e.to_string());
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(failed)?;
        lock(&file, path)?;
        let mut journal = Journal { file, path: Some(path.to_owned()), end: 0, first_group: 0, places: Vec::new() };
        let earlier = Earlier::of(&journal.file, path, header, resume)?;
        match &earlier {
            Some(earlier) => (journal.end, journal.first_group) = (earlier.end, earlier.next_group),
            None => {
                journal.file.set_len(0).map_err(failed)?;
                let mut line = serde_json::to_vec(header).map_err(|e| failed(e.into()))?;
                line.push(b'\n');
                journal.append(&line)?;
            }
        }
        journal.file.set_len(journal.end).map_err(failed)?;
        Ok((journal, earlier))
    }

    /// Adds a line about an input.
    ///
    /// # Errors
    /// The disk is full, and what else the system says.
    pub fn add(&mut self, input: u32, line: &Line<&RawValue>) -> Result<(), Failure> {
        let offset = self.end;
        let bytes = serde_json::to_vec(line).map_err(|e| self.failed(&e.into()))?;
        self.append(&sealed::seal(&bytes))?;
        if line.row.is_some() {
            self.adopt(Place { input, member: line.member, offset });
        }
        Ok(())
    }

    /// Takes a row that lies there already.
    pub fn adopt(&mut self, place: Place) {
        self.places.push(place);
    }

    /// The file, for looking at what lies there already.
    pub fn file(&self) -> &File {
        &self.file
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        // Looking at earlier lines moves where the file stands.
        let written = self.file.seek(SeekFrom::Start(self.end)).and_then(|_| self.file.write_all(bytes));
        written.map_err(|e| self.failed(&e))?;
        self.end += bytes.len() as u64;
        Ok(())
    }

    fn failed(&self, error: &io::Error) -> Failure {
        Failure::File(self.path.clone().unwrap_or_else(std::env::temp_dir), error.to_string())
    }

    /// No more rows come: those that are there, in the order of inputs or in that in which they came.
    pub fn finish(mut self, ordered: bool) -> Kept {
        match ordered {
            true => self.places.sort_unstable(),
            false => self.places.sort_unstable_by_key(|place| place.offset),
        }
        Kept { file: self.file, path: self.path, places: self.places }
    }
}

fn lock(file: &File, path: &Path) -> Result<(), Failure> {
    let gone = || !is_still(file, path);
    match file.try_lock() {
        Ok(()) if gone() => Err(TryLockError::WouldBlock),
        // A file system without locks leaves it to whoever uses it to run one at a time.
        Err(TryLockError::Error(e)) if e.kind() == io::ErrorKind::Unsupported => Ok(()),
        other => other,
    }
    .map_err(|e| match e {
        TryLockError::WouldBlock => Failure::File(
            path.to_owned(),
            "another triage with the same first output is running; wait for it, or write to another file".into(),
        ),
        TryLockError::Error(e) => Failure::File(path.to_owned(), format!("it cannot be locked: {e}")),
    })
}

/// Whether the path still leads to this file: whoever held the lock may have finished, and removed it.
#[cfg(unix)]
fn is_still(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let same =
        |here: &std::fs::Metadata, there: &std::fs::Metadata| (here.dev(), here.ino()) == (there.dev(), there.ino());
    matches!((file.metadata(), path.metadata()), (Ok(here), Ok(there)) if same(&here, &there))
}

#[cfg(not(unix))]
fn is_still(_: &File, _: &Path) -> bool {
    true
}

/// The rows of a run that has ended, on disk.
pub struct Kept {
    file: File,
    path: Option<PathBuf>,
    places: Vec<Place>,
}

impl Kept {
    /// Removes the journal: all that is made of it is in place.
    pub fn remove(self) {
        if let Some(path) = self.path {
            // Locked until it is gone.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// The part of a line that is needed for its row.
#[derive(Deserialize)]
struct RowOf {
    row: Row,
}

impl Rows for Kept {
    fn each(&self, visit: &mut dyn FnMut(&Row) -> io::Result<()>) -> io::Result<()> {
        let mut reader = BufReader::with_capacity(256 << 10, &self.file);
        let mut at = reader.seek(SeekFrom::Start(0))?;
        let mut line = Vec::new();
        for place in &self.places {
            // Rows lie nearly in order, so that most are in the buffer.
            let way = i64::try_from(place.offset).unwrap_or(i64::MAX) - i64::try_from(at).unwrap_or(i64::MAX);
            reader.seek_relative(way)?;
            read_line(&mut reader, &mut line)?;
            at = place.offset + line.len() as u64 + 1;
            let read = sealed::open(&line).ok_or_else(|| io::Error::other("the journal was changed meanwhile"))?;
            visit(&serde_json::from_slice::<RowOf>(read)?.row)?;
        }
        Ok(())
    }
}

/// One line at a place of a file.
///
/// # Errors
/// Those of reading.
pub fn line_at(file: &File, offset: u64, line: &mut Vec<u8>) -> io::Result<bool> {
    let mut file = file;
    file.seek(SeekFrom::Start(offset))?;
    let mut reader = BufReader::with_capacity(4 << 10, file);
    read_line(&mut reader, line)
}
