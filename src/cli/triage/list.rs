//! Names from a list, one a line: each is exactly one input, whatever stands there.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::sources::Found;

/// A list of names.
pub struct List {
    from: Box<dyn BufRead + Send>,
    end: u8,
    name: PathBuf,
    failed: bool,
}

/// Longest name, in bytes; systems allow less.
const LONGEST: u64 = 64 << 10;

impl List {
    /// Opens a list; `-` is stdin.
    ///
    /// # Errors
    /// The system's refusal, as a sentence.
    pub fn open(path: &Path, null: bool) -> Result<List, String> {
        let from: Box<dyn BufRead + Send> = if path == Path::new("-") {
            Box::new(BufReader::new(io::stdin()))
        } else {
            let file = File::open(path).map_err(|e| format!("the list {} cannot be opened: {e}", path.display()))?;
            Box::new(BufReader::new(file))
        };
        Ok(List { from, end: if null { 0 } else { b'\n' }, name: path.to_owned(), failed: false })
    }

    fn line(&mut self) -> io::Result<Option<Found>> {
        let mut line = Vec::new();
        self.from.by_ref().take(LONGEST).read_until(self.end, &mut line)?;
        if line.is_empty() {
            return Ok(None);
        }
        let whole = line.pop_if(|last| *last == self.end).is_some();
        if !whole && line.len() as u64 == LONGEST {
            self.from.skip_until(self.end)?;
            line.truncate(200);
            let sentence = format!("a line of the list has more than {LONGEST} bytes, and is no name");
            return Ok(Some(Found::Refused(path_of(line), sentence)));
        }
        if self.end == b'\n' {
            // Lists are written on Windows too.
            line.pop_if(|last| *last == b'\r');
        }
        Ok(Some(Found::Input(path_of(line))))
    }
}

impl Iterator for List {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        if self.failed {
            return None;
        }
        self.line().unwrap_or_else(|error| {
            self.failed = true;
            Some(Found::Refused(self.name.clone(), format!("the list cannot be read to its end: {error}")))
        })
    }
}

#[cfg(unix)]
fn path_of(bytes: Vec<u8>) -> PathBuf {
    let name: std::ffi::OsString = std::os::unix::ffi::OsStringExt::from_vec(bytes);
    name.into()
}

#[cfg(not(unix))]
fn path_of(bytes: Vec<u8>) -> PathBuf {
    String::from_utf8_lossy(&bytes).into_owned().into()
}
