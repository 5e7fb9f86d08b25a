//! Tables of Markdown. Each row has as many cells as the header, whatever the names in it.

use super::paper::Paper;
use crate::report::escape::markdown::{code, prose};

/// Characters of a cell with a name in it.
const NAME: usize = 64;

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Column {
    /// Addresses and names, in code.
    Code,
    /// Words of our own.
    Words,
    /// Numbers, to the right.
    Number,
    /// Numbers of our own with their signs, to the right, which stay as they are.
    Signed,
}

/// Titles, and what stands below each.
pub type Columns<const N: usize> = [(&'static str, Column); N];

/// Writes a table with as many rows as there is room for, and says how many these are. Each row has a cell for each
/// column.
pub fn write<Cells: IntoIterator<Item = String>>(
    paper: &mut Paper,
    columns: &[(&str, Column)],
    rows: impl IntoIterator<Item = Cells>,
) -> usize {
    let titles: String = columns.iter().map(|(title, _)| format!(" {title} |")).collect();
    let right = |column: &Column| matches!(column, Column::Number | Column::Signed);
    let rule = |column: &Column| if right(column) { " ---: |" } else { " --- |" };
    let rules: String = columns.iter().map(|(_, column)| rule(column)).collect();
    let mut rows = rows.into_iter().map(|cells| row(columns, cells));
    // A header without a row below it would say nothing.
    let Some(first) = rows.next() else { return 0 };
    if !paper.lines(&format!("|{titles}\n|{rules}\n{first}")) {
        return 0;
    }
    1 + rows.take_while(|row| paper.lines(row)).count()
}

fn row(columns: &[(&str, Column)], cells: impl IntoIterator<Item = String>) -> String {
    let cells = columns.iter().zip(cells).map(|((_, column), cell)| match column {
        Column::Code => code(&cell, NAME),
        Column::Signed => cell,
        Column::Words | Column::Number => prose(&cell).replace('|', "\\|"),
    });
    cells.fold(String::from("|"), |line, cell| line + " " + &cell + " |") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_written_as_long_as_there_is_room() {
        let mut paper = Paper::default();
        paper.section(300);
        let columns = [("who", Column::Code), ("size", Column::Number)];
        let rows = (0..100).map(|i| [format!("a|b`{i}"), "4 KiB".to_owned()]);
        let written = write(&mut paper, &columns, rows);
        assert!((1..100).contains(&written), "{written}");
        assert!(paper.text().starts_with("| who | size |\n| --- | ---: |\n| `a\\u{7c}b\\u{60}0` | 4 KiB |\n"));
        assert_eq!(paper.text().lines().count(), 2 + written);
        assert_eq!(write::<[String; 2]>(&mut paper, &columns, []), 0);
    }
}
