//! Reading chunk headers in address order.

use crate::addr::Addr;
use crate::heaps::memory::BLOCK;
use crate::model::Memory;

/// The first words of a chunk.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Header {
    /// Size of the chunk before, if that is free.
    pub prev_size: u64,
    /// Size and flags.
    pub raw: u64,
    /// Next chunk of its list, if it is free; 0 where the dump does not hold it.
    pub fd: u64,
    /// Chunk before it in its list.
    pub bk: u64,
}

/// A block of memory that moves upwards.
pub(super) struct Window<'a> {
    memory: Memory<'a>,
    word: usize,
    start: u64,
    filled: usize,
    buffer: Vec<u8>,
}

impl<'a> Window<'a> {
    /// With nothing read yet.
    pub(super) fn new(memory: Memory<'a>, word: u64) -> Window<'a> {
        let word = if word == 4 { 4 } else { 8 };
        Window { memory, word, start: 0, filled: 0, buffer: vec![0; BLOCK] }
    }

    /// The header of the chunk at `at`, or `None` if the dump does not hold its size.
    pub(super) fn header(&mut self, at: u64) -> Option<Header> {
        match self.in_buffer(at) {
            Some(header) => Some(header),
            None => self.refill(at),
        }
    }

    fn in_buffer(&self, at: u64) -> Option<Header> {
        let from = usize::try_from(at.checked_sub(self.start)?).ok()?;
        let bytes = self.buffer.get(..self.filled)?.get(from..)?;
        if self.word == 8 {
            let (words, _) = bytes.as_chunks::<8>();
            let [a, b, c, d, ..] = words else { return None };
            let word = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
            Some(Header { prev_size: word(a), raw: word(b), fd: word(c), bk: word(d) })
        } else {
            let (words, _) = bytes.as_chunks::<4>();
            let [a, b, c, d, ..] = words else { return None };
            let word = |bytes: &[u8; 4]| u64::from(u32::from_le_bytes(*bytes));
            Some(Header { prev_size: word(a), raw: word(b), fd: word(c), bk: word(d) })
        }
    }

    fn refill(&mut self, at: u64) -> Option<Header> {
        self.start = at;
        self.filled = self.memory.read(Addr(at), &mut self.buffer);
        self.in_buffer(at).or_else(|| self.apart(at))
    }

    /// Where captured memory ends, or goes on in another range of the dump.
    fn apart(&self, at: u64) -> Option<Header> {
        let mut words = [0; 4];
        for (index, word) in words.iter_mut().enumerate() {
            let mut bytes = [0; 8];
            let part = bytes.get_mut(..self.word)?;
            let place = Addr(at).checked_add((index * self.word) as u64)?;
            match self.memory.read_exact(place, part) {
                true => *word = self.memory.decode_word(part),
                false if index < 2 => return None,
                false => {}
            }
        }
        let [prev_size, raw, fd, bk] = words;
        Some(Header { prev_size, raw, fd, bk })
    }
}
