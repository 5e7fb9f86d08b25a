//! ELF cores.

use super::facts::Facts;
use super::{Input, LoadOptions};
use crate::error::LoadError;
use crate::model::DumpFormat;

/// Reads the facts of an ELF core.
///
/// # Errors
/// If the ELF header cannot be read.
pub fn read(_input: &Input<'_>, _options: &LoadOptions) -> Result<Facts, LoadError> {
    Ok(Facts::new(DumpFormat::ElfCore))
}
