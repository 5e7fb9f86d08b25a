//! The arguments of `triage` as they are typed.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum, ValueHint};

use super::shard::{Shard, parse_shard};
use crate::cli::args::{Format, Space};
use crate::cli::size;
use crate::triage::GateExpression;

pub const HELP: &str = "\
Examples:
  fragscope triage crashes/                                     a folder and all in it
  fragscope triage crashes/ -o all.jsonl -o all.csv -o all.html     rows, a table, a page
  find /var/crash -mtime -1 | fragscope triage --files-from - --need 64M
  fragscope triage crashes/ -o all.jsonl --resume               go on where a stopped run ended
  fragscope triage crashes/ -o all.jsonl --shard 3/16           one of 16 parts: all-00003-of-00016.jsonl
  fragscope triage --from-rows all-*-of-00016.jsonl -o all.html     the parts as one

Exit codes: 0 done, whatever the rows say; 1 a gate matched; 2 bad usage, or an output that cannot be written;
130 and 143 stopped by Ctrl-C and by SIGTERM.";

/// Most processes at a time.
const MOST_JOBS: i64 = 1024;

#[derive(Args, Debug)]
pub struct Triage {
    /// Dumps, folders with dumps in them, or patterns in quotes, as 'crashes/**/*.dmp'
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath, required_unless_present_any = ["files_from", "from_rows"])]
    pub paths: Vec<PathBuf>,
    /// Read the names of dumps from FILE, one a line; `-` is stdin
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Inputs")]
    pub files_from: Option<PathBuf>,
    /// Names of --files-from end with a NUL instead of a line end, as `find -print0` writes them
    #[arg(long, requires = "files_from", help_heading = "Inputs")]
    pub null: bool,
    /// Take one part of N: those inputs whose name's hash says so. I is from 0 to N-1; outputs are named after the part
    #[arg(long, value_name = "I/N", value_parser = parse_shard, help_heading = "Inputs")]
    pub shard: Option<Shard>,
    /// Read rows of earlier runs (JSON Lines) instead of dumps, and make outputs of them
    #[arg(long, value_name = "FILE", num_args = 1.., value_hint = ValueHint::FilePath, help_heading = "Inputs",
          conflicts_with_all = ["paths", "files_from", "shard", "resume", "reports"])]
    pub from_rows: Vec<PathBuf>,
    /// Go on where a run with the same outputs was stopped, and redo nothing that has not changed
    #[arg(long, requires = "outputs", help_heading = "Inputs")]
    pub resume: bool,

    /// Dumps that are read at a time, each by a process of its own; 0 reads all in this one, without protection
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(..=MOST_JOBS), help_heading = "Protection")]
    pub jobs: Option<u16>,
    /// Give up on a dump after so many seconds
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = crate::cli::live::parse_seconds,
          help_heading = "Protection")]
    pub timeout: Duration,
    /// Give up on a dump that needs more memory (Linux)
    #[arg(long, value_name = "SIZE", default_value = "1G", value_parser = size::parse_size, help_heading = "Protection")]
    pub memory_limit: u64,

    /// Fingerprint each input (SHA-256)
    #[arg(long, help_heading = "Rows")]
    pub hash: bool,
    /// Unpack compressed input whole, and walk memory where that makes figures exact
    #[arg(long, help_heading = "Rows")]
    pub deep: bool,
    /// Replace user, home directory and host names by stand-ins
    #[arg(long, help_heading = "Rows")]
    pub redact: bool,
    /// Rows in the order in which they were done, instead of that of the inputs
    #[arg(long, help_heading = "Rows")]
    pub unordered: bool,

    /// Write to FILE; its ending says what: .jsonl .csv .parquet .html .md .xml (JUnit) .txt. May be repeated
    #[arg(short = 'o', long = "output", value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Output")]
    pub outputs: Vec<PathBuf>,
    /// Group rows by these columns: verdict,os (as a rule by verdict, bits and who splits most)
    #[arg(long, value_name = "COLUMNS", help_heading = "Output")]
    pub by: Option<String>,
    /// Form of what is written to stdout
    #[arg(long, value_enum, default_value_t = Format::Text, help_heading = "Output")]
    pub format: Format,
    /// Write each dump's full report into this folder
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = "Output")]
    pub reports: Option<PathBuf>,
    /// Form of these reports
    #[arg(long, value_enum, default_value_t = Format::Html, value_name = "FORMAT", requires = "reports",
          help_heading = "Output")]
    pub report_format: Format,

    /// Exit with 1 if this holds of a dump, as 'largest < 64M' or 'verdict == fragmented && os == linux'; may be repeated
    #[arg(long, value_name = "CONDITION", value_parser = crate::cli::gates::parse, help_heading = "Gates")]
    pub fail_if: Vec<GateExpression>,
    /// Only if it holds of so many dumps
    #[arg(long, value_name = "N", requires = "fail_if", value_parser = clap::value_parser!(u64).range(1..),
          help_heading = "Gates")]
    pub fail_if_count: Option<u64>,

    #[command(flatten)]
    pub space: Space,
}

/// The name of a form of report, as files end with it.
pub fn ending(format: Format) -> &'static str {
    match format {
        Format::Text => "txt",
        Format::Json => "json",
        Format::Markdown => "md",
        Format::Html => "html",
    }
}

/// The form whose files end like this.
pub fn format_of(ending_of_file: &str) -> Option<Format> {
    Format::value_variants().iter().copied().find(|format| ending(*format) == ending_of_file)
}
