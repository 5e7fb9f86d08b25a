//! A triage as one HTML page: counts, gates, groups, a scatter plot and all rows, in a file that loads nothing.
//!
//! What the page says without script, Rust writes: the headline, gates, the first groups and rows. All rows follow as
//! packed columns (`pack.rs`), written while the rows are walked, so that memory does not grow with their number. The
//! script unpacks them, draws the plot, and filters and sorts.

mod assets;
mod cell;
mod chunk;
mod facts;
mod frame;
mod gates;
mod groups;
mod headline;
mod link;
mod overview;
mod pack;
mod picture;
mod table;
mod title;

use std::io::{self, Write};

use maud::Markup;

use super::Triaged;
use overview::Overview;

/// Writes the page. Names from dumps are text in it, never markup or script; links lead to paths below or beside the
/// page only. Rows beyond what a browser opens well (200,000, or 24 MiB packed) are left out, and the page says so.
///
/// # Errors
/// Those of `out`, and of reading the rows.
pub fn write_html(out: &mut dyn Write, triaged: &Triaged<'_>) -> io::Result<()> {
    let overview = Overview::of(triaged.rows)?;
    let script = assets::script();
    out.write_all(b"<!DOCTYPE html><html lang=\"en\">")?;
    put(out, &frame::head(triaged, &script))?;
    out.write_all(b"<body>")?;
    put(out, &frame::body(triaged, &overview))?;
    out.write_all(b"<script id=\"rows-data\" type=\"application/gzip+base64\">")?;
    let packed = pack::write(out, triaged, &overview)?;
    out.write_all(b"</script>")?;
    put(out, &frame::end(&packed, &script))?;
    out.write_all(b"</body></html>\n")
}

fn put(out: &mut dyn Write, markup: &Markup) -> io::Result<()> {
    out.write_all(markup.0.as_bytes())
}
