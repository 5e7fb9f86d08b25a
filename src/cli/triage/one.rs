//! One input, from its name to its rows.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;
use std::time::Instant;

use super::archive;
use super::args::format_of;
use super::digest;
use super::file::plain_file;
use super::hooks;
use super::setup::Setup;
use super::wire::{Answer, Identity, Job};
use crate::analyze::{advise_with_heaps, analyze};
use crate::cli::args::Format;
use crate::cli::checked::redaction_by_environment;
use crate::error::LoadError;
use crate::heaps::{self, Effort};
use crate::load::redact::Redactor;
use crate::load::{self, Dump, LoadOptions};
use crate::report::{Context, OwnerIds};
use crate::triage::{Row, RowFile, Status};

/// Takes what is said of an input.
pub type Emit<'e> = &'e mut dyn FnMut(Answer<&Row>) -> io::Result<()>;

/// Makes rows.
pub struct Reader {
    setup: Setup,
    options: LoadOptions,
    /// Whether files may ask for misbehaviour.
    hooks: bool,
}

/// An input as a row names it, and exactly.
pub struct Named {
    /// As text.
    pub shown: String,
    /// What makes it differ from any other.
    pub exact: Vec<u8>,
}

impl Reader {
    /// One that makes them as asked.
    ///
    /// # Errors
    /// A sentence, if options do not go together.
    pub fn new(setup: Setup) -> Result<Reader, String> {
        let options = setup.load_options()?;
        Ok(Reader { setup, options, hooks: false })
    }

    /// One that may misbehave, for it is in a process of its own.
    pub fn in_worker(self) -> Reader {
        Reader { hooks: hooks::allowed(), ..self }
    }

    /// Reads an input, and tells each of its rows. Whatever the input is, there is at least one.
    ///
    /// # Errors
    /// Those of `emit`.
    pub fn read(&self, job: &Job, emit: Emit<'_>) -> io::Result<()> {
        let begun = Instant::now();
        let path = job.name.path();
        let named = Named { shown: job.name.shown(), exact: job.name.bytes() };
        let (identity, row) = match plain_file(&path) {
            Ok(meta) => {
                let identity = Identity::of(&meta);
                if self.hooks {
                    hooks::obey_file(&path);
                }
                if load::archive::recognise_file(&path).is_ok_and(|kind| kind.is_some()) {
                    return archive::read(self, job, identity, emit);
                }
                (identity, self.file(&path, &named, identity))
            }
            Err(sentence) => (Identity::default(), self.failed(&named, sentence)),
        };
        let row = Row { ms: since(begun), ..row };
        emit(Answer { row: Some(&row), failed: !row.status.was_read(), end: true, ..Answer::about(identity) })
    }

    fn file(&self, path: &Path, named: &Named, identity: Identity) -> Row {
        let sha256 =
            self.setup.hash.then(|| File::open(path).and_then(|mut file| digest::of_all(&mut file))).transpose();
        let known = |sha256| RowFile { sha256, ..known(identity) };
        match sha256 {
            Ok(sha256) => self.row_of(named, path, known(sha256), || load::open(path, &self.options)),
            Err(error) => self.failed(named, format!("it cannot be read: {error}")),
        }
    }

    /// The row of what is opened; whatever comes of that, it has what is known of the file.
    pub fn row_of<'d>(
        &self,
        named: &Named,
        path: &Path,
        file: RowFile,
        open: impl FnOnce() -> Result<Dump<'d>, LoadError>,
    ) -> Row {
        match open() {
            Ok(mut dump) => self.measured(named, path, file, &mut dump),
            Err(error) => {
                let row = self.failed(named, error.to_string());
                Row { size: file.size, mtime_ms: file.mtime_ms, sha256: file.sha256, ..row }
            }
        }
    }

    fn measured(&self, named: &Named, path: &Path, mut file: RowFile, dump: &mut Dump<'_>) -> Row {
        file.file = dump.redactor().map_or_else(|| named.shown.clone(), |redactor| redactor.apply(&named.shown));
        // As a report has them, so that rows and reports agree.
        let heaps = heaps::walk(dump.snapshot(), dump.memory(), Effort::Quick);
        heaps::place(dump.snapshot_mut(), &heaps);
        let (dump, snapshot) = (&*dump, dump.snapshot());
        let analysis = analyze(snapshot);
        let counsel = advise_with_heaps(snapshot, &analysis, &heaps);
        let ids = if self.needs_ids() { OwnerIds::new(&snapshot.owners) } else { OwnerIds::default() };
        let cx = Context { snapshot, analysis: &analysis, counsel: &counsel, ids: &ids, heaps: &heaps };
        let report = self.report(named, path, &file.file, dump, cx);
        let missing = report.as_ref().err().map(|why| format!("its report is missing: {why}"));
        let row = Row::of(cx, RowFile { report: report.ok().flatten(), ..file });
        match missing {
            Some(sentence) => noted(row, sentence),
            None => row,
        }
    }

    fn needs_ids(&self) -> bool {
        let format = self.setup.reports.as_ref().and_then(|reports| format_of(&reports.ending));
        matches!(format, Some(Format::Json | Format::Html))
    }

    /// Writes the report, if reports are written, and tells where.
    fn report(
        &self,
        named: &Named,
        path: &Path,
        shown: &str,
        dump: &Dump<'_>,
        cx: Context<'_>,
    ) -> Result<Option<String>, String> {
        let Some(reports) = &self.setup.reports else { return Ok(None) };
        // A fingerprint of a hidden name would let guesses be checked.
        let exact = if self.setup.redact { shown.as_bytes() } else { &named.exact };
        let file = reports.name_for(shown, exact);
        reports.write(&file, dump, cx, (self.setup.input(path), self.setup.space()))?;
        Ok(Some(reports.shown(&file)))
    }

    /// How inputs are read.
    pub fn options(&self) -> &LoadOptions {
        &self.options
    }

    /// Whether inputs are fingerprinted.
    pub fn hashes(&self) -> bool {
        self.setup.hash
    }

    /// Does what the beginning of a file asks for, where that is allowed.
    pub fn obey(&self, head: &[u8]) {
        if self.hooks {
            hooks::obey(head);
        }
    }

    /// The row of an input of which nothing can be said.
    pub fn failed(&self, named: &Named, sentence: String) -> Row {
        self.row(named.shown.clone(), Status::Unreadable, sentence)
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

/// What is known of a file from outside.
pub fn known_of(meta: &Metadata) -> RowFile {
    known(Identity::of(meta))
}

fn known(identity: Identity) -> RowFile {
    RowFile { size: identity.size, mtime_ms: identity.mtime_ms(), ..RowFile::default() }
}

/// With one more sentence, so that nobody takes it for whole.
pub fn noted(row: Row, sentence: String) -> Row {
    let message = match row.message {
        Some(said) => format!("{said}; {sentence}"),
        None => sentence,
    };
    Row { message: Some(message), ..row }
}

/// Milliseconds since then, to the microsecond.
pub fn since(begun: Instant) -> f64 {
    u32::try_from(begun.elapsed().as_micros()).map_or(f64::from(u32::MAX), f64::from) / 1000.0
}
