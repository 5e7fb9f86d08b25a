//! How reading one dump ended.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How reading one input ended. Everything but [`Ok`](Status::Ok) has a sentence beside it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It was read, and its map is complete or nearly so.
    Ok,
    /// It was read, and its map has holes: a writer that keeps no map, a file that was cut.
    Partial,
    /// Nothing can be said of it.
    Unreadable,
    /// Reading it took longer than allowed.
    Timeout,
    /// Reading it needed more memory than allowed.
    OutOfMemory,
    /// Reading it ended the process that read it.
    Crashed,
}

impl Status {
    /// All of them, the best first.
    pub const ALL: [Status; 6] =
        [Status::Ok, Status::Partial, Status::Unreadable, Status::Timeout, Status::OutOfMemory, Status::Crashed];

    /// The word used in rows.
    pub fn name(self) -> &'static str {
        match self {
            Status::Ok => "ok",
            Status::Partial => "partial",
            Status::Unreadable => "unreadable",
            Status::Timeout => "timeout",
            Status::OutOfMemory => "out-of-memory",
            Status::Crashed => "crashed",
        }
    }

    /// Whether there are figures of it.
    pub fn was_read(self) -> bool {
        matches!(self, Status::Ok | Status::Partial)
    }
}
