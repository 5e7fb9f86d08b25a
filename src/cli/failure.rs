//! Why a command did not finish, as one sentence.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::LoadError;
use crate::load::redact::Redactor;
use crate::report::escape::shown;

/// Bad usage, or an input of which nothing could be said.
pub const FAILED: u8 = 2;
/// A gate matched.
const GATED: u8 = 1;
/// Added to the number of the signal that ended a program.
const SIGNALLED: u8 = 128;

/// Why a command did not finish.
#[derive(Debug)]
pub enum Failure {
    /// Arguments that do not go together.
    Usage(String),
    /// An input of which nothing can be said.
    Input(PathBuf, LoadError),
    /// A file that could not be written.
    File(PathBuf, String),
    /// Standard output could not be written.
    Stdout(io::Error),
    /// Gates that matched: a sentence each, as it may be shown.
    Gates(Vec<String>),
    /// A signal asked to end, and this is how far it was.
    Stopped(String, i32),
    /// One of the others, in words from which names were removed.
    Redacted(String),
}

impl Failure {
    /// The same without the names that are to be hidden, where there is something that hides them.
    pub fn redacted(self, redactor: Option<&Redactor>) -> Failure {
        let Some(mut redactor) = redactor.cloned() else { return self };
        match &self {
            Failure::Input(path, _) | Failure::File(path, _) => redactor.learn(&path.to_string_lossy()),
            Failure::Usage(_) => {}
            Failure::Stdout(_) | Failure::Stopped(..) | Failure::Gates(_) | Failure::Redacted(_) => return self,
        }
        let said = self.to_string();
        redactor.learn(&said);
        Failure::Redacted(redactor.apply(&said))
    }

    /// What the program ends with: 2, where a gate matched 1, and after a signal what shells expect.
    pub fn exit_code(&self) -> u8 {
        match self {
            Failure::Gates(_) => GATED,
            Failure::Stopped(_, signal) => {
                u8::try_from(*signal).map_or(FAILED, |signal| SIGNALLED.saturating_add(signal))
            }
            _ => FAILED,
        }
    }

    /// Whether whoever read the output went away.
    pub fn is_broken_pipe(&self) -> bool {
        matches!(self, Failure::Stdout(e) if e.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Usage(sentence) => write!(f, "{sentence}"),
            Failure::Input(path, error) => write!(f, "{}: {}", path_text(path), shown(&error.to_string())),
            Failure::File(path, error) => write!(f, "{}: cannot be written: {error}", path_text(path)),
            Failure::Redacted(sentence) | Failure::Stopped(sentence, _) => write!(f, "{sentence}"),
            Failure::Gates(sentences) => f.write_str(&sentences.join("\nfragscope: ")),
            Failure::Stdout(error) => write!(f, "stdout: cannot be written: {error}"),
        }
    }
}

/// A path as it may be shown.
pub fn path_text(path: &Path) -> String {
    if path == Path::new("-") { "stdin".into() } else { shown(&path.to_string_lossy()).to_string() }
}
