//! The beginning of a stream, read on demand. Without `--deep` it is kept in memory up to a limit; with it, all of the
//! stream goes to a temporary file in one pass, so that memory use stays bounded whatever the stream unpacks to.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use super::positioned::{copy_at, read_file_at};

/// How much of a stream (stdin, a compressed file) is kept without `--deep`, in bytes after unpacking.
pub const PREFIX_LIMIT: u64 = 64 << 20;

/// How much `--deep` unpacks at the most, in bytes: beyond the largest known dumps, below an endless stream.
const SPOOL_LIMIT: u64 = 256 << 30;
/// How much of that may be other than zeros, and so take disk space.
const SPOOL_DISK_LIMIT: u64 = 32 << 30;
/// What failed where the temporary file did.
pub(super) const SPOOL: &str = "the temporary file for --deep";
const CHUNK: usize = 1 << 18;

/// Whether a wanted range is there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum PrefixEnd {
    /// All of it.
    Within,
    /// The stream ends before.
    Stream,
    /// The stream goes on, but it is not unpacked so far.
    Limit,
}

/// A stream's beginning.
pub(super) struct Prefix {
    reader: Option<Box<dyn Read>>,
    store: Store,
    unpacked: u64,
    frozen: bool,
    damage: Option<String>,
}

enum Store {
    Memory(Vec<u8>),
    Spool { file: File, on_disk: u64 },
}

impl Prefix {
    /// Nothing is read yet; with `deep` a temporary file takes what will be.
    pub(super) fn new(reader: Box<dyn Read>, deep: bool) -> io::Result<Prefix> {
        let store = match deep {
            true => Store::Spool { file: tempfile::tempfile()?, on_disk: 0 },
            false => Store::Memory(Vec::new()),
        };
        Ok(Prefix { reader: Some(reader), store, unpacked: 0, frozen: false, damage: None })
    }

    /// The stream's length, once its end has been seen.
    pub(super) fn known_len(&self) -> Option<u64> {
        self.reader.is_none().then_some(self.unpacked)
    }

    /// Bytes unpacked so far.
    pub(super) fn unpacked(&self) -> u64 {
        self.unpacked
    }

    /// What the decompressor said when it gave up, if it did.
    pub(super) fn damage(&self) -> Option<String> {
        self.damage.clone()
    }

    /// From now on, what is not unpacked yet stays so; with `--deep`, nothing changes.
    pub(super) fn freeze(&mut self) {
        self.frozen = matches!(self.store, Store::Memory(_));
    }

    /// Unpacks as far as `offset + len` if that is allowed, and tells how far that went. Nothing is unpacked for
    /// what begins behind the limit.
    pub(super) fn available(&mut self, offset: u64, len: u64) -> PrefixEnd {
        let wanted = offset.saturating_add(len);
        let reachable = if offset < self.limit() { wanted.min(self.limit()) } else { 0 };
        while self.unpacked < reachable && self.reader.is_some() {
            self.unpack_chunk();
        }
        match (wanted <= self.unpacked, self.reader.is_some()) {
            (true, _) => PrefixEnd::Within,
            (false, true) => PrefixEnd::Limit,
            (false, false) => PrefixEnd::Stream,
        }
    }

    /// Reads what is there at `offset`, unpacking up to it first.
    pub(super) fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let _ = self.available(offset, buf.len() as u64);
        match &self.store {
            Store::Memory(bytes) => Ok(copy_at(bytes, offset, buf)),
            Store::Spool { file, .. } => {
                let there = self.unpacked.saturating_sub(offset).min(buf.len() as u64);
                let part = buf.get_mut(..usize::try_from(there).unwrap_or(0)).unwrap_or_default();
                let got = read_file_at(file, offset, part)?;
                // A hole at the spool's end was never written: it reads as zeros.
                part.get_mut(got..).unwrap_or_default().fill(0);
                Ok(part.len())
            }
        }
    }

    fn limit(&self) -> u64 {
        match &self.store {
            Store::Memory(_) if self.frozen => self.unpacked,
            Store::Memory(_) => PREFIX_LIMIT,
            Store::Spool { on_disk, .. } if *on_disk < SPOOL_DISK_LIMIT => SPOOL_LIMIT,
            Store::Spool { .. } => self.unpacked,
        }
    }

    fn unpack_chunk(&mut self) {
        let room = usize::try_from(self.limit() - self.unpacked).unwrap_or(CHUNK).min(CHUNK);
        let mut chunk = vec![0u8; room];
        let got = match self.reader.as_mut().map(|r| fill(r, &mut chunk)) {
            Some((got, None)) => got,
            Some((got, Some(error))) => {
                self.damage = Some(error.to_string());
                self.reader = None;
                got
            }
            None => 0,
        };
        if got < room {
            self.reader = None;
        }
        chunk.truncate(got);
        if let Err(error) = self.keep(&chunk) {
            self.damage = Some(format!("{SPOOL}: {error}"));
            self.reader = None;
        } else {
            self.unpacked += got as u64;
        }
    }

    fn keep(&mut self, chunk: &[u8]) -> io::Result<()> {
        match &mut self.store {
            Store::Memory(bytes) => bytes.extend_from_slice(chunk),
            // Zeros become holes: dumps have many, and bombs have nothing else.
            Store::Spool { .. } if chunk.iter().all(|b| *b == 0) => {}
            Store::Spool { file, on_disk } => {
                file.seek(SeekFrom::Start(self.unpacked))?;
                file.write_all(chunk)?;
                *on_disk += chunk.len() as u64;
            }
        }
        Ok(())
    }
}

/// Reads until `buf` is full, the stream ends or fails; what was read before a failure counts.
pub(super) fn fill(reader: &mut dyn Read, buf: &mut [u8]) -> (usize, Option<io::Error>) {
    let mut done = 0;
    while let Some(rest) = buf.get_mut(done..).filter(|r| !r.is_empty()) {
        match reader.read(rest) {
            Ok(0) => break,
            Ok(n) => done += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return (done, Some(e)),
        }
    }
    (done, None)
}
