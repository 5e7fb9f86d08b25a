//! What a worker is told and what it answers: lines of JSON on its stdin and stdout.

use std::fs::Metadata;
use std::io::{self, BufRead, Read};
use std::path::Path;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use super::name::Name;

/// One input to be read. Answers come in the order in which jobs were sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Job {
    /// The file.
    pub name: Name,
    /// Of an archive, how many of its members have rows already.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub skip: u32,
    /// Members that are archives, of which somebody died: they are not looked into again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closed: Vec<String>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// By what one knows that a file is still the one that was read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Identity {
    /// Its size in bytes; `None` if there was no file.
    pub size: Option<u64>,
    /// When it was last changed, in nanoseconds since 1970.
    pub mtime_ns: Option<u64>,
}

impl Identity {
    /// Of a file that is there.
    pub fn of(meta: &Metadata) -> Identity {
        let since = meta.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        Identity { size: Some(meta.len()), mtime_ns: since.and_then(|time| u64::try_from(time.as_nanos()).ok()) }
    }

    /// Of what is at the path now.
    pub fn now(path: &Path) -> Identity {
        std::fs::metadata(path).map(|meta| Identity::of(&meta)).unwrap_or_default()
    }

    /// When it was last changed, in milliseconds since 1970.
    pub fn mtime_ms(self) -> Option<u64> {
        self.mtime_ns.map(|ns| ns / 1_000_000)
    }
}

/// What a worker says: that it begins with a member of an archive, a row, that an input is done, or several of these.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Answer<R> {
    /// The member that is unpacked next: should the worker die, it died of this one.
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    pub begin: Option<String>,
    /// The file that was read.
    #[serde(default)]
    pub identity: Identity,
    /// Whether the row has no figures.
    #[serde(default)]
    pub failed: bool,
    /// The last answer about this input.
    #[serde(default)]
    pub end: bool,
    /// The worker has grown and ends; what was sent ahead is for another.
    #[serde(default)]
    pub retire: bool,
    /// A row.
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    pub row: Option<R>,
}

impl<R> Answer<R> {
    /// One that says nothing yet of this file.
    pub fn about(identity: Identity) -> Answer<R> {
        Answer { begin: None, identity, failed: false, end: false, retire: false, row: None }
    }
}

/// Longest line that is read, in bytes: a row has names, and these are bounded.
pub const LONGEST: u64 = 16 << 20;

/// Reads a line into `line`, without its end. Returns whether there was a whole one.
///
/// # Errors
/// Those of reading, and a line that is too long.
pub fn read_line(from: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    from.take(LONGEST).read_until(b'\n', line)?;
    let whole = line.pop_if(|last| *last == b'\n').is_some();
    match whole || (line.len() as u64) < LONGEST {
        true => Ok(whole),
        false => Err(io::Error::new(io::ErrorKind::InvalidData, "a line is too long")),
    }
}
