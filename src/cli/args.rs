//! The arguments as they are typed. [`checked`](super::checked) makes them into what the library takes.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args as ArgGroup, Parser, Subcommand, ValueEnum, ValueHint};

use super::edit::parse_edit;
use super::{map, size, triage};
use crate::addr::{Addr, AddrRange};
use crate::analyze::Condition;
use crate::analyze::capture::Recipe;
use crate::analyze::what_if::Edit;
use crate::report::Around;
use crate::triage::GateExpression;

/// Post-mortem analyzer of address-space fragmentation.
///
/// Reads a core file, a minidump, a saved /proc/PID/maps or the logs of a debugger and says how much address space was free, how large the
/// largest gap was, who splits it, and whether that was why an allocation failed.
#[derive(Parser, Debug)]
#[command(name = "fragscope", version, max_term_width = 100, subcommand_required = true, arg_required_else_help = true)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Say what is free, who splits it, and whether it was to blame
    #[command(after_help = EXAMPLES)]
    Report(Report),
    /// Draw the address space: what is where, where it is free
    #[command(after_help = MAP_EXAMPLES)]
    Map(Map),
    /// List every thread with its stack pointer and stack
    Threads(Threads),
    /// Say what is at an address, and who is around it
    At(At),
    /// Say what must go so that a request fits
    Fit(Fit),
    /// Say the same of a running process, once or over time (Linux)
    #[command(after_help = super::live::HELP)]
    Live(Live),
    /// Show the figures before and after a change
    #[command(name = "what-if", after_help = super::edit::HELP)]
    WhatIf(WhatIf),
    /// Show what is inside the heaps: live, cached, free, arena by arena
    #[command(after_help = super::heap::HELP)]
    Heap(Heap),
    /// Read many dumps, each by a process of its own: a row for each, groups, tables
    #[command(after_help = triage::HELP)]
    Triage(triage::Triage),
    /// Read what triage hands over
    #[command(name = triage::WORKER, hide = true)]
    TriageWorker,
    /// Compare dumps of one program: what is new, and what it did to the largest gap
    #[command(after_help = super::diff::HELP)]
    Diff(Diff),
    /// Say how to capture a dump that has a complete map
    HowToCapture(HowToCapture),
    /// Print a script that asks fragscope from inside a debugger
    #[command(after_help = INTEGRATE_EXAMPLES)]
    Integrate(Integrate),
    /// Print the JSON Schema of the report, or of what another command prints
    Schema(Schema),
    /// Print a completion script for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Print a manual page, or write all of them into a folder
    Man(Man),
}

const EXAMPLES: &str = "\
Examples:
  fragscope report core.6845                     why did it fail?
  fragscope report crash.dmp --need 64M          would 64 MiB have fitted?
  fragscope report address.txt lm.txt threads.txt    what was typed in WinDbg, gdb or lldb, as logs
  zstdcat core.zst | fragscope report - --format json | jq .free.largest
  fragscope report /proc/self/maps --explain     what the figures mean
  fragscope report core.6845 --fail-if 'largest < 64M'    for scripts: exit code 1 if it holds

A condition compares columns of a row (`fragscope schema row` lists them) with <, <=, >, >=, ==, != or, of text, ~ and
a pattern, and joins that with &&, ||, ! and parentheses; known(column) asks whether there is something to compare.";

const MAP_EXAMPLES: &str = "\
Examples:
  fragscope map core.6845                                  all of it; of 64 bits what is in use
  fragscope map core.6845 0x50000000+256M --cell 64K       a part
  fragscope map core.6845 --around largest-gap             a place and what is around it
  fragscope map core.6845 --cell 1M > map.txt              16 x 256 cells";

const INTEGRATE_EXAMPLES: &str = "\
Examples:
  fragscope integrate gdb -o fragscope.py        (gdb) source fragscope.py
  fragscope integrate lldb -o fragscope.py       (lldb) command script import fragscope.py
  fragscope integrate windbg -o fragscope.js     0:000> .scriptload C:\\tools\\fragscope.js";

