//! Reads at a position, of slices and of files.

use std::fs::File;
use std::io;

/// Copies what `bytes` has at `offset`; returns how much that was.
pub(super) fn copy_at(bytes: &[u8], offset: u64, buf: &mut [u8]) -> usize {
    let there = usize::try_from(offset).ok().and_then(|o| bytes.get(o..)).unwrap_or_default();
    let len = there.len().min(buf.len());
    if let (Some(from), Some(to)) = (there.get(..len), buf.get_mut(..len)) {
        to.copy_from_slice(from);
    }
    len
}

#[cfg(unix)]
pub(super) fn read_file_at(file: &File, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buf, offset)
}

#[cfg(windows)]
pub(super) fn read_file_at(file: &File, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buf, offset)
}
