//! Diagnostics in JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Address, Context, Word};
use crate::diag::{Diagnostic, Place, Severity};

/// One fact about how the dump was read.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Diagnostic")]
pub struct DiagnosticView {
    /// A stable word for programs.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Word<Severity>,
    /// One sentence for people.
    pub message: String,
    /// Where; null if it is not at one place.
    pub at: Option<PlaceView>,
}

/// Where a diagnostic arose.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Place")]
pub enum PlaceView {
    /// A position in the (decompressed) file, in bytes.
    Offset(u64),
    /// An address of the process.
    Address(Address),
    /// A line of a text input, counted from 1.
    Line(u64),
}

impl DiagnosticView {
    pub(in crate::report) fn new(cx: Context<'_>, diagnostic: Diagnostic) -> DiagnosticView {
        DiagnosticView {
            code: diagnostic.code,
            severity: Word(diagnostic.severity),
            message: diagnostic.message,
            at: diagnostic.at.map(|place| match place {
                Place::Offset(offset) => PlaceView::Offset(offset.0),
                Place::Address(addr) => PlaceView::Address(cx.hex(addr)),
                Place::Line(line) => PlaceView::Line(line),
            }),
        }
    }
}