/// Columns of the narrowest and of the widest picture.
pub const NARROWEST: usize = 40;
pub const WIDEST: usize = 1000;

#[derive(ArgGroup, Debug)]
pub struct Report {
    #[command(flatten)]
    pub input: Input,
    /// More files about the same process: logs of a debugger, saved maps
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub more: Vec<PathBuf>,
    #[command(flatten)]
    pub space: Space,
    #[command(flatten)]
    pub output: Output,
    /// Show whole lists instead of their first ten entries
    #[arg(long)]
    pub all: bool,
    /// Add what each figure means
    #[arg(long)]
    pub explain: bool,
    /// Exit with 1 if this holds of the dump, as 'largest < 64M' or 'verdict == fragmented && vma_count > 60000'; may be
    /// repeated
    #[arg(long, value_name = "CONDITION", value_parser = super::gates::parse, help_heading = "Gates")]
    pub fail_if: Vec<GateExpression>,
}

#[derive(ArgGroup, Debug)]
pub struct Map {
    #[command(flatten)]
    pub input: Input,
    /// The part to draw: START-END or START+SIZE
    #[arg(value_name = "RANGE", value_parser = size::parse_range, conflicts_with = "around")]
    pub range: Option<AddrRange>,
    /// Size of one cell, a power of two
    #[arg(long, value_name = "SIZE", value_parser = size::parse_size, help_heading = "Picture")]
    pub cell: Option<u64>,
    /// Draw a place and what is around it: largest-gap, thread N, module X, ADDR
    #[arg(long, value_name = "WHAT", value_parser = map::parse_around, help_heading = "Picture")]
    pub around: Option<Around>,
    /// Columns to fill, instead of the terminal's
    #[arg(long, value_name = "COLUMNS", value_parser = size::parse_columns, help_heading = "Picture")]
    pub width: Option<usize>,
    /// Plain ASCII, as in a pipe
    #[arg(long, conflicts_with = "unicode", help_heading = "Picture")]
    pub ascii: bool,
    /// Unicode blocks, as on a terminal
    #[arg(long, help_heading = "Picture")]
    pub unicode: bool,
    #[command(flatten)]
    pub space: Space,
    #[command(flatten)]
    pub output: Output,
}

#[derive(ArgGroup, Debug)]
pub struct Threads {
    #[command(flatten)]
    pub input: Input,
    /// More files about the same process: logs of a debugger, saved maps
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub more: Vec<PathBuf>,
    #[command(flatten)]
    pub output: Output,
    /// Print what gdb's `thread apply all print $sp` would
    #[arg(long, conflicts_with = "format")]
    pub gdb: bool,
}

#[derive(ArgGroup, Debug)]
pub struct At {
    #[command(flatten)]
    pub input: Input,
    /// The address, in hex
    #[arg(value_name = "ADDR", value_parser = size::parse_address)]
    pub addr: Addr,
    #[command(flatten)]
    pub space: Space,
    #[command(flatten)]
    pub output: Output,
}

#[derive(ArgGroup, Debug)]
pub struct Fit {
    #[command(flatten)]
    pub input: Input,
    /// The address space that is to fit, as 64M or 64M:2M: what mmap or VirtualAlloc is asked for
    #[arg(value_name = "SIZE[:ALIGN]", value_parser = size::parse_need)]
    pub request: (u64, Option<u64>),
    #[command(flatten)]
    pub space: Space,
    #[command(flatten)]
    pub output: Output,
    /// Show whole lists instead of their beginnings
    #[arg(long)]
    pub all: bool,
    /// Add what the words mean
    #[arg(long)]
    pub explain: bool,
}

#[derive(ArgGroup, Debug)]
pub struct WhatIf {
    #[command(flatten)]
    pub input: Input,
    /// What would be different, one change after the other
    #[arg(value_name = "EDIT", value_parser = parse_edit)]
    pub edits: Vec<Edit>,
    #[command(flatten)]
    pub space: Space,
    #[command(flatten)]
    pub output: Output,
    /// Add what the figures mean
    #[arg(long)]
    pub explain: bool,
}

