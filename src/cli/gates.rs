//! `--fail-if`: an exit code for scripts.

use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use super::failure::{Failure, path_text};
use crate::load::redact::Redactor;
use crate::report::Context;
use crate::report::escape::shown;
use crate::triage::gate::{judge, seen};
use crate::triage::{GateExpression, Row, RowFile, parse_gate};

/// Reads the condition of a gate.
///
/// # Errors
/// A sentence, and a mark below the character where something else was expected.
pub fn parse(text: &str) -> Result<GateExpression, String> {
    parse_gate(text).map_err(|e| e.to_string())
}

/// Holds a dump against gates. One that cannot be decided is warned of on stderr and does not match.
///
/// # Errors
/// Those that match, and what they saw.
pub fn check(
    gates: &[GateExpression],
    cx: Context<'_>,
    dump: &Path,
    took: Duration,
    redactor: Option<&Redactor>,
) -> Result<(), Failure> {
    if gates.is_empty() {
        return Ok(());
    }
    let row = Row { ms: took.as_secs_f64() * 1_000.0, ..Row::of(cx, row_file(dump)) };
    let about = |gate: &GateExpression, found: &str| {
        let sentence = format!("{}: --fail-if `{gate}` {found}: {}", path_text(dump), seen(gate, &row));
        shown(&redactor.map_or_else(|| sentence.clone(), |redactor| hidden(&sentence, dump, redactor))).to_string()
    };
    let mut matched = Vec::new();
    for gate in gates {
        match judge(gate, &row) {
            Some(true) => matched.push(about(gate, "matched")),
            Some(false) => {}
            None => {
                let _ = writeln!(io::stderr(), "fragscope: {}", about(gate, "cannot be decided"));
            }
        }
    }
    if matched.is_empty() { Ok(()) } else { Err(Failure::Gates(matched)) }
}

/// A sentence without the names that are to be hidden: those of the dump are hidden already, not so the path and what was
/// typed.
fn hidden(sentence: &str, dump: &Path, redactor: &Redactor) -> String {
    let mut redactor = redactor.clone();
    redactor.learn(&dump.to_string_lossy());
    redactor.learn(sentence);
    redactor.apply(sentence)
}

/// What is known of the file from outside.
fn row_file(dump: &Path) -> RowFile {
    let meta = std::fs::metadata(dump).ok().filter(std::fs::Metadata::is_file);
    let known = meta.map(|meta| super::triage::known_of(&meta)).unwrap_or_default();
    RowFile { file: dump.to_string_lossy().into_owned(), ..known }
}
