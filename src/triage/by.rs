//! By what rows are grouped: `--by verdict,os`.

use super::{COLUMNS, Column};
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
        let column = Column::named(name).ok_or_else(|| unknown(name))?;
        if by.iter().any(|other| other.name == name) {
            return Err(format!("`{name}` stands twice in `{text}`"));
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
    match nearest(name) {
        Some(near) => format!("`{shown}` is no column; did you mean `{near}`?"),
        None => {
            let names: Vec<&str> = COLUMNS.iter().map(|column| column.name).collect();
            format!("`{shown}` is no column; these are: {}", names.join(", "))
        }
    }
}

/// The column that a misspelt name may have meant: the one it is a part of, or the one from which it differs in at most
/// two characters and a third of its own.
fn nearest(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase();
    let length = name.chars().count();
    if !(1..=64).contains(&length) {
        return None;
    }
    let near = COLUMNS.iter().map(|column| (changes(&name, column.name), column.name)).min()?;
    let part = || COLUMNS.iter().map(|column| column.name).find(|other| 3 <= length && other.contains(&name));
    if near.0 <= 2.min(length / 3) { Some(near.1) } else { part() }
}

/// How many characters have to be put in, taken out or replaced to make one of the other (Levenshtein's distance).
fn changes(a: &str, b: &str) -> usize {
    let mut above: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut left = i + 1;
        let mut row = vec![left];
        for (to, pair) in b.chars().zip(above.windows(2)) {
            let [diagonal, over] = pair else { continue };
            left = (left.min(*over) + 1).min(diagonal + usize::from(from != to));
            row.push(left);
        }
        above = row;
    }
    above.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_name() {
        let names = |text| parse_by(text).map(|by| by.iter().map(|c| c.name).collect::<Vec<_>>());
        assert_eq!(names(USUAL).unwrap(), ["group"]);
        assert_eq!(names("verdict, os,stacks.count").unwrap(), ["verdict", "os", "stacks.count"]);
    }

    #[test]
    fn what_is_no_column_is_named_with_the_nearest() {
        for (text, said) in [
            ("verdcit", "`verdcit` is no column; did you mean `verdict`?"),
            ("os,Largst", "`Largst` is no column; did you mean `largest`?"),
            ("splitter", "`splitter` is no column; did you mean `splitters.0.owner`?"),
            ("vma", "`vma` is no column; did you mean `vma_count`?"),
            ("os,os", "`os` stands twice in `os,os`"),
        ] {
            assert_eq!(parse_by(text).unwrap_err(), said);
        }
        for text in ["", ",", "os,", "zzzzzz", &"x".repeat(10_000)] {
            assert!(parse_by(text).unwrap_err().contains("these are: file, status"), "{text}");
        }
        assert!(parse_by("os,cpu,bits,format,writer,evidence,verdict").unwrap_err().contains("at most 6 columns"));
    }

    #[test]
    fn distances() {
        for (a, b, distance) in [("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("os", "os", 0)] {
            assert_eq!(changes(a, b), distance, "{a} {b}");
        }
    }
}