#[derive(ArgGroup, Debug)]
pub struct Heap {
    #[command(flatten)]
    pub input: Input,
    #[command(flatten)]
    pub space: Space,
    #[command(flatten)]
    pub output: Output,
    /// Show whole lists instead of their first ten entries, and also bins, size classes, ranges and settings
    #[arg(long)]
    pub all: bool,
    /// Show the first bytes of the chunks that pin arenas; they are contents of the process's memory
    #[arg(long)]
    pub show_memory: bool,
    /// Add what each figure means
    #[arg(long)]
    pub explain: bool,
}

#[derive(ArgGroup, Debug)]
pub struct Diff {
    /// The earlier dump, or the good one: whatever `report` takes
    #[arg(value_name = "OLD", value_hint = ValueHint::FilePath)]
    pub old: PathBuf,

    /// The later dump, or the bad one
    #[arg(value_name = "NEW", value_hint = ValueHint::FilePath)]
    pub new: PathBuf,

    /// Still later ones: the trend is shown, and the last is compared with the first
    #[arg(value_name = "MORE", value_hint = ValueHint::FilePath)]
    pub more: Vec<PathBuf>,

    /// Unpack compressed input whole, and walk memory where that makes figures exact
    #[arg(long)]
    pub deep: bool,

    /// Stop no thread of a running process: those that run have no stack pointers then
    #[arg(long)]
    pub no_stop: bool,

    /// Replace user, home directory and host names by stand-ins, the same in all dumps
    #[arg(long)]
    pub redact: bool,

    #[command(flatten)]
    pub space: Space,

    #[command(flatten)]
    pub output: Output,

    /// Show whole lists instead of their first ten entries
    #[arg(long)]
    pub all: bool,

    /// Add what the words mean
    #[arg(long)]
    pub explain: bool,
}

#[derive(ArgGroup, Debug)]
pub struct Live {
    /// Number of the process
    #[arg(value_name = "PID", value_parser = super::live::parse_pid)]
    pub pid: u64,
    /// Stop no thread: those that run have no stack pointers then
    #[arg(long)]
    pub no_stop: bool,
    /// Replace user, home directory and host names by stand-ins
    #[arg(long)]
    pub redact: bool,
    /// Look again every so many seconds, and draw how the figures change
    #[arg(long, value_name = "SECONDS", value_parser = super::live::parse_seconds, help_heading = "Over time")]
    pub watch: Option<Duration>,
    /// Add each look to FILE, as lines of JSON; implies --watch 1
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Over time")]
    pub log: Option<PathBuf>,
    /// Stop looking when this holds, as 'largest < 64M', and print the report; implies --watch 1
    #[arg(long, value_name = "CONDITION", value_parser = super::live::parse_condition, help_heading = "Over time")]
    pub until: Option<Condition>,
    #[command(flatten)]
    pub space: Space,
    #[command(flatten)]
    pub output: Output,
    /// Show whole lists instead of their first ten entries
    #[arg(long)]
    pub all: bool,
    /// Add what each figure means
    #[arg(long)]
    pub explain: bool,
}

#[derive(ArgGroup, Clone, Debug)]
pub struct Input {
    /// A core, a minidump, a maps file, a log of a debugger, any of them compressed; `-` is stdin; `pid:1234` is a
    /// running process
    #[arg(value_name = "DUMP", value_hint = ValueHint::FilePath)]
    pub dump: PathBuf,
    /// Another file about the same process, such as the output of `lm` beside that of `!address`; may be repeated
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub with: Vec<PathBuf>,
    /// Unpack compressed input whole, and walk memory where that makes figures exact
    #[arg(long)]
    pub deep: bool,
    /// Stop no thread of a running process: those that run have no stack pointers then
    #[arg(long)]
    pub no_stop: bool,
    /// Replace user, home directory and host names by stand-ins, which are the same in every report; leave out
    /// process arguments. With FRAGSCOPE_REDACT_KEY set, nobody without that key can check a guess
    #[arg(long)]
    pub redact: bool,
}

