//! How much of a running process is in memory, in JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::Context;

/// The sums of /proc/PID/smaps, in bytes.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Memory")]
pub struct MemoryView {
    /// In memory (Rss).
    pub resident: u64,
    /// Of that, used lately (Referenced).
    pub referenced: u64,
    /// Swapped out (Swap).
    pub swapped: u64,
}

impl MemoryView {
    pub(super) fn new(cx: Context<'_>) -> Option<MemoryView> {
        let used = cx.snapshot.memory_used?;
        Some(MemoryView { resident: used.resident, referenced: used.referenced, swapped: used.swapped })
    }
}
