//! Why nothing at all can be said of an input. Everything less than that is a [diagnostic](crate::diag).

use crate::addr::FileOffset;

/// A structure that could not be read, with all that is needed to look for oneself.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ReadError {
    /// The file ends before the structure does.
    #[error("{what} at offset {offset} needs {needed} bytes, and the file has {have} there")]
    Truncated {
        /// What was read.
        what: &'static str,
        /// Where it starts.
        offset: FileOffset,
        /// Its size in bytes.
        needed: u64,
        /// Bytes that the file has from there on.
        have: u64,
    },
    /// The structure lies behind the part of a compressed input that is read without `--deep`.
    #[error("{what} at offset {offset} lies behind the first {prefix} bytes of the unpacked input; --deep reads it")]
    BeyondPrefix {
        /// What was read.
        what: &'static str,
        /// Where it starts.
        offset: FileOffset,
        /// How much is unpacked without `--deep`.
        prefix: u64,
    },
    /// The operating system or the decompressor failed.
    #[error("{what} at offset {offset} cannot be read: {reason}")]
    Io {
        /// What was read.
        what: &'static str,
        /// Where it starts.
        offset: FileOffset,
        /// The system's words.
        reason: String,
    },
}

/// Why an input gives no report. The path is added by whoever knows it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LoadError {
    /// The file could not be opened.
    #[error("cannot be opened: {0}")]
    Open(String),
    /// It has no bytes.
    #[error("the file is empty (0 bytes); the upload or the disk failed, so fetch it again")]
    Empty,
    /// It is something else, and the sentence says what and what to do.
    #[error("{0}")]
    NotADump(String),
    /// It is a running process that cannot be looked at, and the sentence says why and what to do.
    #[error("{0}")]
    Process(String),
    /// A structure that everything depends on is unreadable.
    #[error("{0}; the file is damaged or cut, so fetch it again or capture a new one")]
    Unreadable(#[from] ReadError),
    /// A structure that everything depends on contradicts itself.
    #[error("{what} at offset {offset} is damaged: {problem}; capture a new dump")]
    Malformed {
        /// What was read.
        what: &'static str,
        /// Where.
        offset: FileOffset,
        /// Found and expected.
        problem: String,
    },
    /// `--window` or `--ceiling` leave nothing of the address space to look at.
    #[error("{0}")]
    NoSpace(String),
    /// It was read, and there is neither a region nor a thread in it.
    #[error("{0}")]
    NothingInIt(String),
}
