//! What is written of many dumps: one file per output format. Each walks the rows once or twice, and keeps few of them.

mod csv;
mod highlights;
mod jsonl;
mod junit;
mod kind;
mod markdown;
#[cfg(feature = "parquet")]
mod parquet;
mod text;

use std::io::{self, Write};

pub use kind::OutputKind;

use super::{Triaged, page};

/// Writes rows, or what is made of them.
///
/// # Errors
/// Those of `out`, and of reading the rows. [`io::ErrorKind::Unsupported`] for what this build does not write.
pub fn write(kind: OutputKind, out: &mut dyn Write, triaged: &Triaged<'_>) -> io::Result<()> {
    match kind {
        OutputKind::Jsonl => jsonl::write(out, triaged),
        OutputKind::Csv => csv::write(out, triaged),
        OutputKind::Parquet => write_parquet(out, triaged),
        OutputKind::Html => page::write_html(out, triaged),
        OutputKind::Markdown => markdown::write(out, triaged),
        OutputKind::Junit => junit::write(out, triaged),
        OutputKind::Text => text::write(out, triaged),
    }
}

#[cfg(feature = "parquet")]
fn write_parquet(out: &mut dyn Write, triaged: &Triaged<'_>) -> io::Result<()> {
    parquet::write(out, triaged)
}

#[cfg(not(feature = "parquet"))]
fn write_parquet(_: &mut dyn Write, _: &Triaged<'_>) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, kind::NO_PARQUET))
}
