//! Rows as a JUnit report, which CI systems show as tests: a dump that was not read is an error, one that meets a gate
//! that failed is a failure. What is to be read stands in the text of these elements, too: GitLab shows that, Jenkins the
//! `message`.
//!
//! The shape is what Jenkins' junit-10.xsd and GitLab take; `tests/outputs/junit.xsd` holds it.

use std::io::{self, Write};

use crate::report::Tool;
use crate::report::escape::xml::text;
use crate::triage::gate::{judge, parse_gate, seen};
use crate::triage::{Gate, GateExpression, Row, Triaged, words};

/// Characters of a name, and of a sentence.
const NAME: usize = 1000;
const SENTENCE: usize = 2000;

/// Writes one suite with a case for each row.
///
/// # Errors
/// Those of `out`, and of reading the rows.
pub fn write(out: &mut dyn Write, triaged: &Triaged<'_>) -> io::Result<()> {
    let gates: Vec<Failed<'_>> = triaged.summary.gates.iter().filter(|gate| gate.fails()).map(Failed::of).collect();
    let totals = Totals::of(triaged, &gates)?;
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(out, "<testsuites {totals}>")?;
    writeln!(out, r#"<testsuite name="fragscope triage" {totals}>"#)?;
    properties(out, triaged)?;
    triaged.rows.each(&mut |row| case(out, row, &gates))?;
    writeln!(out, "</testsuite>\n</testsuites>")
}

/// What stands in the head of a suite, before its cases.
#[derive(Default)]
struct Totals {
    tests: u64,
    failures: u64,
    errors: u64,
    ms: f64,
}

impl Totals {
    fn of(triaged: &Triaged<'_>, gates: &[Failed<'_>]) -> io::Result<Totals> {
        let mut totals = Totals::default();
        triaged.rows.each(&mut |row| {
            totals.tests += 1;
            totals.errors += u64::from(!row.status.was_read());
            totals.failures += u64::from(row.status.was_read() && met(row, gates).next().is_some());
            totals.ms += row.ms;
            Ok(())
        })?;
        Ok(totals)
    }
}

impl std::fmt::Display for Totals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Totals { tests, failures, errors, ms } = self;
        let seconds = seconds(*ms);
        write!(f, r#"tests="{tests}" failures="{failures}" errors="{errors}" time="{seconds}""#)
    }
}

fn seconds(ms: f64) -> String {
    let known = if ms.is_finite() { ms.clamp(0.0, 1e15) } else { 0.0 };
    format!("{:.3}", known / 1000.0)
}

/// Version, command, counts, and what each gate found.
fn properties(out: &mut dyn Write, triaged: &Triaged<'_>) -> io::Result<()> {
    let (tool, summary) = (Tool::this(), triaged.summary);
    writeln!(out, "<properties>")?;
    property(out, "tool", &format!("{} {}", tool.name, tool.version))?;
    if let Some(command) = triaged.command {
        property(out, "command", command)?;
    }
    property(out, "status", &words::statuses(summary))?;
    property(out, "verdict", &words::verdicts(summary))?;
    for gate in &summary.gates {
        property(
            out,
            &format!("gate {}", gate.expression),
            &format!("{}: {}", words::result(gate), words::found(gate)),
        )?;
    }
    writeln!(out, "</properties>")
}

fn property(out: &mut dyn Write, name: &str, value: &str) -> io::Result<()> {
    writeln!(out, r#"<property name="{}" value="{}"/>"#, text(name, NAME), text(value, SENTENCE))
}

fn case(out: &mut dyn Write, row: &Row, gates: &[Failed<'_>]) -> io::Result<()> {
    let (name, seconds) = (text(&row.file, NAME), seconds(row.ms));
    writeln!(out, r#"<testcase classname="fragscope.triage" name="{name}" time="{seconds}">"#)?;
    match row.status.was_read() {
        true => met(row, gates).try_for_each(|failed| failure(out, row, failed))?,
        false => error(out, row)?,
    }
    if let Some(figures) = figures(row) {
        writeln!(out, "<system-out>{}</system-out>", text(&figures, SENTENCE))?;
    }
    writeln!(out, "</testcase>")
}

fn error(out: &mut dyn Write, row: &Row) -> io::Result<()> {
    let message = text(row.message.as_deref().unwrap_or_default(), SENTENCE);
    writeln!(out, r#"<error type="{}" message="{message}">{message}</error>"#, row.status.name())
}

fn failure(out: &mut dyn Write, row: &Row, failed: &Failed<'_>) -> io::Result<()> {
    let kind = text(row.verdict.as_deref().unwrap_or("gate"), NAME);
    let (message, figures) = (text(&failed.message(row), SENTENCE), figures(row).unwrap_or_default());
    writeln!(out, r#"<failure type="{kind}" message="{message}">{}</failure>"#, text(&figures, SENTENCE))
}

/// A gate that failed. Its condition is asked of each row again, for a gate names only the first files.
struct Failed<'g> {
    gate: &'g Gate,
    condition: Option<GateExpression>,
}

impl Failed<'_> {
    fn of(gate: &Gate) -> Failed<'_> {
        Failed { gate, condition: parse_gate(&gate.expression).ok() }
    }

    /// Whether a row meets it; where the expression is not one of this version, whether the gate names its file.
    fn is_met(&self, row: &Row) -> bool {
        match &self.condition {
            Some(condition) => judge(condition, row) == Some(true),
            None => self.gate.files.contains(&row.file),
        }
    }

    /// The condition, and what the row has in its columns.
    fn message(&self, row: &Row) -> String {
        let expression = &self.gate.expression;
        match &self.condition {
            Some(condition) => format!("{expression} ({})", seen(condition, row)),
            None => expression.clone(),
        }
    }
}

/// The gates of these that a row meets.
fn met<'a, 'g>(row: &'a Row, gates: &'a [Failed<'g>]) -> impl Iterator<Item = &'a Failed<'g>> {
    gates.iter().filter(|gate| gate.is_met(row))
}

/// What was found of a dump, in one line.
fn figures(row: &Row) -> Option<String> {
    let verdict = row.verdict.as_deref()?;
    let splitter = row.splitters.first().map(|splitter| format!(", split most by {}", splitter.owner));
    let (largest, free) = (words::size(row.largest), words::size(row.free));
    let figures = format!("{verdict}: largest gap {largest} of {free} free{}", splitter.unwrap_or_default());
    Some(row.advice.as_ref().map_or_else(|| figures.clone(), |advice| format!("{figures}; {advice}")))
}
