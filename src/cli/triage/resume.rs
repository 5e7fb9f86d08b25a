//! What an earlier run left in its journal.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use super::digest;
use super::journal::{Header, Line, Place, line_at};
use super::name::Name;
use super::sealed;
use super::wire::{Identity, read_line};
use crate::cli::failure::Failure;
use serde_json::value::RawValue;

/// The lines of an earlier run, by the names of their inputs.
pub struct Earlier {
    lines: Vec<Known>,
    /// Where the last whole line ends.
    pub end: u64,
    /// The first number of a group that no line has.
    pub next_group: u32,
}

/// A line of an earlier run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Known {
    name: u64,
    group: u32,
    member: u32,
    /// `TAKEN` once it stands for an input of this run.
    offset: u64,
}

const TAKEN: u64 = u64::MAX;

/// What there is of an input already.
pub struct Done {
    /// Number of its lines.
    pub group: u32,
    /// Its rows.
    pub rows: Vec<Place>,
    /// Whether there are no more.
    pub complete: bool,
    /// Members of which a worker died.
    pub closed: Vec<String>,
}

impl Earlier {
    /// What lies in a journal. `None` if there is nothing, or if it is not to be gone on with.
    ///
    /// # Errors
    /// A sentence: it is no journal, or one of a run that made other rows.
    pub fn of(file: &File, path: &Path, header: &Header, resume: bool) -> Result<Option<Earlier>, Failure> {
        let failed = |e: io::Error| Failure::File(path.to_owned(), e.to_string());
        let mut reader = BufReader::new(file);
        let mut line = Vec::new();
        if !read_line(&mut reader, &mut line).map_err(failed)? && line.is_empty() {
            return Ok(None);
        }
        let Ok(found) = serde_json::from_slice::<Header>(&line) else { return not_one(&line, path) };
        if !resume {
            return Ok(None);
        }
        if found != *header {
            return Err(Failure::Usage(differs(path, &found, header)));
        }
        let mut earlier = Earlier { lines: Vec::new(), end: line.len() as u64 + 1, next_group: 0 };
        while read_line(&mut reader, &mut line).unwrap_or(false) {
            // A torn line, or what a failing disk made of one: what follows is done again.
            if !earlier.know(&line) {
                break;
            }
        }
        earlier.lines.sort_unstable();
        Ok(Some(earlier))
    }

    fn know(&mut self, line: &[u8]) -> bool {
        let Some(Ok(read)) = sealed::open(line).map(serde_json::from_slice::<Line<&RawValue>>) else { return false };
        let name = digest::number(&read.name.bytes());
        self.lines.push(Known { name, group: read.group, member: read.member, offset: self.end });
        self.next_group = self.next_group.max(read.group.saturating_add(1));
        self.end += line.len() as u64 + 1;
        true
    }

    /// What there is of this input of the run that begins now. Each line is handed out once: an input that is listed twice
    /// has two rows.
    ///
    /// # Errors
    /// Those of reading the journal.
    pub fn take(&mut self, file: &File, input: u32, name: &Name, identity: Identity) -> io::Result<Option<Done>> {
        let hash = digest::number(&name.bytes());
        let mut from = self.lines.partition_point(|known| known.name < hash);
        loop {
            let Some(first) = self.lines.get(from).copied().filter(|known| known.name == hash) else { return Ok(None) };
            let len = self.lines.iter().skip(from).take_while(|k| (k.name, k.group) == (hash, first.group)).count();
            let group = self.lines.get_mut(from..from + len).unwrap_or_default();
            if first.offset != TAKEN
                && let Some(done) = whole(group, file, input, name, identity)?
            {
                group.iter_mut().for_each(|known| known.offset = TAKEN);
                return Ok(Some(done));
            }
            from += len;
        }
    }
}

/// The rows of a group, if it is of this input as it is now.
fn whole(group: &[Known], file: &File, input: u32, name: &Name, identity: Identity) -> io::Result<Option<Done>> {
    let mut line = Vec::new();
    let mut done = Done { group: 0, rows: Vec::with_capacity(group.len()), complete: false, closed: Vec::new() };
    for (known, member) in group.iter().zip(0u32..) {
        line_at(file, known.offset, &mut line)?;
        let Some(Ok(read)) = sealed::open(&line).map(serde_json::from_slice::<Line<&RawValue>>) else {
            return Ok(None);
        };
        if (&read.name, read.identity, read.member) != (name, identity, member) {
            return Ok(None);
        }
        done.group = read.group;
        done.complete |= read.end;
        done.closed.extend(read.closed);
        if read.row.is_some() {
            done.rows.push(Place { input, member, offset: known.offset });
        }
    }
    Ok(Some(done))
}

/// What is there may be anything, and nobody's file is overwritten; but a journal whose first line was never completed is
/// one.
fn not_one(line: &[u8], path: &Path) -> Result<Option<Earlier>, Failure> {
    match line.starts_with(b"{\"fragscope_journal\"") {
        true => Ok(None),
        false => Err(Failure::File(path.to_owned(), "a file that is no journal is in its place; move it away".into())),
    }
}

fn differs(path: &Path, found: &Header, asked: &Header) -> String {
    let path = path.to_string_lossy();
    if found.tool_version != asked.tool_version {
        let version = &found.tool_version;
        return format!("{path} is of fragscope {version}; go on with that, or begin anew without --resume");
    }
    let options = |header: &Header| serde_json::to_value(&header.setup).unwrap_or_default();
    let (found, asked) = (options(found), options(asked));
    let keys = asked.as_object().into_iter().flat_map(|asked| asked.keys());
    let other: Vec<String> =
        keys.filter(|key| found.get(key) != asked.get(key)).map(|key| format!("--{}", key.replace('_', "-"))).collect();
    let other = other.join(", ");
    format!("{path} is of a run with another {other}; give the same, or begin anew without --resume")
}
