//! Where the bytes of a dump come from: a file, a slice, a stream, packed or not. Reads are checked against what is
//! there before anything is allocated, and counted.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::compress::{self, Compression};
use super::positioned::{copy_at, read_file_at};
use super::prefix::{PREFIX_LIMIT, Prefix, PrefixEnd};
use crate::addr::FileOffset;
use crate::error::{LoadError, ReadError};
use crate::model::ReadAt;

/// A dump's bytes, readable at any position that is there.
pub struct Input<'a> {
    data: Data<'a>,
    compression: Option<Compression>,
    bytes_read: Cell<u64>,
}

enum Data<'a> {
    Bytes(Cow<'a, [u8]>),
    File { file: File, len: u64 },
    Stream(RefCell<Prefix>),
}

impl<'a> Input<'a> {
    /// The bytes of a slice, unpacked as far as needed if they are compressed.
    ///
    /// # Errors
    /// A compressed header that its decompressor refuses.
    pub fn from_bytes(bytes: impl Into<Cow<'a, [u8]>>, deep: bool) -> Result<Input<'a>, LoadError> {
        let bytes = bytes.into();
        match Compression::recognise(&bytes) {
            None => Ok(Input::plain(Data::Bytes(bytes))),
            Some(kind) => Input::packed(Box::new(io::Cursor::new(bytes.into_owned())), kind, deep),
        }
    }

    /// The file at `path`, read in place; unpacked as far as needed if it is compressed. A pipe or device is read as
    /// [`from_reader`](Self::from_reader) does.
    ///
    /// # Errors
    /// The system's refusal to open it, or a compressed header that its decompressor refuses.
    pub fn open(path: &Path, deep: bool) -> Result<Input<'static>, LoadError> {
        let refused = |e: io::Error| LoadError::Open(e.to_string());
        let file = File::open(path).map_err(refused)?;
        let meta = file.metadata().map_err(refused)?;
        if meta.is_dir() {
            return Err(LoadError::NotADump("it is a folder, and a dump file was expected; name a file in it".into()));
        }
        if !meta.is_file() || meta.len() == 0 {
            return Input::from_reader(Box::new(file), deep);
        }
        Input::of_file(file, meta.len(), deep)
    }

