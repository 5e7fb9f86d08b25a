//! Minidumps.

use std::path::Path;

use super::facts::Facts;
use super::{Input, LoadOptions};
use crate::error::LoadError;
use crate::model::DumpFormat;

/// Reads the facts of a minidump; `path` is where it lies, if it is a file, for what may lie beside it.
///
/// # Errors
/// If the header or the stream directory cannot be read.
pub fn read(_input: &Input<'_>, _path: Option<&Path>, _options: &LoadOptions) -> Result<Facts, LoadError> {
    Ok(Facts::new(DumpFormat::Minidump))
}
