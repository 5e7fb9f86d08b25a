//! Dumps inside of archives, as uploads come: `.zip .tar .cab`, and `.tar` compressed with gzip, zstd, xz or lz4, recognised
//! by content; also archives inside of archives.
//!
//! An archive is as hostile as a dump. Names of members are text and never become a path on this machine; nothing is
//! allocated because of a length that an archive states; [`ArchiveLimits`] bound what is looked at and unpacked. What cannot be
//! had of one member costs only that member.

mod cab;
mod describe;
mod entry;
mod extras;
mod kind;
mod limits;
mod tar;
mod time;
mod unpack;
mod walk;
mod zip;

use std::fs::File;
use std::io;
use std::path::Path;

pub(super) use describe::describe;
pub use kind::{ArchiveKind, recognise};
pub use limits::ArchiveLimits;

use super::Input;
use crate::addr::FileOffset;
use crate::error::LoadError;

/// A member of an archive: a file in it, whether it can be read or not.
pub struct Member {
    /// Its name in the archive, behind the names of archives inside of the archive that it lies in: `b.tar!c.dmp`. It is
    /// untrusted text. What is wrong with an archive as a whole is told by a last member that has the archive's own name,
    /// which is empty for the outermost one.
    pub name: String,
    /// Its bytes, unpacked; or why there are none. Compressed dumps are unpacked by [`Input`] as everywhere.
    pub content: Result<Input<'static>, LoadError>,
    /// Its size in bytes, unpacked, as the archive states it.
    pub size: Option<u64>,
    /// When it was last changed, in seconds since 1970. Archives without a time zone are taken to mean UTC.
    pub modified: Option<u64>,
    /// Why `content` is not all of it, if it is not: a sentence.
    pub cut: Option<String>,
    /// The text of the `.extra` file beside it in the archive, for [`of_input`](super::of_input).
    pub extra: Option<Vec<u8>>,
}

/// Where a walk begins, and what it leaves out: for those who go on with an archive that a process died of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// How many members were had already. They are counted, and not given again.
    pub skip: u64,
    /// Names of members of which nothing is to be unpacked, as `begin` told them. Each counts as one member, also if it is
    /// an archive.
    pub closed: Vec<String>,
    /// Unpack compressed dumps inside of the archive as a whole, as [`LoadOptions::deep`](super::LoadOptions::deep) does.
    pub deep: bool,
}

/// How much of a file tells what it is, in bytes. LZ4 unpacks nothing of a block before all of it is there.
const HEAD: u64 = 5 << 20;

/// Decides what the file at `path` is, or `None` if it is no archive, or no plain file.
///
/// # Errors
/// The system's refusal to read it.
pub fn recognise_file(path: &Path) -> io::Result<Option<ArchiveKind>> {
    // Opening a pipe would wait for its writer.
    let meta = std::fs::metadata(path)?;
    if !meta.is_file() {
        return Ok(None);
    }
    Ok(kind_of(&Input::raw_file(File::open(path)?, meta.len())))
}

fn kind_of(input: &Input<'_>) -> Option<ArchiveKind> {
    let first = input.read_available(FileOffset(0), tar::BLOCK);
    let compressed = super::Compression::recognise(&first).is_some();
    if compressed { recognise(&input.read_available(FileOffset(0), HEAD)) } else { recognise(&first) }
}

/// Gives all members of the archive at `path` to `visit`, in the archive's order, those of archives inside of it included.
/// Each file is one member, readable or not, and folders are none; an archive that is damaged, too large or empty has one
/// more, which says so. With `start.skip` of k the members are those of a whole walk from the k-th on.
///
/// `begin` is told the name of a member before anything of it is unpacked, also of archives inside of the archive. Returns
/// how many members there are, those that were skipped included.
///
/// # Errors
/// The system's refusal to open it, or that it is no archive.
pub fn walk(
    path: &Path,
    limits: &ArchiveLimits,
    start: &Start,
    begin: &mut dyn FnMut(&str),
    visit: &mut dyn FnMut(Member),
) -> Result<u64, LoadError> {
    let refused = |e: io::Error| LoadError::Open(e.to_string());
    let file = File::open(path).map_err(refused)?;
    let len = file.metadata().map_err(refused)?.len();
    let input = Input::raw_file(file, len);
    let Some(kind) = kind_of(&input) else {
        return Err(LoadError::NotADump("this is no archive that can be looked into (.zip, .tar, .cab)".to_owned()));
    };
    Ok(walk::all(&input, kind, limits, start, begin, visit))
}
