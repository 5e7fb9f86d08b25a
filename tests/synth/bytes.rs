//! An endian-aware byte writer that remembers where every structure and every field went.
//!
//! All writers of this folder put their output through [`Writer`]. It records two kinds of [`Mark`]s:
//! *structures* (a header, one note, one stream, one string) and *fields* (every count, size, offset and
//! address that a hostile test may want to falsify). The finished file is an [`Image`]:
//!
//! * [`Image::cuts`] lists the offsets at which some structure starts or ends: truncate at each of them;
//! * [`Image::set`] overwrites one named field: `image.set("ThreadList.NumberOfThreads", u64::MAX)`;
//! * [`Image::fields`] walks all of them, for a test that falsifies one after the other.
//!
//! Names are paths, dot-separated, list members carry their index: `ModuleList[2].ModuleNameRva`.

use std::ops::Range;

/// Byte order of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endian {
    /// Least significant byte first.
    Little,
    /// Most significant byte first.
    Big,
}

/// What a [`Mark`] stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A header, table, list member, string or block of memory.
    Structure,
    /// One integer of 1, 2, 4 or 8 bytes.
    Field,
}

/// A named piece of the output, `start..end` in bytes from the start of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Path of the piece, e.g. `phdr[3].p_offset`.
    pub name: String,
    /// Offset of the first byte.
    pub start: usize,
    /// Offset one past the last byte; equals `start` for an empty structure.
    pub end: usize,
    /// Structure or field.
    pub kind: Kind,
}

/// A growing byte buffer with a byte order, a word size and marks.
#[derive(Clone, Debug)]
pub struct Writer {
    endian: Endian,
    wide: bool,
    marking: bool,
    bytes: Vec<u8>,
    marks: Vec<Mark>,
    path: Vec<String>,
}

impl Writer {
    /// An empty writer. `wide` makes [`Writer::word`] write 8 bytes instead of 4.
    pub fn new(endian: Endian, wide: bool) -> Self {
        Writer { endian, wide, marking: true, bytes: Vec::new(), marks: Vec::new(), path: Vec::new() }
    }

    /// Switches the recording of marks off: for files with tens of thousands of structures.
    pub fn without_marks(mut self) -> Self {
        self.marking = false;
        self
    }

    /// Byte order of this writer.
    pub fn endian(&self) -> Endian {
        self.endian
    }

    /// True if a word has 8 bytes.
    pub fn wide(&self) -> bool {
        self.wide
    }

    /// Bytes in a word: 4 or 8.
    pub fn word_size(&self) -> usize {
        if self.wide { 8 } else { 4 }
    }

    /// Offset of the next byte.
    pub fn position(&self) -> usize {
        self.bytes.len()
    }

    /// Appends bytes as they are.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Appends `count` zero bytes.
    pub fn zeros(&mut self, count: usize) {
        self.bytes.resize(self.bytes.len() + count, 0);
    }

    /// Appends zeros up to the next multiple of `alignment` (which need not be a power of two).
    pub fn align(&mut self, alignment: usize) {
        self.zeros(self.position().next_multiple_of(alignment) - self.position());
    }

    /// Appends zeros until the position is `offset`. Panics if the position is beyond it: the writer is wrong then.
    pub fn pad_to(&mut self, offset: usize) {
        assert!(self.position() <= offset, "already at {:#x}, cannot pad to {offset:#x}", self.position());
        self.zeros(offset - self.position());
    }

    /// Appends one byte.
    pub fn u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// Appends 2 bytes.
    pub fn u16(&mut self, value: u16) {
        self.number(u64::from(value), 2);
    }

    /// Appends 4 bytes.
    pub fn u32(&mut self, value: u32) {
        self.number(u64::from(value), 4);
    }

    /// Appends 8 bytes.
    pub fn u64(&mut self, value: u64) {
        self.number(value, 8);
    }

    /// Appends a word: the low 4 bytes of `value`, or all 8.
    pub fn word(&mut self, value: u64) {
        self.number(value, self.word_size());
    }

    /// Appends the text and a NUL.
    pub fn c_string(&mut self, text: &str) {
        self.bytes(text.as_bytes());
        self.u8(0);
    }

    /// Appends exactly `size` bytes: the text, cut to fit with at least one NUL, and NULs.
    pub fn fixed_string(&mut self, text: &str, size: usize) {
        let kept = text.len().min(size.saturating_sub(1));
        self.bytes(&text.as_bytes()[..kept]);
        self.zeros(size - kept);
    }

    /// Appends the text as UTF-16 in the writer's byte order, without a terminator.
    pub fn utf16(&mut self, text: &str) {
        text.encode_utf16().for_each(|unit| self.u16(unit));
    }

    /// Appends a named 2-byte field; returns its offset.
    pub fn field_u16(&mut self, name: &str, value: u16) -> usize {
        self.field(name, u64::from(value), 2)
    }

    /// Appends a named 4-byte field; returns its offset.
    pub fn field_u32(&mut self, name: &str, value: u32) -> usize {
        self.field(name, u64::from(value), 4)
    }

    /// Appends a named 8-byte field; returns its offset.
    pub fn field_u64(&mut self, name: &str, value: u64) -> usize {
        self.field(name, value, 8)
    }

    /// Appends a named word; returns its offset.
    pub fn field_word(&mut self, name: &str, value: u64) -> usize {
        self.field(name, value, self.word_size())
    }

