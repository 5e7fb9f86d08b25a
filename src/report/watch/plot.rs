//! A figure over time as columns of blocks.

use crate::units::Bytes;

const BLOCKS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Figures that differ by less than this part of the largest are drawn from the smallest on, not from 0.
const FLAT: u64 = 10;

/// Draws the last values, one column each, in `rows` lines of at most `columns` characters, with the ends of the scale
/// at the left. Without values there are no lines.
pub(super) fn lines(values: &[u64], columns: usize, rows: usize, unicode: bool) -> Vec<String> {
    let labels = 12;
    let shown = values.get(values.len().saturating_sub(columns.saturating_sub(labels))..).unwrap_or_default();
    let (Some(most), Some(least)) = (shown.iter().max(), shown.iter().min()) else { return Vec::new() };
    let base = if most - least < most / FLAT { *least } else { 0 };
    let heights: Vec<usize> = shown.iter().map(|value| height(value - base, most - base, rows)).collect();
    let row = |number: usize| {
        let from_below = rows - 1 - number;
        let label = match number {
            0 => Bytes(*most).to_string(),
            _ if from_below == 0 => Bytes(base).to_string(),
            _ => String::new(),
        };
        let cells: String = heights.iter().map(|height| cell(height.saturating_sub(8 * from_below), unicode)).collect();
        format!("{label:>10} {}{cells}", if unicode { '│' } else { '|' }).trim_end().to_owned()
    };
    (0..rows).map(row).collect()
}

/// Eighths of a row that a value is high; what is more than nothing is seen.
fn height(value: u64, most: u64, rows: usize) -> usize {
    let full = 8 * rows as u128;
    if most == 0 {
        return 1;
    }
    let eighths = (u128::from(value) * full).div_ceil(u128::from(most));
    usize::try_from(eighths.clamp(1, full)).unwrap_or(1)
}

fn cell(eighths: usize, unicode: bool) -> char {
    match (unicode, eighths.min(8)) {
        (true, level) => BLOCKS.get(level).copied().unwrap_or(' '),
        (false, 0) => ' ',
        (false, 1..4) => '.',
        (false, _) => '#',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_falling_figure() {
        let drawn = lines(&[64 << 20, 48 << 20, 32 << 20, 16 << 20, 0], 40, 2, false);
        assert_eq!(drawn, ["    64 MiB |##", "       0 B |####."]);
        assert_eq!(lines(&[8, 4], 40, 1, true), ["       8 B │█▄"]);
    }

    #[test]
    fn what_hardly_changes_is_drawn_from_its_smallest() {
        let drawn = lines(&[(1 << 40) + 5, 1 << 40, (1 << 40) + 10], 40, 3, false);
        assert!(drawn[2].starts_with("  1024 GiB") || drawn[2].starts_with("     1 TiB"), "{drawn:?}");
        assert!(drawn[0].ends_with("  #"), "{drawn:?}");
    }

    #[test]
    fn only_the_last_values_have_room() {
        let values: Vec<u64> = (1..=1000).collect();
        let drawn = lines(&values, 40, 4, false);
        assert!(drawn.iter().all(|line| line.chars().count() <= 40), "{drawn:?}");
        assert!(lines(&[], 40, 4, false).is_empty());
    }
}
