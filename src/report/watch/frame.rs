//! What a terminal shows of a process over time: figures, two plots, the map.

use std::io::{self, Write};

use super::{Sample, plot};
use crate::report::text::head::PLAIN;
use crate::report::text::process_name;
use crate::report::{Context, MapOptions, write_map};
use crate::units::{Bytes, Count};

/// What there is room for, and how it is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FrameOptions {
    /// Columns of the terminal.
    pub columns: usize,
    /// Lines of the terminal.
    pub lines: usize,
    /// Blocks of Unicode; else plain ASCII.
    pub unicode: bool,
    /// Colours.
    pub color: bool,
}

/// Lines that are no picture: title, figures, headings, the last line.
const WORDS: usize = 6;
/// Lines of a plot.
const PLOT: std::ops::RangeInclusive<usize> = 2..=8;

/// Draws the last of `samples`, which is of this snapshot, and how it came to be. No more lines than there is room for,
/// each ended; the map is cut where it is longer.
///
/// # Errors
/// Those of `out`.
pub fn write_frame(out: &mut dyn Write, cx: Context<'_>, samples: &[Sample], options: FrameOptions) -> io::Result<()> {
    let Some(last) = samples.last() else { return Ok(()) };
    let rows = (options.lines.saturating_sub(WORDS) / 4).clamp(*PLOT.start(), *PLOT.end());
    let mut lines = vec![format!("{}  {} looks", process_name(cx, PLAIN), Count(samples.len() as u64))];
    lines.push(last.line());
    for (name, figure) in [("largest gap", largest as fn(&Sample) -> u64), ("free", free)] {
        let values: Vec<u64> = samples.iter().map(figure).collect();
        lines.push(heading(name, &values));
        lines.extend(plot::lines(&values, options.columns, rows, options.unicode));
    }
    let mut lines: Vec<String> = lines.iter().map(|line| line.chars().take(options.columns).collect()).collect();
    lines.push(String::new());
    // The map has colours, and keeps to the columns itself.
    lines.extend(map(cx, options)?);
    lines.truncate(options.lines.saturating_sub(1));
    lines.iter().try_for_each(|line| writeln!(out, "{line}"))
}

fn largest(sample: &Sample) -> u64 {
    sample.largest
}

fn free(sample: &Sample) -> u64 {
    sample.free
}

fn heading(name: &str, values: &[u64]) -> String {
    let [least, most] = [values.iter().min(), values.iter().max()].map(|value| Bytes(value.copied().unwrap_or(0)));
    format!("{name}  from {least} to {most} so far")
}

fn map(cx: Context<'_>, options: FrameOptions) -> io::Result<Vec<String>> {
    let mut text = Vec::new();
    let FrameOptions { columns, unicode, color, .. } = options;
    write_map(&mut text, cx, &MapOptions { columns: columns.max(40), unicode, color, ..MapOptions::default() })?;
    Ok(String::from_utf8_lossy(&text).lines().map(str::to_owned).collect())
}
