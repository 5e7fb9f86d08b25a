//! Rows as comma-separated values (RFC 4180, UTF-8), with the names of columns in the first line.
//!
//! What is not known is an empty field. Names are made harmless as in every report, and more than that: spreadsheets take
//! a field that begins with `=`, `+`, `-` or `@` for a formula and run it, whether or not it is quoted. Such a text gets a
//! `'` in front, as OWASP advises ("CSV Injection"). Whoever needs names exactly reads JSON Lines.

use std::io::{self, Write};

use csv::{Terminator, WriterBuilder};

use crate::report::escape::shown;
use crate::triage::{COLUMNS, Column, Row, Triaged, Value};

/// Writes titles and rows.
///
/// # Errors
/// Those of `out`, and of reading the rows.
pub fn write(out: &mut dyn Write, triaged: &Triaged<'_>) -> io::Result<()> {
    let mut table = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    table.write_record(COLUMNS.iter().map(|column| column.name))?;
    triaged.rows.each(&mut |row| Ok(table.write_record(COLUMNS.iter().map(|column| field(column, row)))?))?;
    table.flush()
}

fn field(column: &Column, row: &Row) -> String {
    match (column.get)(row) {
        None => String::new(),
        Some(Value::Whole(number)) => number.to_string(),
        Some(Value::Real(number)) => number.to_string(),
        Some(Value::Text(text)) => {
            let shown = shown(text).to_string();
            if shown.starts_with(begins_formula) { format!("'{shown}") } else { shown }
        }
    }
}

/// Also the wide forms of those marks, which spreadsheets in East Asian languages take for them. Tabs and line ends, which
/// they skip, have been spelled out.
fn begins_formula(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::triage::{Status, Summary};

    fn line(file: &str) -> String {
        let rows =
            vec![Row { tool_version: "1".into(), ..Row::failed(file.into(), Status::Crashed, "a \"b\",\nc".into()) }];
        let (summary, mut out) = (Summary::default(), Vec::new());
        write(&mut out, &Triaged { rows: &rows, summary: &summary, command: None }).unwrap();
        let text = String::from_utf8(out).unwrap();
        let (titles, rest) = text.split_once("\r\n").unwrap();
        assert!(titles.starts_with("file,status,message,verdict,group,request,") && titles.ends_with(",tool_version"));
        rest.strip_suffix("\r\n").unwrap().to_owned()
    }

    #[test]
    fn fields_are_quoted_and_unknown_ones_empty() {
        let line = line("core.1");
        assert!(line.starts_with(r#"core.1,crashed,"a ""b"",\u{a}c",,,,,"#), "{line}");
        assert!(line.ends_with(",,,0,1,1"), "{line}");
    }

    #[test]
    fn no_text_begins_a_formula() {
        for (file, shown) in [
            ("=1+1", "'=1+1,"),
            ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0,"),
            ("-2", "'-2,"),
            ("@SUM(A1)", "'@SUM(A1),"),
            ("\t=1", "\\u{9}=1,"),
            ("\r=1", "\\u{d}=1,"),
            ("＝1", "'＝1,"),
            ("=a,b\"", "\"'=a,b\"\"\","),
            ("a=1", "a=1,"),
        ] {
            assert!(line(file).starts_with(shown), "{file:?}: {}", line(file));
        }
    }
}
