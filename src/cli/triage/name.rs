//! The name of an input, exactly: what a system calls a file need not be text.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::units::{Unit, from_units, units_of};

/// A file's name as it travels between processes and lies in a journal.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Name {
    /// As most are.
    Text(String),
    /// What is no text.
    Units(Vec<Unit>),
}

impl Name {
    /// Of a path.
    pub fn of(path: &Path) -> Name {
        match path.to_str() {
            Some(text) => Name::Text(text.to_owned()),
            None => Name::Units(units_of(path.as_os_str())),
        }
    }

    /// The path again.
    pub fn path(&self) -> PathBuf {
        match self {
            Name::Text(text) => text.into(),
            Name::Units(units) => from_units(units).into(),
        }
    }

    /// What is hashed of it.
    pub fn bytes(&self) -> Vec<u8> {
        self.path().into_os_string().into_encoded_bytes()
    }

    /// As it is shown, with stand-ins for what is no text.
    pub fn shown(&self) -> String {
        match self {
            Name::Text(text) => text.clone(),
            Name::Units(_) => self.path().to_string_lossy().into_owned(),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    #[test]
    fn names_that_are_no_text_come_back() {
        for bytes in [&b"a.dmp"[..], b"\xff\xfe.dmp", b"caf\xc3\xa9", b"", b"a\nb\x00c", b"\xed\xa0\x80"] {
            let path = Path::new(OsStr::from_bytes(bytes));
            let wire = serde_json::to_string(&Name::of(path)).unwrap();
            assert!(!wire.contains('\n'));
            assert_eq!(serde_json::from_str::<Name>(&wire).unwrap().bytes(), bytes);
        }
    }
}