#[derive(ArgGroup, Debug, Default)]
pub struct Space {
    /// The allocation that failed: SIZE[:ALIGN], as 64M or 64M:2M
    #[arg(long, value_name = "SIZE[:ALIGN]", value_parser = size::parse_need, help_heading = "Address space")]
    pub need: Option<(u64, Option<u64>)>,
    /// Look at nothing but START-END or START+SIZE
    #[arg(long, value_name = "RANGE", value_parser = size::parse_range, help_heading = "Address space")]
    pub window: Option<AddrRange>,
    /// Take this as the end of the address space
    #[arg(long, value_name = "ADDR", value_parser = size::parse_address, help_heading = "Address space")]
    pub ceiling: Option<Addr>,
    /// Take this as the allocation granularity
    #[arg(long, value_name = "SIZE", value_parser = size::parse_size, help_heading = "Address space")]
    pub granularity: Option<u64>,
    /// Treat START+SIZE as occupied; may be repeated
    #[arg(long, value_name = "RANGE", value_parser = size::parse_range, help_heading = "Address space")]
    pub assume_used: Vec<AddrRange>,
}

#[derive(ArgGroup, Debug)]
pub struct Output {
    /// Form of the output
    #[arg(long, value_enum, default_value_t = Format::Text, help_heading = "Output")]
    pub format: Format,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = Color::Auto, value_name = "WHEN", help_heading = "Output")]
    pub color: Color,
    #[command(flatten)]
    pub destination: Destination,
}

#[derive(ArgGroup, Debug)]
pub struct HowToCapture {
    /// What writes the dumps: kernel, gcore, dbghelp, wer, …; without it, all are listed
    #[arg(value_name = "WRITER", value_parser = super::capture::parse_writer)]
    pub writer: Option<&'static Recipe>,
    #[command(flatten)]
    pub output: Output,
}

#[derive(ArgGroup, Debug)]
pub struct Schema {
    /// The command whose JSON is described
    #[arg(value_name = "COMMAND", default_value = "report")]
    pub of: Described,
    #[command(flatten)]
    pub destination: Destination,
}

/// Commands that print JSON.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Described {
    Report,
    Map,
    Threads,
    At,
    Fit,
    WhatIf,
    Heap,
    Diff,
    HowToCapture,
    /// A line of `live --log`
    Live,
    /// A row of `triage`, whose fields are the columns of --fail-if
    Row,
}

#[derive(ArgGroup, Debug)]
pub struct Integrate {
    /// Which debugger
    #[arg(value_name = "DEBUGGER")]
    pub debugger: Debugger,
    #[command(flatten)]
    pub destination: Destination,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Debugger {
    /// A Python file: `source` it
    Gdb,
    /// A Python file: `command script import` it
    Lldb,
    /// A JavaScript extension: `.scriptload` it
    Windbg,
}

#[derive(ArgGroup, Debug)]
pub struct Destination {
    /// Write to FILE instead of stdout; it appears only when it is complete
    #[arg(short = 'o', long = "output", value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Output")]
    pub file: Option<PathBuf>,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// For people
    Text,
    /// For programs; `fragscope schema` describes it
    Json,
    /// For tickets and CI summaries: at most 60,000 bytes, with the command to get it again
    Markdown,
    /// A page for a browser, in one file that loads nothing
    Html,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Even into a file
    Always,
    /// Not at all
    Never,
}

#[derive(ArgGroup, Debug)]
pub struct Man {
    /// The command whose page is wanted; without it, the page of the program
    #[arg(value_name = "COMMAND")]
    pub of: Option<String>,
    /// Write the pages of the program and of all commands into this folder
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, conflicts_with = "of")]
    pub dir: Option<PathBuf>,
}
