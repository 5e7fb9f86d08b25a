//! What `triage` writes of many rows, in every format.

mod by;
mod csv;
mod golden;
mod junit;
mod large;
mod markdown;
#[cfg(feature = "parquet")]
mod parquet;
mod rows;
mod text;
