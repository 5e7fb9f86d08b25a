//! What is known of a member before its bytes are looked at.

use super::super::entry::{Entry, What, name};
use super::super::time;
use super::method::Method;

/// A member, from the directory or from the header before it.
pub(super) struct Record {
    pub name: Vec<u8>,
    pub flags: u16,
    pub method: u16,
    pub date: u16,
    pub time: u16,
    /// Of its unpacked bytes; `None` where it stands behind them.
    pub crc: Option<u32>,
    /// In bytes.
    pub packed: u64,
    /// Unpacked, in bytes; `None` where it stands behind them.
    pub size: Option<u64>,
    /// Where the header before its bytes is.
    pub header: u64,
    /// Where its bytes are, if that is known.
    pub data: Option<u64>,
    /// Mode of Unix, 0 of other systems.
    pub mode: u32,
}

const ENCRYPTED: u16 = 1;
const KIND_OF_FILE: u32 = 0o170_000;
const SYMBOLIC_LINK: u32 = 0o120_000;
/// Deflate makes of one byte up to so many.
const MOST_PER_BYTE: u64 = 1032;

impl Record {
    pub(super) fn entry(&self) -> Entry {
        let (cost, modified) = (self.cost(), time::of_dos(self.date, self.time));
        Entry { name: name(&self.name), size: self.size, modified, cost, what: self.what() }
    }

    /// Members lie apart: nothing is unpacked to come behind one. Without a size, this takes its place.
    fn cost(&self) -> u64 {
        if self.size.is_some() { 0 } else { self.packed.saturating_mul(MOST_PER_BYTE) }
    }

    fn what(&self) -> What {
        if self.name.ends_with(b"/") {
            return What::Folder;
        }
        if self.mode & KIND_OF_FILE == SYMBOLIC_LINK {
            return What::Refused("this is a symbolic link, which is not followed".to_owned());
        }
        if self.flags & ENCRYPTED != 0 {
            return What::Refused("it is encrypted; unpack the archive with its password and pass the dump".to_owned());
        }
        Method::of(self.method).err().map_or(What::File, What::Refused)
    }
}
