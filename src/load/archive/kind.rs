//! Which kind of archive it is, by content alone.

use super::cab::Cab;
use super::entry::Entries;
use super::tar::{self, Tar};
use super::unpack::beginning;
use super::zip::Zip;
use crate::load::cursor::Cursor;
use crate::load::{Compression, Input};

/// An archive that can be looked into.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum ArchiveKind {
    /// PKWARE's (APPNOTE.TXT).
    Zip,
    /// POSIX ustar and pax, and GNU tar's own.
    Tar,
    /// The same, compressed as a whole.
    CompressedTar(Compression),
    /// Microsoft's cabinet (\[MS-CAB\]).
    Cab,
}

impl ArchiveKind {
    /// The suffix that such files usually have.
    pub fn suffix(self) -> &'static str {
        match self {
            ArchiveKind::Zip => ".zip",
            ArchiveKind::Tar => ".tar",
            ArchiveKind::CompressedTar(Compression::Zstd) => ".tar.zst",
            ArchiveKind::CompressedTar(Compression::Gzip) => ".tar.gz",
            ArchiveKind::CompressedTar(Compression::Xz) => ".tar.xz",
            ArchiveKind::CompressedTar(Compression::Lz4) => ".tar.lz4",
            ArchiveKind::Cab => ".cab",
        }
    }

    /// Whether its directory can be read without unpacking what is in it.
    pub(super) fn lists_cheaply(self) -> bool {
        !matches!(self, ArchiveKind::CompressedTar(_))
    }

    /// A reader of its entries.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) fn entries<'a>(self, input: &'a Input<'a>) -> Result<Box<dyn Entries + 'a>, String> {
        Ok(match self {
            ArchiveKind::Zip => Box::new(Zip::new(input)),
            ArchiveKind::Tar => Box::new(Tar::new(input)),
            ArchiveKind::CompressedTar(compression) => {
                let packed = Box::new(Cursor::whole(input));
                Box::new(Tar::packed(compression.decoder(packed).map_err(|e| e.to_string())?))
            }
            ArchiveKind::Cab => Box::new(Cab::new(input)?),
        })
    }
}

/// Decides from the first bytes of a file, or `None` if it is no archive. 512 bytes are enough, but for a compressed tar:
/// that is recognised if its first 512 bytes can be unpacked out of them.
pub fn recognise(head: &[u8]) -> Option<ArchiveKind> {
    // Without members a .zip archive is its directory's end record. "PK\7\8" leads one that was meant to be split.
    let zips = [&b"PK\x03\x04"[..], b"PK\x05\x06", b"PK\x07\x08PK\x03\x04"];
    match () {
        () if zips.iter().any(|magic| head.starts_with(magic)) => Some(ArchiveKind::Zip),
        () if head.starts_with(b"MSCF\0\0\0\0") => Some(ArchiveKind::Cab),
        () if tar::is_tar(head) => Some(ArchiveKind::Tar),
        () => compressed_tar(head),
    }
}

fn compressed_tar(head: &[u8]) -> Option<ArchiveKind> {
    let compression = Compression::recognise(head)?;
    let mut unpacked = compression.decoder(Box::new(head)).ok()?;
    let (first, _) = beginning(&mut *unpacked, tar::BLOCK);
    tar::is_tar(&first).then_some(ArchiveKind::CompressedTar(compression))
}
