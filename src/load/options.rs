//! What the user may decide about reading: overrides of what the dump says, and how far to read.

use super::redact::Redaction;
use crate::addr::{Addr, AddrRange};
use crate::model::Request;

/// Options of [`load`](super).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadOptions {
    /// Take this as the ceiling instead of what the dump tells.
    pub ceiling: Option<Addr>,
    /// Take this as the allocation granularity, in bytes.
    pub granularity: Option<u64>,
    /// Look at nothing but this range.
    pub window: Option<AddrRange>,
    /// Treat these ranges as occupied.
    pub assume_used: Vec<AddrRange>,
    /// The request asked about, before what the dump says.
    pub request: Option<Request>,
    /// Unpack compressed input whole and walk memory where that makes figures exact.
    pub deep: bool,
    /// Hide user names, home directories and host names, and drop process arguments.
    pub redact: Option<Redaction>,
}

/// How closely a running process is looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Detail {
    /// Its map and limits: for looking often.
    Map,
    /// Threads and memory too, without stopping any thread: those that run have no stack pointers.
    NoStop,
    /// The same, and running threads are stopped one at a time, for as long as it takes to read their registers.
    Full,
}
