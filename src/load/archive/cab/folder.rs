//! The unpacked bytes of a folder, block by block.

use std::io::{self, Read};

use super::block::{MOST_UNPACKED, Packing};
use super::header::FolderHeader;
use crate::addr::FileOffset;
use crate::bytes::Reader;
use crate::load::Input;
use crate::model::platform::Endian;

/// A folder, read from its start.
pub(super) struct Folder<'a> {
    input: &'a Input<'a>,
    packing: Packing,
    reserve: u64,
    blocks_left: u16,
    /// Where the next block is.
    next: u64,
    /// The block that was unpacked last, and how much of it was read.
    block: Vec<u8>,
    read: usize,
    /// Unpacked bytes that were read.
    at: u64,
    /// Nothing behind a damaged block can be unpacked.
    failed: Option<String>,
}

impl<'a> Folder<'a> {
    /// # Errors
    /// Its packing is not known.
    pub(super) fn new(input: &'a Input<'a>, header: FolderHeader, reserve: u64) -> Result<Folder<'a>, String> {
        let packing = Packing::of(header.packing)?;
        let (blocks_left, next) = (header.blocks, header.blocks_at);
        Ok(Folder { input, packing, reserve, blocks_left, next, block: Vec::new(), read: 0, at: 0, failed: None })
    }

    /// Where the next byte is in the folder.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// CFDATA (\[MS-CAB\] 2.4).
    fn unpack_block(&mut self) -> Result<(), String> {
        let at = self.next;
        let cut = || format!("the archive is cut in the block at offset {at}");
        let header = self.input.read_available(FileOffset(at), 8);
        let mut fields = Reader::new(&header, Endian::Little);
        let (Some(sum), Some(packed), Some(unpacked)) = (fields.u32(), fields.u16(), fields.u16()) else {
            return Err(cut());
        };
        let behind = self.input.read_available(FileOffset(at + 8), self.reserve + u64::from(packed));
        let data = usize::try_from(self.reserve).ok().and_then(|r| behind.get(r..)).unwrap_or_default();
        if data.len() != usize::from(packed) {
            return Err(cut());
        }
        check(sum, &behind, packed, unpacked).map_err(|e| format!("the block at offset {at} {e}"))?;
        let block = self.packing.unpack(data, unpacked, &self.block);
        self.block = block.map_err(|e| format!("the block at offset {at} {e}"))?;
        self.next = at + 8 + behind.len() as u64;
        (self.read, self.blocks_left) = (0, self.blocks_left - 1);
        Ok(())
    }
}

/// Holds a block to its sizes and its checksum, if it has one.
fn check(sum: u32, bytes: &[u8], packed: u16, unpacked: u16) -> Result<(), String> {
    if unpacked == 0 || unpacked > MOST_UNPACKED {
        return Err(format!("claims to hold {unpacked} bytes, and blocks hold 1 to {MOST_UNPACKED}"));
    }
    let sizes = u32::from(packed) | u32::from(unpacked) << 16;
    if sum != 0 && sum != checksum(bytes) ^ sizes {
        return Err("is damaged, as its checksum does not match".to_owned());
    }
    Ok(())
}

/// \[MS-CAB\] 3.1: words of 32 bits, combined by exclusive or; the last one to three bytes stand the other way round.
fn checksum(bytes: &[u8]) -> u32 {
    let (words, rest) = bytes.as_chunks::<4>();
    let sum = words.iter().fold(0, |sum, word| sum ^ u32::from_le_bytes(*word));
    sum ^ rest.iter().fold(0, |word, byte| word << 8 | u32::from(*byte))
}

impl Read for Folder<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if let Some(sentence) = &self.failed {
            return Err(io::Error::other(sentence.clone()));
        }
        if self.read == self.block.len()
            && self.blocks_left > 0
            && let Err(sentence) = self.unpack_block()
        {
            self.failed = Some(sentence.clone());
            return Err(io::Error::other(sentence));
        }
        let mut rest = self.block.get(self.read..).unwrap_or_default();
        let got = rest.read(buf)?;
        self.read += got;
        self.at += got as u64;
        Ok(got)
    }
}
