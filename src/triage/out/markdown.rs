//! The summary for a CI job or a ticket, never longer than a ticket takes.

use std::io::{self, Write};

use super::highlights::Highlights;
use crate::report::escape::markdown::{code, prose};
use crate::report::markdown::budget::{LONGEST, TOOL};
use crate::report::markdown::paper::Paper;
use crate::report::markdown::table::{self, Column};
use crate::report::markdown::tool;
use crate::triage::{Gate, Kind, Summary, Triaged, words};

/// Groups that are shown.
const GROUPS: usize = 50;
/// Rows of the other lists.
const ROWS: usize = 20;
/// Gates that are shown, and files that each names.
const GATES: usize = 20;
const FILES: usize = 5;

/// Bytes of each section; what one leaves, those after it may use.
const HEAD: usize = 3_000;
const GATE_LIST: usize = 14_000;
const GROUP_TABLE: usize = 18_000;
const ROW_TABLE: usize = 10_000;
const _: () = assert!(HEAD + GATE_LIST + GROUP_TABLE + 2 * ROW_TABLE + TOOL <= LONGEST, "longer than a ticket takes");

/// Where all rows are.
const ELSEWHERE: &str = "; the outputs with all rows have them";

/// Writes the summary.
///
/// # Errors
/// Those of `out`, and of reading the rows.
pub fn write(out: &mut dyn Write, triaged: &Triaged<'_>) -> io::Result<()> {
    let summary = triaged.summary;
    let found = Highlights::of(triaged.rows, ROWS)?;
    let mut paper = Paper::default();
    head(&mut paper, summary);
    gates(&mut paper, &summary.gates);
    groups(&mut paper, summary);
    not_read(&mut paper, summary, &found);
    tightest(&mut paper, &found);
    tool::write(&mut paper, triaged.command);
    out.write_all(paper.text().as_bytes())
}

fn head(paper: &mut Paper, summary: &Summary) {
    paper.section(HEAD);
    paper.lines(&format!("## {}\n\n", prose(&words::headline(summary))));
    let facts = [("status", words::statuses(summary)), ("verdict", words::verdicts(summary))];
    let known = facts.iter().filter(|(_, counts)| !counts.is_empty());
    paper.list(known.clone().count(), known.map(|(lead, counts)| format!("**{lead}**: {}", prose(counts))));
}

fn gates(paper: &mut Paper, gates: &[Gate]) {
    paper.section(GATE_LIST);
    if gates.is_empty() {
        return;
    }
    paper.heading("Gates: conditions that no dump is to meet");
    paper.list(gates.len(), gates.iter().take(GATES).map(gate));
}

fn gate(gate: &Gate) -> String {
    let line = format!("**{}** {}: {}", words::result(gate), code(&gate.expression, 200), prose(&words::found(gate)));
    match words::files(gate, FILES, |file| code(file, 64)) {
        Some(files) => format!("{line}: {files}"),
        None => line,
    }
}

fn groups(paper: &mut Paper, summary: &Summary) {
    paper.section(GROUP_TABLE);
    if summary.groups.is_empty() {
        return;
    }
    let names = summary.by.iter().map(|column| code(column.name, 64)).collect::<Vec<_>>().join(", ");
    paper.heading(&format!("Groups: dumps with the same {names}"));
    let keys = summary.by.iter().map(|column| match column.kind {
        Kind::Text => (column.name, Column::Code),
        _ => (column.name, Column::Number),
    });
    let columns: Vec<(&str, Column)> = [("dumps", Column::Number)]
        .into_iter()
        .chain(keys)
        .chain([("median largest gap", Column::Number), ("example", Column::Code)])
        .collect();
    let rows = summary.groups.iter().take(GROUPS).map(|group| words::group(summary, group));
    let written = table::write(paper, &columns, rows);
    paper.left_out(summary.groups.len(), written, "group", "");
}

fn not_read(paper: &mut Paper, summary: &Summary, found: &Highlights) {
    paper.section(ROW_TABLE);
    if found.not_read.is_empty() {
        return;
    }
    paper.heading("Not read");
    let columns = [("file", Column::Code), ("status", Column::Words), ("why", Column::Words)];
    let rows = found.not_read.iter().map(words::not_read).map(|[file, status, why]| {
        let why: String = why.chars().take(400).collect();
        [file, status, why]
    });
    let written = table::write(paper, &columns, rows);
    paper.left_out(count(summary.not_read()), written, "dump", ELSEWHERE);
}

fn tightest(paper: &mut Paper, found: &Highlights) {
    paper.section(ROW_TABLE);
    if found.tightest.is_empty() {
        return;
    }
    paper.heading("Smallest largest gaps");
    let columns = [
        ("file", Column::Code),
        ("verdict", Column::Code),
        ("largest gap", Column::Number),
        ("free", Column::Number),
        ("who splits most", Column::Code),
    ];
    let written = table::write(paper, &columns, found.tightest.iter().map(words::tight));
    paper.left_out(count(found.measured), written, "dump", ELSEWHERE);
}

fn count(rows: u64) -> usize {
    usize::try_from(rows).unwrap_or(usize::MAX)
}
