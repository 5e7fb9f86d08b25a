//! The picture of the address space: rows of cells, each with the kind that takes most of it.

mod around;
mod focus;
mod glyphs;
mod head;
mod legend;
mod marks;
mod outline;
mod plan;
mod rows;
mod view;

use std::io::{self, Write};

use super::Context;
use crate::addr::AddrRange;

pub use around::{Around, around};
pub use focus::Focus;
pub use plan::MapError;
use plan::Plan;
pub use view::{CellRunView, MapReport, MarkView};

/// Columns where nobody says how wide the terminal is.
pub const USUAL_COLUMNS: usize = 100;

/// How much is said about the picture.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Detail {
    /// What it shows, floor and ceiling, each row's offsets, the legend with a sentence for each sign.
    Full,
    /// Rows, and a legend of a few lines.
    Small,
}

/// What is drawn, and how.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MapOptions {
    /// The part of the address space, or `None` for all of it.
    pub range: Option<AddrRange>,
    /// Size of a cell in bytes, or `None` for what fits.
    pub cell: Option<u64>,
    /// Columns that no line exceeds; at least 40.
    pub columns: usize,
    /// Blocks and lines of Unicode; else plain ASCII.
    pub unicode: bool,
    /// Terminal colours.
    pub color: bool,
    /// Stack pointers below the rows.
    pub marks: bool,
    /// What is marked and named.
    pub focus: Option<Focus>,
    /// How much is said.
    pub detail: Detail,
}

impl Default for MapOptions {
    /// The whole space, small, in plain ASCII of 100 columns.
    fn default() -> MapOptions {
        MapOptions {
            range: None,
            cell: None,
            columns: USUAL_COLUMNS,
            unicode: false,
            color: false,
            marks: false,
            focus: None,
            detail: Detail::Small,
        }
    }
}

/// Says whether the picture can be drawn.
///
/// # Errors
/// A range outside of the address space, or too many cells.
pub fn check_map(cx: Context<'_>, options: &MapOptions) -> Result<(), MapError> {
    Plan::new(cx, options).map(drop)
}

/// Draws the address space.
///
/// # Errors
/// Those of `out`; `InvalidInput` with the sentence of a [`MapError`] for what [`check_map`] refuses.
pub fn write_map(out: &mut dyn Write, cx: Context<'_>, options: &MapOptions) -> io::Result<()> {
    let plan = Plan::new(cx, options).map_err(|e| io::Error::new(io::ErrorKind::InvalidInput, e.to_string()))?;
    if options.detail == Detail::Full {
        head::write(out, cx, options, &plan)?;
    }
    rows::write(out, cx, options, &plan)?;
    legend::write(out, cx, options, &plan)
}

/// What a row and a cell of the picture are, for a heading: `one row is 256 MiB, one cell 4 MiB`.
pub(super) fn scale(cx: Context<'_>, options: &MapOptions) -> String {
    Plan::new(cx, options).map(|plan| plan.scale()).unwrap_or_default()
}
