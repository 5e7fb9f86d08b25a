//! The generators' tables: a header line, then fields without quotes. The last field may hold commas.

/// The rows of a table, each split into as many fields as the header has.
pub fn rows(text: &str) -> Vec<Vec<&str>> {
    let mut lines = text.lines().filter(|line| !line.is_empty());
    let columns = lines.next().unwrap_or_default().split(',').count();
    lines.map(|line| line.splitn(columns, ',').collect()).collect()
}

/// A number as the generators print it: `0x...` or decimal.
pub fn number(field: &str) -> u64 {
    let parsed = match field.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16),
        None => field.parse(),
    };
    parsed.unwrap_or_else(|_| panic!("{field:?} is no number"))
}
