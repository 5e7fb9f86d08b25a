//! One look at a process, as a line of JSON and as a line of text.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::Moment;
use crate::analyze::condition::Measured;
use crate::analyze::{Figures, Gap};
use crate::model::{Snapshot, State};
use crate::report::{Address, SCHEMA_VERSION};
use crate::units::{Bytes, Count};

/// A line of `live --log`: the figures at one moment, under the names that `--until` uses. Sizes in bytes.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct Sample {
    /// Version of this shape.
    pub schema_version: u32,
    /// When, in UTC.
    pub time: String,
    /// The same in milliseconds since 1970.
    pub unix_ms: u64,
    /// The process.
    pub pid: Option<u64>,
    /// Sum of all gaps.
    pub free: u64,
    /// Size of the largest usable gap that mmap reaches; 0 if there is none.
    pub largest: u64,
    /// Where it begins.
    pub largest_start: Option<Address>,
    /// How many gaps.
    pub gaps: u64,
    /// External fragmentation in percent: the share of free bytes outside of the largest gap.
    pub fragmentation: f64,
    /// Mappings as the kernel counts them.
    pub vma_count: Option<u64>,
    /// `vm.max_map_count`.
    pub vma_limit: Option<u64>,
    /// Usable memory that is mapped, touched or not.
    pub committed: u64,
    /// Address space taken without memory behind it.
    pub reserved: u64,
}

impl Sample {
    /// The figures of a snapshot at a moment.
    pub fn new(moment: Moment, snapshot: &Snapshot, gaps: &[Gap], figures: &Figures) -> Sample {
        let measured = Measured::of(snapshot, gaps, figures);
        let bytes = |state: State| {
            let regions = snapshot.space.regions().iter().filter(|region| region.state == state);
            regions.map(|region| region.range.size()).sum()
        };
        let start = figures.largest_reachable.map(|largest| largest.range.start());
        Sample {
            schema_version: SCHEMA_VERSION,
            time: moment.to_string(),
            unix_ms: moment.0,
            pid: snapshot.dump.pid,
            free: measured.free,
            largest: measured.largest,
            largest_start: start.map(|addr| Address::new(addr, snapshot.width())),
            gaps: measured.gaps,
            fragmentation: figures.external_fragmentation_percent(),
            vma_count: measured.vma_count,
            vma_limit: snapshot.limits.vma_limit,
            committed: bytes(State::Committed),
            reserved: bytes(State::Reserved),
        }
    }

    /// The line for people.
    pub fn line(&self) -> String {
        let mappings = self.vma_count.map(|count| format!("  {} mappings", Count(count))).unwrap_or_default();
        format!(
            "{}Z  largest gap {}  free {} in {} gaps  fragmentation {:.2} %{mappings}",
            Moment(self.unix_ms).clock(),
            Bytes(self.largest),
            Bytes(self.free),
            Count(self.gaps),
            self.fragmentation,
        )
    }
}

/// Writes the line of JSON.
///
/// # Errors
/// Those of `out`.
pub fn write_sample(out: &mut dyn Write, sample: &Sample) -> io::Result<()> {
    // In one piece: whoever follows a log must see no half line.
    let mut line = serde_json::to_vec(sample).map_err(io::Error::from)?;
    line.push(b'\n');
    out.write_all(&line)
}