    /// A stream, such as stdin: its beginning is kept as far as needed, all of it (on disk) with `deep`.
    ///
    /// # Errors
    /// The system's refusal, or a compressed header that its decompressor refuses.
    pub fn from_reader(mut reader: Box<dyn Read>, deep: bool) -> Result<Input<'static>, LoadError> {
        let refused = |e: io::Error| LoadError::Open(e.to_string());
        let mut magic = Vec::new();
        reader.by_ref().take(compress::MAGIC_LEN as u64).read_to_end(&mut magic).map_err(refused)?;
        let kind = Compression::recognise(&magic);
        let whole = Box::new(io::Cursor::new(magic).chain(reader));
        match kind {
            Some(kind) => Input::packed(whole, kind, deep),
            None => Input::streamed(whole, None, deep),
        }
    }

    /// The memory of a running process: offsets are its addresses, and what is not mapped cannot be read.
    #[cfg(target_os = "linux")]
    pub(super) fn of_process(memory: File) -> Input<'static> {
        Input::plain(Data::File { len: u64::MAX, file: memory })
    }

    /// A file, read in place; unpacked as far as needed if it is compressed.
    pub(super) fn of_file(file: File, len: u64, deep: bool) -> Result<Input<'static>, LoadError> {
        let mut magic = [0u8; compress::MAGIC_LEN];
        let got = read_file_at(&file, 0, &mut magic).map_err(|e| LoadError::Open(e.to_string()))?;
        match Compression::recognise(magic.get(..got).unwrap_or_default()) {
            None => Ok(Input::plain(Data::File { len, file })),
            Some(kind) => Input::packed(Box::new(file), kind, deep),
        }
    }

    /// A file as it is, compressed or not: an archive's own bytes.
    pub(super) fn raw_file(file: File, len: u64) -> Input<'static> {
        Input::plain(Data::File { len, file })
    }

    /// Bytes as they are, compressed or not.
    pub(super) fn raw_bytes(bytes: Vec<u8>) -> Input<'static> {
        Input::plain(Data::Bytes(bytes.into()))
    }

    fn plain(data: Data<'_>) -> Input<'_> {
        Input { data, compression: None, bytes_read: Cell::new(0) }
    }

    fn packed(reader: Box<dyn Read>, kind: Compression, deep: bool) -> Result<Input<'static>, LoadError> {
        let unpacked = kind.decoder(reader).map_err(|e| LoadError::Open(e.to_string()))?;
        Input::streamed(unpacked, Some(kind), deep)
    }

    fn streamed(
        reader: Box<dyn Read>,
        compression: Option<Compression>,
        deep: bool,
    ) -> Result<Input<'static>, LoadError> {
        let no_room = |e: io::Error| {
            let folder = std::env::temp_dir();
            let folder = folder.display();
            LoadError::NotADump(format!(
                "no temporary file for --deep can be made in {folder} ({e}); point TMPDIR to a folder with room"
            ))
        };
        let prefix = Prefix::new(reader, deep).map_err(no_room)?;
        Ok(Input { data: Data::Stream(RefCell::new(prefix)), compression, bytes_read: Cell::new(0) })
    }

    /// How it was compressed, or `None`.
    pub fn compression(&self) -> Option<Compression> {
        self.compression
    }

    /// Length in bytes after unpacking, or `None` while the end of a stream has not been seen.
    pub fn len(&self) -> Option<u64> {
        match &self.data {
            Data::Bytes(bytes) => Some(bytes.len() as u64),
            Data::File { len, .. } => Some(*len),
            Data::Stream(prefix) => prefix.borrow().known_len(),
        }
    }

    /// Whether it is known to have no bytes at all.
    pub fn is_empty(&self) -> bool {
        self.read_available(FileOffset(0), 1).is_empty()
    }

    /// Why a stream ended before its own end marker, if it did: a cut or damaged compressed file.
    pub fn ended_early(&self) -> Option<String> {
        match &self.data {
            Data::Stream(prefix) => prefix.borrow().damage(),
            _ => None,
        }
    }

    /// Whether something at `offset` exists, or may exist, but is not read without `--deep`.
    pub fn needs_deep(&self, offset: FileOffset) -> bool {
        match &self.data {
            Data::Stream(prefix) => prefix.borrow_mut().available(offset.0, 1) == PrefixEnd::Limit,
            _ => false,
        }
    }

    /// Ends the reading of headers: without `--deep`, a stream is not unpacked any further for the sake of memory.
    pub(super) fn freeze(&self) {
        if let Data::Stream(prefix) = &self.data {
            prefix.borrow_mut().freeze();
        }
    }

    /// Bytes handed out so far, which for a plain file is what was read from it.
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read.get()
    }

    /// Exactly `len` bytes at `offset`.
    ///
    /// # Errors
    /// Tells what is there instead; nothing is allocated beyond that.
    pub fn read(&self, offset: FileOffset, len: u64, what: &'static str) -> Result<Vec<u8>, ReadError> {
        let bytes = self.try_read(offset, len).map_err(|e| ReadError::Io { what, offset, reason: e.to_string() })?;
        if bytes.len() as u64 == len {
            return Ok(bytes);
        }
        let missing = FileOffset(offset.0.saturating_add(bytes.len() as u64));
        if self.needs_deep(missing) {
            return Err(ReadError::BeyondPrefix { what, offset, prefix: PREFIX_LIMIT });
        }
        Err(ReadError::Truncated { what, offset, needed: len, have: bytes.len() as u64 })
    }

    /// Up to `len` bytes at `offset`: fewer, or none, where the input ends (or is not unpacked further).
    pub fn read_available(&self, offset: FileOffset, len: u64) -> Vec<u8> {
        self.try_read(offset, len).unwrap_or_default()
    }

    fn try_read(&self, offset: FileOffset, len: u64) -> io::Result<Vec<u8>> {
        let there = self.available(offset, len);
        let mut buf = vec![0u8; usize::try_from(there).unwrap_or(0)];
        let mut done = 0;
        while let Some(rest) = buf.get_mut(done..).filter(|r| !r.is_empty()) {
            match self.read_at(FileOffset(offset.0 + done as u64), rest)? {
                0 => break,
                n => done += n,
            }
        }
        buf.truncate(done);
        Ok(buf)
    }

    /// How many of the `len` bytes at `offset` are there.
    fn available(&self, offset: FileOffset, len: u64) -> u64 {
        match &self.data {
            Data::Stream(prefix) => {
                let mut prefix = prefix.borrow_mut();
                let _ = prefix.available(offset.0, len);
                prefix.unpacked().saturating_sub(offset.0).min(len)
            }
            _ => self.len().unwrap_or(0).saturating_sub(offset.0).min(len),
        }
    }
}

impl ReadAt for Input<'_> {
    fn read_at(&self, offset: FileOffset, buf: &mut [u8]) -> io::Result<usize> {
        let got = match &self.data {
            Data::Bytes(bytes) => copy_at(bytes, offset.0, buf),
            Data::File { file, .. } => read_file_at(file, offset.0, buf)?,
            Data::Stream(prefix) => prefix.borrow_mut().read_at(offset.0, buf)?,
        };
        self.bytes_read.set(self.bytes_read.get() + got as u64);
        Ok(got)
    }
}
