//! Many dumps: one row for each, and what is made of rows.
//!
//! A [`Row`] is plain data: whoever reads a dump makes one ([`Row::failed`] where nothing could be said), and everything
//! after that (groups, gates, tables, pages) knows rows only. Rows of a large run lie on disk, so whatever walks them goes
//! through [`Rows`], one at a time.

mod by;
mod column;
pub mod gate;
mod label;
mod measure;
pub mod out;
pub mod page;
mod row;
mod rows;
mod status;
mod summary;
mod words;

pub use by::{USUAL as USUAL_BY, parse_by};
pub use column::{COLUMNS, Column, Kind, Value};
pub use gate::{GateExpression, GateRun, parse_gate};
pub use measure::RowFile;
pub use row::{ROW_SCHEMA_VERSION, Row, RowSplitter, RowStacks};
pub use rows::Rows;
pub use status::Status;
pub use summary::{Gate, RowGroup, Summary, SummaryRun, Triaged};
