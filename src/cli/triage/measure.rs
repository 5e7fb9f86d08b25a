//! A row from what was measured.

use crate::report::Context;
use crate::triage::{Row, Status};

/// What a row says of its file.
pub struct RowFile {
    /// Its name.
    pub file: String,
    /// Its fingerprint.
    pub sha256: Option<String>,
}

/// The row.
pub fn row_of(cx: Context<'_>, file: RowFile) -> Row {
    let figures = &cx.analysis.figures;
    let row = Row::failed(file.file, Status::Ok, String::new());
    Row { sha256: file.sha256, message: None, largest: Some(figures.largest_size()), ..row }
}
