//! By what rows are grouped: `--by verdict,os`.

use super::{COLUMNS, Column};
use crate::analyze::condition::{Subject, nearest};
use crate::report::escape::shortened;

/// How rows are grouped unless somebody says otherwise.
pub const USUAL: &str = "group";

/// More columns than this make no table that anybody reads.
const MOST: usize = 6;

/// Reads names of columns with commas between them.
///
/// # Errors
/// A sentence that names what is no column, and the one that may have been meant.
pub fn parse_by(text: &str) -> Result<Vec<&'static Column>, String> {
    let mut by: Vec<&'static Column> = Vec::new();
    for name in text.split(',').map(str::trim) {
        let column = COLUMNS.iter().find(|column| column.is_called(name)).ok_or_else(|| unknown(name))?;
        if by.iter().any(|other| other.name == column.name) {
            return Err(format!("`{}` stands twice in `{text}`", column.name));
        }
        by.push(column);
    }
    match by.len() {
        ..=MOST => Ok(by),
        count => Err(format!("rows are grouped by at most {MOST} columns, not by {count}")),
    }
}

fn unknown(name: &str) -> String {
    let shown = shortened(name, 40);
    match nearest(name, COLUMNS.iter().flat_map(Column::names)) {
        Some(near) => format!("`{shown}` is no column; did you mean `{near}`?"),
        None => {
            let names: Vec<&str> = COLUMNS.iter().map(|column| column.name).collect();
            format!("`{shown}` is no column; these are: {}", names.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_name() {
        let names = |text| parse_by(text).map(|by| by.iter().map(|c| c.name).collect::<Vec<_>>());
        assert_eq!(names(USUAL).unwrap(), ["group"]);
        assert_eq!(names("verdict, os,stacks.count").unwrap(), ["verdict", "os", "stacks.count"]);
        // As gates call them, too.
        assert_eq!(names("splitter,stacks").unwrap(), ["splitters.0.owner", "stacks.count"]);
    }

    #[test]
    fn what_is_no_column_is_named_with_the_nearest() {
        for (text, said) in [
            ("verdcit", "`verdcit` is no column; did you mean `verdict`?"),
            ("os,Largst", "`Largst` is no column; did you mean `largest`?"),
            ("splittre", "`splittre` is no column; did you mean `splitter`?"),
            ("vma", "`vma` is no column; did you mean `vmas`?"),
            ("os,os", "`os` stands twice in `os,os`"),
            ("vmas,vma_count", "`vma_count` stands twice in `vmas,vma_count`"),
        ] {
            assert_eq!(parse_by(text).unwrap_err(), said);
        }
        for text in ["", ",", "os,", "zzzzzz", &"x".repeat(10_000)] {
            assert!(parse_by(text).unwrap_err().contains("these are: file, status"), "{text}");
        }
        assert!(parse_by("os,cpu,bits,format,writer,evidence,verdict").unwrap_err().contains("at most 6 columns"));
    }
}
