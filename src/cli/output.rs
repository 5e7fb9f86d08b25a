//! Where output goes: stdout, or a file that appears only when it is complete.

use std::collections::HashSet;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::args::{Color, Destination};
use super::failure::{Failure, path_text};

/// Whether to use colours for this destination.
pub fn use_color(color: Color, destination: &Destination) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            let stdout = io::stdout();
            let choice = anstream::AutoStream::choice(&stdout);
            destination.file.is_none() && stdout.is_terminal() && choice != anstream::ColorChoice::Never
        }
    }
}

/// A dump is not to be replaced by what was made of it.
///
/// # Errors
/// Names the first output that is an input as well, whatever path leads to it.
pub fn refuse_replaced<'p>(
    outputs: impl IntoIterator<Item = &'p Path>,
    inputs: impl IntoIterator<Item = &'p Path>,
) -> Result<(), Failure> {
    let place = |path: &Path| path.canonicalize().ok().filter(|place| place.is_file());
    let outputs: Vec<(&Path, PathBuf)> = outputs.into_iter().filter_map(|path| Some((path, place(path)?))).collect();
    // Most outputs are new files, and inputs may be many.
    let inputs: HashSet<PathBuf> = match outputs.is_empty() {
        true => return Ok(()),
        false => inputs.into_iter().filter_map(place).collect(),
    };
    match outputs.iter().find(|(_, place)| inputs.contains(place)) {
        Some((path, _)) => {
            Err(Failure::Usage(format!("-o {} is an input as well; write to another file", path_text(path))))
        }
        None => Ok(()),
    }
}

/// Runs `write` on stdout or on the named file. A file is written beside its final place and renamed when it is
/// complete, so that nobody ever reads half of one.
///
/// # Errors
/// What `write` or the system reports.
pub fn write_to(
    destination: &Destination,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    match &destination.file {
        None => to_stdout(write).map_err(Failure::Stdout),
        Some(path) => Unfinished::write(path, write)?.finish(),
    }
}

/// Bytes per write to the system: a report of a large process has tens of megabytes.
const BUFFER: usize = 64 << 10;

fn to_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(BUFFER, io::stdout().lock());
    write(&mut out)?;
    out.flush()
}

/// Writes a file beside its final place. `None` if there is nothing to be put there: /dev/stdout, a pipe.
fn beside(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<Option<(PathBuf, NamedTempFile)>> {
    if path.exists() && !path.is_file() {
        return write_through(path, write).map(|()| None);
    }
    let place = followed(path);
    let folder = place.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = new_file(folder)?;
    let mut out = BufWriter::with_capacity(BUFFER, file);
    write(&mut out)?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    Ok(Some((place, file)))
}

/// One of several files that are to appear together: it is complete, and not in its place yet.
pub struct Unfinished {
    path: PathBuf,
    file: Option<(PathBuf, NamedTempFile)>,
}

impl Unfinished {
    /// Runs `write` on a file beside its final place.
    ///
    /// # Errors
    /// What `write` or the system reports.
    pub fn write(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<Unfinished, Failure> {
        let file = beside(path, write).map_err(|e| Failure::File(path.to_owned(), e.to_string()))?;
        Ok(Unfinished { path: path.to_owned(), file })
    }

    /// Puts it in its place.
    ///
    /// # Errors
    /// What the system reports.
    pub fn finish(self) -> Result<(), Failure> {
        let put = |(place, file): (PathBuf, NamedTempFile)| file.persist(place).map(drop).map_err(|e| e.error);
        self.file.map_or(Ok(()), put).map_err(|e| Failure::File(self.path, e.to_string()))
    }
}

/// Where a symbolic link leads, whether or not something is there: the link is to stay one.
fn followed(path: &Path) -> PathBuf {
    let link = std::fs::read_link(path).ok();
    let one_step = |target| path.parent().unwrap_or(Path::new("")).join(target);
    std::fs::canonicalize(path).ok().filter(|_| link.is_some()).or(link.map(one_step)).unwrap_or(path.to_owned())
}

fn write_through(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(std::fs::OpenOptions::new().write(true).open(path)?);
    write(&mut out)?;
    out.flush()
}

/// A temporary file that is as readable as any other new file, not only for its owner.
#[cfg(unix)]
fn new_file(folder: &Path) -> io::Result<NamedTempFile> {
    use std::os::unix::fs::PermissionsExt;
    let usual = std::fs::Permissions::from_mode(0o666);
    tempfile::Builder::new().prefix(".fragscope-").permissions(usual).tempfile_in(folder)
}

#[cfg(not(unix))]
fn new_file(folder: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new().prefix(".fragscope-").tempfile_in(folder)
}
