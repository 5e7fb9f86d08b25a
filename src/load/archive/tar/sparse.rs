//! Files whose holes were left out (`tar --sparse`), as cores of processes often are.

use std::io::{self, Read};

use super::header::{Header, number};
use super::long::decimal;
use super::stream::Stream;

/// More pieces than these have no core and no minidump.
const MOST_PIECES: usize = 1 << 17;

/// A piece that was stored: its place in the file, and its length. Between pieces are holes.
#[derive(Clone, Copy)]
pub(super) struct Piece {
    start: u64,
    len: u64,
}

/// The pieces in a header of GNU tar, and in the blocks behind it.
pub(super) fn listed_in(header: &Header, stream: &mut Stream<'_>) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut goes_on = take_pieces(header.pieces(), 4, &mut pieces);
    while goes_on {
        if pieces.len() > MOST_PIECES {
            return Err(format!("the file at offset {} has more than {MOST_PIECES} holes", header.at()));
        }
        goes_on = take_pieces(&stream.block()?, 21, &mut pieces);
    }
    Ok(pieces)
}

/// Takes `count` pairs of numbers of 12 bytes; returns whether the byte behind them says that more follow.
fn take_pieces(fields: &[u8], count: usize, pieces: &mut Vec<Piece>) -> bool {
    for pair in fields.chunks_exact(24).take(count) {
        let (start, len) = pair.split_at(12);
        // Unused ones are NULs.
        if let (Some(start), Some(len), false) = (number(start), number(len), pair.starts_with(&[0])) {
            pieces.push(Piece { start, len });
        }
    }
    fields.get(count * 24).is_some_and(|more| *more != 0)
}

/// The pieces in the blocks before the bytes: lines of decimal numbers, the first of which is how many pieces there are.
pub(super) fn listed_before(stream: &mut Stream<'_>) -> Result<Vec<Piece>, String> {
    let mut read = 0;
    let count = line(stream, &mut read)?;
    if count > MOST_PIECES as u64 {
        return Err(format!("it has {count} holes, and {MOST_PIECES} are read"));
    }
    let mut pieces = Vec::new();
    for _ in 0..count {
        let start = line(stream, &mut read)?;
        pieces.push(Piece { start, len: line(stream, &mut read)? });
    }
    stream.pass_padding_of(read)?;
    Ok(pieces)
}

/// A decimal number up to the end of its line.
fn line(stream: &mut Stream<'_>, read: &mut u64) -> Result<u64, String> {
    let mut digits = Vec::new();
    while digits.len() < 20 {
        let mut byte = [0u8];
        if stream.read(&mut byte).map_err(|e| e.to_string())? == 0 {
            break;
        }
        *read += 1;
        match byte {
            [b'\n'] => return decimal(&digits).ok_or_else(|| "the list of its holes is damaged".to_owned()),
            [digit] => digits.push(digit),
        }
    }
    Err("the list of its holes is damaged".to_owned())
}

/// The file with its holes.
pub(super) struct Sparse<R> {
    stored: R,
    size: u64,
    at: u64,
    pieces: std::vec::IntoIter<Piece>,
    piece: Piece,
}

impl<R> Sparse<R> {
    pub(super) fn new(stored: R, size: u64, pieces: Vec<Piece>) -> Sparse<R> {
        Sparse { stored, size, at: 0, pieces: pieces.into_iter(), piece: Piece { start: 0, len: 0 } }
    }
}

impl<R: Read> Read for Sparse<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.piece.start.saturating_add(self.piece.len) && self.at < self.size {
            // Behind the last one is a hole up to the end.
            self.piece = self.pieces.next().unwrap_or(Piece { start: self.size, len: 0 });
            if self.piece.start < self.at {
                return Err(io::Error::other("the list of its holes is out of order"));
            }
            if self.piece.start > self.at {
                break;
            }
        }
        let in_hole = self.at < self.piece.start;
        let end = if in_hole { self.piece.start } else { self.piece.start.saturating_add(self.piece.len) };
        let left = end.min(self.size).saturating_sub(self.at);
        let len = usize::try_from(left).unwrap_or(buf.len()).min(buf.len());
        let part = buf.get_mut(..len).unwrap_or_default();
        let got = if in_hole {
            part.fill(0);
            part.len()
        } else {
            self.stored.read(part)?
        };
        self.at += got as u64;
        Ok(got)
    }
}
