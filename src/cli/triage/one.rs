//! One input, from its name to its rows.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;
use std::time::Instant;

use sha2::{Digest, Sha256};

use super::measure::{RowFile, row_of};
use super::name::Name;
use super::setup::Setup;
use super::wire::{Answer, Identity, Job};
use crate::analyze::{advise, analyze};
use crate::cli::args::Format;
use crate::cli::checked::redaction_by_environment;
use crate::load::redact::Redactor;
use crate::load::{self, Dump, LoadOptions};
use crate::report::{Context, OwnerIds};
use crate::triage::{Row, Status};

/// Takes what is said of an input.
pub type Emit<'e> = &'e mut dyn FnMut(Answer<&Row>) -> io::Result<()>;

/// Makes rows.
pub struct Reader {
    setup: Setup,
    options: LoadOptions,
}

impl Reader {
    /// One that makes them as asked.
    ///
    /// # Errors
    /// A sentence, if options do not go together.
    pub fn new(setup: Setup) -> Result<Reader, String> {
        let options = setup.load_options()?;
        Ok(Reader { setup, options })
    }

    /// Reads an input, and tells each of its rows. Whatever the input is, there is at least one.
    ///
    /// # Errors
    /// Those of `emit`.
    pub fn read(&self, job: &Job, emit: Emit<'_>) -> io::Result<()> {
        let begun = Instant::now();
        let path = job.name.path();
        let path = Path::new(&path);
        let (identity, row) = match plain_file(path) {
            Ok(meta) => (Identity::of(&meta), self.dump(path, &job.name)),
            Err(sentence) => (Identity::default(), Err(sentence)),
        };
        let row = row.unwrap_or_else(|sentence| self.failed(&job.name, sentence));
        let row = Row { ms: since(begun), ..sized(row, identity) };
        emit(Answer {
            begin: None,
            identity,
            failed: !row.status.was_read(),
            end: true,
            retire: false,
            row: Some(&row),
        })
    }

    /// The row of a dump, or why there is none.
    fn dump(&self, path: &Path, name: &Name) -> Result<Row, String> {
        let sha256 =
            if self.setup.hash { Some(fingerprint(path).map_err(|e| format!("cannot be read: {e}"))?) } else { None };
        let dump = match load::open(path, &self.options) {
            Ok(dump) => dump,
            Err(error) => return Ok(Row { sha256, ..self.failed(name, error.to_string()) }),
        };
        let shown = self.shown(name, dump.redactor());
        let snapshot = dump.snapshot();
        let analysis = analyze(snapshot);
        let counsel = advise(snapshot, &analysis);
        let ids = if self.needs_ids() { OwnerIds::new(&snapshot.owners) } else { OwnerIds::default() };
        let cx = Context { snapshot, analysis: &analysis, counsel: &counsel, ids: &ids };
        let written = self.report(path, name, &shown, &dump, cx);
        let mut row = row_of(cx, RowFile { file: shown, sha256 });
        match written {
            Ok(report) => row.report = report,
            Err(sentence) => {
                let said = row.message.take().map(|said| format!("{said}; ")).unwrap_or_default();
                row.message = Some(format!("{said}its report is missing: {sentence}"));
            }
        }
        Ok(row)
    }

    fn needs_ids(&self) -> bool {
        let ending = self.setup.reports.as_ref().map(|reports| reports.ending.as_str());
        ending.and_then(super::args::format_of).is_some_and(|format| matches!(format, Format::Json | Format::Html))
    }

    fn report(
        &self,
        path: &Path,
        name: &Name,
        shown: &str,
        dump: &Dump<'_>,
        cx: Context<'_>,
    ) -> Result<Option<String>, String> {
        let Some(reports) = &self.setup.reports else { return Ok(None) };
        // A fingerprint of a hidden name would let guesses be checked.
        let exact = if self.setup.redact { shown.as_bytes().to_vec() } else { name.bytes() };
        let file = reports.name_for(shown, &exact);
        reports.write(&file, dump, cx, (self.setup.input(path), self.setup.space()))?;
        Ok(Some(reports.shown(&file)))
    }

    /// The name of an input as a row has it.
    fn shown(&self, name: &Name, redactor: Option<&Redactor>) -> String {
        let shown = name.shown();
        match redactor {
            Some(redactor) => redactor.apply(&shown),
            None => shown,
        }
    }

    /// The row of an input of which nothing can be said.
    pub fn failed(&self, name: &Name, sentence: String) -> Row {
        self.row(name.shown(), Status::Unreadable, sentence)
    }

    /// A row without figures. Names in it are hidden where that is asked for.
    pub fn row(&self, file: String, status: Status, sentence: String) -> Row {
        if !self.setup.redact {
            return Row::failed(file, status, sentence);
        }
        let mut redactor = Redactor::new(&redaction_by_environment());
        redactor.learn(&file);
        redactor.learn(&sentence);
        Row::failed(redactor.apply(&file), status, redactor.apply(&sentence))
    }
}

/// With what is known of the file.
pub fn sized(row: Row, identity: Identity) -> Row {
    Row { size: identity.size, mtime_ms: identity.mtime_ms(), ..row }
}

/// Milliseconds since then, to the microsecond.
fn since(begun: Instant) -> f64 {
    u32::try_from(begun.elapsed().as_micros()).map_or(f64::from(u32::MAX), f64::from) / 1000.0
}

/// Whether it is a file, before it is opened: opening a pipe waits for somebody to write into it.
fn plain_file(path: &Path) -> Result<Metadata, String> {
    if path.as_os_str().is_empty() {
        return Err("it has no name; the list of inputs has an empty line".into());
    }
    let meta = std::fs::metadata(path).map_err(|e| format!("cannot be opened: {e}"))?;
    match what_else(&meta) {
        None => Ok(meta),
        Some(what) => Err(format!("it is {what}, and a dump file was expected")),
    }
}

fn what_else(meta: &Metadata) -> Option<&'static str> {
    match () {
        () if meta.is_file() => None,
        () if meta.is_dir() => Some("a folder"),
        () => Some(special(meta)),
    }
}

#[cfg(unix)]
fn special(meta: &Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    let kind = meta.file_type();
    match () {
        () if kind.is_fifo() => "a pipe",
        () if kind.is_socket() => "a socket",
        () if kind.is_block_device() || kind.is_char_device() => "a device",
        () => "no plain file",
    }
}

#[cfg(not(unix))]
fn special(_: &Metadata) -> &'static str {
    "no plain file"
}

fn fingerprint(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0u8; 64 << 10];
    loop {
        match io::Read::read(&mut file, &mut buffer)? {
            0 => break,
            n => hasher.update(buffer.get(..n).unwrap_or_default()),
        }
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
