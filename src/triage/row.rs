//! What is kept of one dump.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Status;

/// Version of the shape below, and of the columns made from it. Additions do not change it.
pub const ROW_SCHEMA_VERSION: u32 = 1;

/// One input of a triage, as a line of JSON and as a row of its tables. Sizes are in bytes; what is not known is null,
/// never 0. Names are from the dump, and untrusted.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Row {
    /// Version of this shape.
    pub schema_version: u32,
    /// Version of the program that read the dump.
    pub tool_version: String,
    /// The input, as it was named; a member of an archive after `!`.
    pub file: String,
    /// Fingerprint of its content in hex, where one was asked for.
    pub sha256: Option<String>,
    /// Its size.
    pub size: Option<u64>,
    /// When it was last changed, in milliseconds since 1970.
    pub mtime_ms: Option<u64>,
    /// How reading it ended.
    pub status: Status,
    /// Why it is not `ok`, as a sentence.
    pub message: Option<String>,
    /// Kind of input: elf-core, minidump, maps, transcript.
    pub format: Option<String>,
    /// Who wrote it.
    pub writer: Option<String>,
    /// Operating system.
    pub os: Option<String>,
    /// Instruction set of the process.
    pub cpu: Option<String>,
    /// Pointer size in bits.
    pub bits: Option<u64>,
    /// Name of the executable.
    pub process: Option<String>,
    /// Process id.
    pub pid: Option<u64>,
    /// Name or number of the signal or exception.
    pub crash_reason: Option<String>,
    /// Whether the address space was to blame: fits, fragmented, exhausted and so on.
    pub verdict: Option<String>,
    /// The request judged.
    pub request: Option<u64>,
    /// Sum of all gaps.
    pub free: Option<u64>,
    /// The largest usable gap that mmap reaches.
    pub largest: Option<u64>,
    /// External fragmentation in percent.
    pub fragmentation: Option<f64>,
    /// How many gaps.
    pub gaps: Option<u64>,
    /// Free bytes that no allocation can use.
    pub unusable: Option<u64>,
    /// Address space taken without memory behind it.
    pub reserved: Option<u64>,
    /// Usable memory that is mapped.
    pub committed: Option<u64>,
    /// Thread stacks.
    pub stacks: RowStacks,
    /// How many modules.
    pub modules: Option<u64>,
    /// Mappings as Linux counts them.
    pub vma_count: Option<u64>,
    /// What could still be committed.
    pub commit_left: Option<u64>,
    /// The first three owners without which the largest gap would be larger.
    pub splitters: Vec<RowSplitter>,
    /// What would help most.
    pub advice: Option<String>,
    /// How complete the map is.
    pub evidence: Option<String>,
    /// What it has in common with others of the same trouble: verdict, bits and who splits most.
    pub group: Option<String>,
    /// Socorro: the largest free region.
    pub largest_free_vm_block: Option<u64>,
    /// Socorro: sum of the free regions below 1 MiB.
    pub tiny_block_size: Option<u64>,
    /// Socorro: committed write-combined memory.
    pub write_combine_size: Option<u64>,
    /// Its full report, where one was written.
    pub report: Option<String>,
    /// How long reading it took.
    pub ms: f64,
}

/// Thread stacks of a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct RowStacks {
    /// How many.
    pub count: Option<u64>,
    /// Address space that they take.
    pub bytes: Option<u64>,
}

/// Somebody without whom the largest gap would be larger.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct RowSplitter {
    /// Who.
    pub owner: String,
    /// How much larger.
    pub gain: u64,
}

impl Default for Row {
    fn default() -> Row {
        Row::failed(String::new(), Status::Unreadable, String::new())
    }
}

impl Row {
    /// A row for an input of which nothing can be said, and why.
    pub fn failed(file: String, status: Status, message: String) -> Row {
        Row {
            schema_version: ROW_SCHEMA_VERSION,
            tool_version: env!("CARGO_PKG_VERSION").into(),
            file,
            sha256: None,
            size: None,
            mtime_ms: None,
            status,
            message: Some(message),
            format: None,
            writer: None,
            os: None,
            cpu: None,
            bits: None,
            process: None,
            pid: None,
            crash_reason: None,
            verdict: None,
            request: None,
            free: None,
            largest: None,
            fragmentation: None,
            gaps: None,
            unusable: None,
            reserved: None,
            committed: None,
            stacks: RowStacks::default(),
            modules: None,
            vma_count: None,
            commit_left: None,
            splitters: Vec::new(),
            advice: None,
            evidence: None,
            group: None,
            largest_free_vm_block: None,
            tiny_block_size: None,
            write_combine_size: None,
            report: None,
            ms: 0.0,
        }
    }
}
