//! Rows that earlier runs wrote as lines of JSON: the parts of a large run become one.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use super::wire::read_line;
use crate::cli::failure::Failure;
use crate::report::escape::shown;
use crate::triage::{ROW_SCHEMA_VERSION, Row, Rows};

/// Files of rows, in the order in which they were named.
pub struct Files {
    paths: Vec<PathBuf>,
}

impl Files {
    /// Looks through all of them once.
    ///
    /// # Errors
    /// A file that cannot be read, and a line that is no row.
    pub fn open(paths: &[PathBuf]) -> Result<Files, Failure> {
        let files = Files { paths: paths.to_vec() };
        let looked = files.each(&mut |_| Ok(()));
        looked.map_err(|e| Failure::Usage(e.to_string()))?;
        Ok(files)
    }
}

impl Rows for Files {
    fn each(&self, visit: &mut dyn FnMut(&Row) -> io::Result<()>) -> io::Result<()> {
        self.paths.iter().try_for_each(|path| each_of(path, visit))
    }
}

fn each_of(path: &Path, visit: &mut dyn FnMut(&Row) -> io::Result<()>) -> io::Result<()> {
    let said = |what: String| io::Error::other(format!("{}: {what}", shown(&path.to_string_lossy())));
    let unreadable = |e: io::Error| said(format!("rows cannot be read: {e}"));
    // They are read more than once, which a pipe cannot be.
    if !path.metadata().map_err(unreadable)?.is_file() {
        return Err(said("it is no plain file; write the rows to one first".into()));
    }
    let mut reader = BufReader::with_capacity(256 << 10, File::open(path).map_err(unreadable)?);
    let mut line = Vec::new();
    for number in 1u64.. {
        let whole = read_line(&mut reader, &mut line).map_err(unreadable)?;
        if line.is_empty() && !whole {
            break;
        }
        let row: Row = serde_json::from_slice(&line)
            .map_err(|e| said(format!("line {number} is no row ({e}); JSON Lines of triage are read")))?;
        if row.file.is_empty() || row.schema_version > ROW_SCHEMA_VERSION {
            let version = row.schema_version;
            let what =
                if row.file.is_empty() { "is no row of triage".into() } else { format!("is of schema {version}") };
            return Err(said(format!("line {number} {what}; this program reads rows of schema {ROW_SCHEMA_VERSION}")));
        }
        visit(&row)?;
    }
    Ok(())
}
