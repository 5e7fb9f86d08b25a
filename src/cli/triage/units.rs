//! A file's name in the system's own units, where it need not be text: bytes, and on Windows UTF-16.

use std::ffi::{OsStr, OsString};

#[cfg(unix)]
mod system {
    use super::{OsStr, OsString};
    use std::os::unix::ffi::{OsStrExt, OsStringExt};

    pub type Unit = u8;

    pub fn units_of(name: &OsStr) -> Vec<Unit> {
        name.as_bytes().to_vec()
    }

    pub fn from_units(units: &[Unit]) -> OsString {
        OsString::from_vec(units.to_vec())
    }
}

#[cfg(windows)]
mod system {
    use super::{OsStr, OsString};
    use std::os::windows::ffi::{OsStrExt, OsStringExt};

    pub type Unit = u16;

    pub fn units_of(name: &OsStr) -> Vec<Unit> {
        name.encode_wide().collect()
    }

    pub fn from_units(units: &[Unit]) -> OsString {
        OsString::from_wide(units)
    }
}

pub use system::{Unit, from_units, units_of};
