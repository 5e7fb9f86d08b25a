//! Tar archives: POSIX ustar and pax (IEEE Std 1003.1, `pax`), and GNU tar's long names and sparse files (tar's manual,
//! "Basic Tar Format"). Read as a stream, from its beginning to its end.

mod header;
mod long;
mod sparse;
mod stream;

use std::io::Read;

use super::entry::{Entries, Entry, What, name};
use crate::load::Input;
use crate::load::cursor::Cursor;
use header::Header;
use long::Long;
use sparse::{Piece, Sparse};
use stream::Stream;

/// Archives consist of blocks of so many bytes.
pub(super) const BLOCK: u64 = 512;
/// Headers that only say more of the next one: GNU tar writes two, pax one or two.
const MOST_HEADERS: usize = 16;
/// Bytes of such a header. No path and no attribute of a file is longer.
const LONGEST_TEXT: u64 = 1 << 20;

/// Whether a tar archive begins with `head`.
pub(super) fn is_tar(head: &[u8]) -> bool {
    Header::parse(head, 0).is_ok_and(|header| header.is_some_and(|h| h.has_magic()))
}

/// A reader of one archive.
pub(super) struct Tar<'a> {
    stream: Stream<'a>,
    /// What the last entry's bytes are.
    form: Form,
}

/// How the bytes of an entry are stored.
#[derive(Clone)]
enum Form {
    Plain,
    /// With holes left out, which are listed in the header.
    Sparse {
        size: u64,
        pieces: Vec<Piece>,
    },
    /// With holes left out, which are listed before the bytes (pax, version 1.0).
    ListedSparse {
        size: u64,
    },
}

impl<'a> Tar<'a> {
    pub(super) fn new(input: &'a Input<'a>) -> Tar<'a> {
        Tar { stream: Stream::plain(Cursor::whole(input)), form: Form::Plain }
    }

    pub(super) fn packed(unpacked: Box<dyn Read + 'a>) -> Tar<'a> {
        Tar { stream: Stream::packed(unpacked), form: Form::Plain }
    }

    /// The next header, or `None` at the end: a block of zeros, or nothing.
    fn header(&mut self) -> Result<Option<Header>, String> {
        let at = self.stream.at();
        let block = self.stream.block()?;
        if block.is_empty() { Ok(None) } else { Header::parse(&block, at) }
    }

    /// The text that a header consists of.
    fn text(&mut self, header: &Header) -> Result<Vec<u8>, String> {
        let size = header.size()?;
        if size > LONGEST_TEXT {
            let at = header.at();
            return Err(format!(
                "the header at offset {at} holds {size} bytes that describe one member; 1 MiB are read"
            ));
        }
        self.stream.begin(size);
        let mut text = Vec::new();
        let got = self.stream.read_to_end(&mut text).map_err(|e| e.to_string())?;
        if (got as u64) < size {
            return Err(format!("the archive ends in the header at offset {}", header.at()));
        }
        self.stream.pass_rest()?;
        Ok(text)
    }

    fn entry(&mut self, header: &Header, long: &Long) -> Result<Entry, String> {
        let what = header.what(long.path.as_deref());
        let stored = if header.has_bytes() { long.size.map_or_else(|| header.size(), Ok)? } else { 0 };
        self.form = self.form(header, long)?;
        let size = match &self.form {
            Form::Plain => stored,
            Form::Sparse { size, .. } | Form::ListedSparse { size } => *size,
        };
        self.stream.begin(stored);
        let name = long.path.as_deref().map_or_else(|| header.name(), name);
        let modified = long.modified.or_else(|| header.modified());
        let cost = if self.stream.is_packed() { stored } else { 0 };
        Ok(Entry { name, size: Some(size), modified, cost, what })
    }

    fn form(&mut self, header: &Header, long: &Long) -> Result<Form, String> {
        if header.is_gnu_sparse() {
            let pieces = sparse::listed_in(header, &mut self.stream)?;
            return Ok(Form::Sparse { size: header.real_size()?, pieces });
        }
        Ok(long.sparse_size.map_or(Form::Plain, |size| Form::ListedSparse { size }))
    }
}

impl Entries for Tar<'_> {
    fn next(&mut self) -> Result<Option<Entry>, String> {
        self.stream.pass_rest()?;
        let mut long = Long::default();
        for _ in 0..MOST_HEADERS {
            let Some(header) = self.header()? else { return Ok(None) };
            match header.kind() {
                b'L' => long.take_path(&self.text(&header)?),
                b'x' | b'X' => long.take(&self.text(&header)?),
                // The target of a link, what holds for all entries, and a label of the tape say nothing of this one.
                b'K' | b'g' | b'V' => drop(self.text(&header)?),
                _ => return self.entry(&header, &long).map(Some),
            }
        }
        Err(format!("more than {MOST_HEADERS} headers describe the member before offset {}", self.stream.at()))
    }

    fn content(&mut self) -> Result<Box<dyn Read + '_>, String> {
        match self.form.clone() {
            Form::Plain => Ok(Box::new(&mut self.stream)),
            Form::Sparse { size, pieces } => Ok(Box::new(Sparse::new(&mut self.stream, size, pieces))),
            Form::ListedSparse { size } => {
                let pieces = sparse::listed_before(&mut self.stream)?;
                Ok(Box::new(Sparse::new(&mut self.stream, size, pieces)))
            }
        }
    }
}

impl What {
    fn refused(sentence: &str) -> What {
        What::Refused(sentence.to_owned())
    }
}
