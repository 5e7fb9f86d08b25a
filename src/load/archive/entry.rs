//! What a reader of one archive format says of the next thing in it.

use std::io::Read;

/// One thing in an archive.
pub(super) struct Entry {
    /// As the archive has it: untrusted, and never a path on this machine.
    pub name: String,
    /// Unpacked, in bytes, as far as the archive says.
    pub size: Option<u64>,
    /// When it was last changed, in seconds since 1970.
    pub modified: Option<u64>,
    /// How many bytes must be unpacked at the most to come behind it.
    pub cost: u64,
    /// Whether it has bytes.
    pub what: What,
}

/// Whether an entry has bytes.
pub(super) enum What {
    /// It has.
    File,
    /// It never has, and is no member.
    Folder,
    /// They cannot be had, and the sentence says why.
    Refused(String),
}

impl Entry {
    /// Whether it counts as a member.
    pub(super) fn is_member(&self) -> bool {
        !matches!(self.what, What::Folder)
    }
}

/// An archive that is read entry by entry, in its order.
pub(super) trait Entries {
    /// The next entry, or `None` behind the last.
    ///
    /// # Errors
    /// Why the archive cannot be read any further; it is not to be asked again.
    fn next(&mut self) -> Result<Option<Entry>, String>;

    /// The unpacked bytes of the entry that came last. A failing read tells of damage.
    ///
    /// # Errors
    /// Why they cannot be had.
    fn content(&mut self) -> Result<Box<dyn Read + '_>, String>;
}

/// Longest name that is kept, in bytes; the longest path of Linux has 4,095.
const LONGEST_NAME: usize = 4095;

/// The text of a name, of bounded length.
pub(super) fn name(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.get(..LONGEST_NAME).unwrap_or(bytes)).into_owned()
}
