//! Formats, by the ends of files' names.

use std::path::Path;

use crate::report::escape::shortened;

/// Said where Parquet is asked for and not built in.
pub(super) const NO_PARQUET: &str = "this build writes no Parquet; build with `--features parquet`";

/// A format for rows, or for what is made of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum OutputKind {
    /// Each row as a line of JSON.
    Jsonl,
    /// Rows as comma-separated values.
    Csv,
    /// Rows in typed columns; only with the feature `parquet`.
    Parquet,
    /// Rows, groups and a scatter plot as one page.
    Html,
    /// Counts, gates, groups and the worst rows, for the summary of a CI job.
    Markdown,
    /// A test case per row.
    Junit,
    /// Counts, gates, groups and the worst rows, for a terminal or a log.
    Text,
}

impl OutputKind {
    /// The format that the end of a file's name stands for, whatever its case.
    ///
    /// # Errors
    /// A sentence: what the ends are, or that this build cannot write that format.
    pub fn of_path(path: &Path) -> Result<OutputKind, String> {
        let end = path.extension().map(|end| end.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
        match end.as_str() {
            "jsonl" | "ndjson" => Ok(OutputKind::Jsonl),
            "csv" => Ok(OutputKind::Csv),
            "parquet" if cfg!(feature = "parquet") => Ok(OutputKind::Parquet),
            "parquet" => Err(NO_PARQUET.into()),
            "html" | "htm" => Ok(OutputKind::Html),
            "md" | "markdown" => Ok(OutputKind::Markdown),
            "xml" => Ok(OutputKind::Junit),
            "txt" => Ok(OutputKind::Text),
            "json" => Err("rows are written as JSON Lines; let the name end in .jsonl".into()),
            _ => Err(format!(
                "`{}` does not say what to write; let the name end in .jsonl, .csv, .parquet, .html, .md, .xml (JUnit) or .txt",
                shortened(&path.to_string_lossy(), 200),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_name_says_what_to_write() {
        for (name, kind) in [
            ("out.jsonl", OutputKind::Jsonl),
            ("a.b/out.NDJSON", OutputKind::Jsonl),
            ("out.part-00001-of-00016.csv", OutputKind::Csv),
            ("out.html", OutputKind::Html),
            ("summary.md", OutputKind::Markdown),
            ("out.junit.xml", OutputKind::Junit),
            ("out.TXT", OutputKind::Text),
        ] {
            assert_eq!(OutputKind::of_path(Path::new(name)), Ok(kind), "{name}");
        }
    }

    #[test]
    fn other_names_are_refused_with_what_would_do() {
        for name in ["out", "out.", ".csv", "out.csv.gz", "out.\u{1b}[2J", "jsonl", ""] {
            let said = OutputKind::of_path(Path::new(name)).unwrap_err();
            assert!(said.contains(".jsonl, .csv") && !said.contains('\u{1b}'), "{said}");
        }
        assert!(OutputKind::of_path(Path::new("out.json")).unwrap_err().contains(".jsonl"));
        let parquet = OutputKind::of_path(Path::new("out.parquet"));
        match cfg!(feature = "parquet") {
            true => assert_eq!(parquet, Ok(OutputKind::Parquet)),
            false => assert!(parquet.unwrap_err().contains("--features parquet")),
        }
    }
}