    /// Runs `write`, and marks what it appended as the structure `name`. Names nest.
    pub fn structure<T>(&mut self, name: &str, write: impl FnOnce(&mut Writer) -> T) -> T {
        self.scope(name, |w| w.whole(write))
    }

    /// Runs `write` with `name` in front of all names below it; marks nothing itself.
    pub fn scope<T>(&mut self, name: &str, write: impl FnOnce(&mut Writer) -> T) -> T {
        self.path.push(name.to_string());
        let result = write(self);
        self.path.pop();
        result
    }

    /// Runs `write`, and marks what it appended with the name of the enclosing scope.
    pub fn whole<T>(&mut self, write: impl FnOnce(&mut Writer) -> T) -> T {
        let start = self.position();
        let result = write(self);
        self.mark(start, Kind::Structure);
        result
    }

    /// Overwrites 4 bytes at `offset`: for values that are known only later.
    pub fn set_u32(&mut self, offset: usize, value: u32) {
        put(&mut self.bytes[offset..offset + 4], self.endian, u64::from(value));
    }

    /// Overwrites 8 bytes at `offset`.
    pub fn set_u64(&mut self, offset: usize, value: u64) {
        put(&mut self.bytes[offset..offset + 8], self.endian, value);
    }

    /// Appends all that `other` holds; its marks move along and get this writer's path in front.
    pub fn append(&mut self, other: &Writer) {
        let base = self.position();
        self.bytes(&other.bytes);
        if !self.marking {
            return;
        }
        let path = self.path.join(".");
        self.marks.extend(other.marks.iter().map(|mark| Mark {
            name: join(&path, &mark.name),
            start: mark.start + base,
            end: mark.end + base,
            kind: mark.kind,
        }));
    }

    /// The bytes alone.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The finished file.
    pub fn finish(self) -> Image {
        Image { endian: self.endian, bytes: self.bytes, marks: self.marks }
    }

    fn number(&mut self, value: u64, size: usize) {
        let start = self.position();
        self.zeros(size);
        put(&mut self.bytes[start..], self.endian, value);
    }

    fn field(&mut self, name: &str, value: u64, size: usize) -> usize {
        let start = self.position();
        self.number(value, size);
        if self.marking {
            self.path.push(name.to_string());
            self.mark(start, Kind::Field);
            self.path.pop();
        }
        start
    }

    fn mark(&mut self, start: usize, kind: Kind) {
        if self.marking {
            let name = self.path.join(".");
            self.marks.push(Mark { name, start, end: self.position(), kind });
        }
    }
}

/// A finished file: its bytes, and the names of their parts.
#[derive(Clone, Debug)]
pub struct Image {
    /// Byte order that [`Image::set`] writes in.
    pub endian: Endian,
    /// The file.
    pub bytes: Vec<u8>,
    /// Its parts, in the order in which they were completed.
    pub marks: Vec<Mark>,
}

impl Image {
    /// Every offset at which a structure starts or ends, ascending, without repetition.
    pub fn cuts(&self) -> Vec<usize> {
        let structures = self.marks.iter().filter(|mark| mark.kind == Kind::Structure);
        sorted(structures.flat_map(|mark| [mark.start, mark.end]))
    }

    /// As [`Image::cuts`], with the boundaries of fields too.
    pub fn fine_cuts(&self) -> Vec<usize> {
        sorted(self.marks.iter().flat_map(|mark| [mark.start, mark.end]))
    }

    /// All named fields.
    pub fn fields(&self) -> impl Iterator<Item = &Mark> {
        self.marks.iter().filter(|mark| mark.kind == Kind::Field)
    }

    /// Where `name` lies, the first of that name if there are several.
    /// Panics, with the known names, if there is none: the test is wrong then.
    pub fn find(&self, name: &str) -> Range<usize> {
        let known = || self.marks.iter().map(|mark| mark.name.as_str()).collect::<Vec<_>>().join("\n");
        let mark = self.marks.iter().find(|mark| mark.name == name);
        let mark = mark.unwrap_or_else(|| panic!("no mark {name:?} among\n{}", known()));
        mark.start..mark.end
    }

    /// The value of field `name`.
    pub fn get(&self, name: &str) -> u64 {
        let field = &self.bytes[self.find(name)];
        let fold = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
        match self.endian {
            Endian::Big => field.iter().fold(0, fold),
            Endian::Little => field.iter().rev().fold(0, fold),
        }
    }

    /// Overwrites field `name` with the low bytes of `value`.
    pub fn set(&mut self, name: &str, value: u64) -> &mut Self {
        let range = self.find(name);
        assert!(matches!(range.len(), 1 | 2 | 4 | 8), "{name} is not a field");
        put(&mut self.bytes[range], self.endian, value);
        self
    }

    /// As [`Image::set`], for chains: `build().with("ehdr.e_phnum", 3)`.
    pub fn with(mut self, name: &str, value: u64) -> Self {
        self.set(name, value);
        self
    }

    /// The first `length` bytes.
    pub fn cut(&self, length: usize) -> &[u8] {
        &self.bytes[..length.min(self.bytes.len())]
    }
}

fn put(target: &mut [u8], endian: Endian, value: u64) {
    let size = target.len();
    match endian {
        Endian::Little => target.copy_from_slice(&value.to_le_bytes()[..size]),
        Endian::Big => target.copy_from_slice(&value.to_be_bytes()[8 - size..]),
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_string() } else { format!("{path}.{name}") }
}

fn sorted(offsets: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut offsets: Vec<usize> = offsets.collect();
    offsets.sort_unstable();
    offsets.dedup();
    offsets
}
