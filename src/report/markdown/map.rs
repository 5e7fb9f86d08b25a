//! The picture of the address space in a block of code: plain ASCII without colours.

use std::io::{self, Write};

use super::paper::Paper;
use super::{budget, head, tool};
use crate::report::Context;
use crate::report::escape::markdown::{fenced, prose};
use crate::report::map::{self, MapOptions};
use crate::units::{Count, plural};

/// What the fences around a picture take, and a line about what was left out, in bytes.
const FRAME: usize = 300;
/// What a picture of its own may have when the head and the command have theirs.
const PICTURE: usize = budget::LONGEST - budget::HEAD - budget::TOOL;

/// The small picture in a report.
pub(super) fn write(paper: &mut Paper, cx: Context<'_>) -> io::Result<()> {
    let options = MapOptions::default();
    paper.section(budget::MAP);
    paper.heading(&format!("Map: {}", prose(&map::scale(cx, &options))));
    block(paper, cx, &options, budget::MAP)
}

/// Writes the picture as Markdown, never more than [`LONGEST`](super::LONGEST) bytes. `command` draws the same.
///
/// # Errors
/// Those of `out`; `InvalidInput` for what [`check_map`](crate::report::check_map) refuses.
pub fn write_map_markdown(
    out: &mut dyn Write,
    cx: Context<'_>,
    options: &MapOptions,
    command: Option<&str>,
) -> io::Result<()> {
    let options = MapOptions { unicode: false, color: false, ..options.clone() };
    let mut paper = Paper::default();
    paper.section(budget::HEAD);
    paper.lines(&format!("## Map: {}\n", prose(&map::scale(cx, &options))));
    head::facts(&mut paper, cx);
    paper.section(PICTURE);
    paper.lines("\n");
    block(&mut paper, cx, &options, PICTURE)?;
    tool::write(&mut paper, command);
    out.write_all(paper.text().as_bytes())
}

/// As many whole lines as fit into `budget`, with their frame.
fn block(paper: &mut Paper, cx: Context<'_>, options: &MapOptions, budget: usize) -> io::Result<()> {
    let mut picture = Vec::new();
    map::write_map(&mut picture, cx, options)?;
    block_of(paper, &picture, budget);
    Ok(())
}

/// As many whole lines of a text as fit into `budget`, with their frame. Names in it are harmless for a terminal.
pub(super) fn block_of(paper: &mut Paper, text: &[u8], budget: usize) {
    let picture = String::from_utf8_lossy(text).replace('`', "\\u{60}");
    let room = budget.saturating_sub(FRAME);
    let mut end = 0;
    let lines = picture.split_inclusive('\n').take_while(|line| {
        end += line.len();
        end <= room
    });
    let shown: Vec<&str> = lines.collect();
    paper.lines(&fenced(&shown.concat(), "text"));
    let all = picture.lines().count();
    if shown.len() < all {
        let rest = plural((all - shown.len()) as u64, "line");
        paper.lines(&format!("\n… {rest} of {} are left out; the text form has them\n", Count(all as u64)));
    }
}
