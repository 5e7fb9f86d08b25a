//! Checked, borrowing reads out of a byte slice. Every read names nothing and panics never: it is `None` past the end.

use crate::model::platform::{Endian, PointerWidth};

/// A cursor over bytes of known order. Reads move it forward; a read past the end returns `None` and leaves it.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    consumed: usize,
    endian: Endian,
}

impl<'a> Reader<'a> {
    /// A cursor at the start of `data`.
    pub fn new(data: &'a [u8], endian: Endian) -> Reader<'a> {
        Reader { rest: data, consumed: 0, endian }
    }

    /// A cursor `offset` bytes into `data`, or `None` if that is past its end.
    pub fn at(data: &'a [u8], offset: usize, endian: Endian) -> Option<Reader<'a>> {
        Some(Reader { rest: data.get(offset..)?, consumed: offset, endian })
    }

    /// Bytes read so far (or skipped by [`at`](Self::at)).
    pub fn position(&self) -> usize {
        self.consumed
    }

    /// Bytes not read yet.
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// The next `len` bytes.
    pub fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.rest.split_at_checked(len)?;
        self.rest = tail;
        self.consumed += len;
        Some(head)
    }

    /// Moves on without reading.
    pub fn skip(&mut self, len: usize) -> Option<()> {
        self.take(len).map(|_| ())
    }

    /// The next byte.
    pub fn u8(&mut self) -> Option<u8> {
        self.take(1).and_then(|b| b.first().copied())
    }

    /// The next unsigned 16-bit number.
    pub fn u16(&mut self) -> Option<u16> {
        let bytes = self.take(2)?.try_into().ok()?;
        Some(match self.endian {
            Endian::Little => u16::from_le_bytes(bytes),
            Endian::Big => u16::from_be_bytes(bytes),
        })
    }

    /// The next unsigned 32-bit number.
    pub fn u32(&mut self) -> Option<u32> {
        let bytes = self.take(4)?.try_into().ok()?;
        Some(match self.endian {
            Endian::Little => u32::from_le_bytes(bytes),
            Endian::Big => u32::from_be_bytes(bytes),
        })
    }

    /// The next unsigned 64-bit number.
    pub fn u64(&mut self) -> Option<u64> {
        let bytes = self.take(8)?.try_into().ok()?;
        Some(match self.endian {
            Endian::Little => u64::from_le_bytes(bytes),
            Endian::Big => u64::from_be_bytes(bytes),
        })
    }

    /// The next word of the process, zero-extended.
    pub fn word(&mut self, width: PointerWidth) -> Option<u64> {
        match width {
            PointerWidth::Bits32 => self.u32().map(u64::from),
            PointerWidth::Bits64 => self.u64(),
        }
    }
}
