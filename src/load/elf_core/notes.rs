//! The notes of a core, one after the other: owner, type and descriptor (System V gABI, "Note Section").
//!
//! Lenient: sizes are believed only inside their segment, a damaged note ends its segment, a cut one is passed over,
//! and what was read before counts.

use object::elf;

use super::shape::NoteSegment;
use super::window::Window;
use crate::addr::FileOffset;
use crate::bytes::Reader;
use crate::load::Input;
use crate::model::Endian;

/// Sizes of name and descriptor and the type, 4 bytes each in both classes.
const HEADER_SIZE: usize = 12;
/// Longer owners' names are nobody's here.
const LONGEST_OWNER: u32 = 64;
/// How much of all notes together is looked at, in bytes: 20,000 threads with 12 KB of registers each.
const MOST: u64 = 256 << 20;

/// Who defines a note's type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Owner {
    /// `CORE`: the System V notes, of Linux' kernel and of gdb.
    Core,
    /// `LINUX`: register sets of Linux.
    Linux,
    /// `GDB`: gdb's target description.
    Gdb,
    /// `FreeBSD`.
    FreeBsd,
    /// `NetBSD-CORE`: the process.
    NetBsd,
    /// `NetBSD-CORE@LWP`: a thread.
    NetBsdThread(u64),
    /// `VMCOREINFO` or `QEMU`: the memory of a whole machine.
    Machine,
    /// Anyone else.
    Other,
}

/// A note without its descriptor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct NoteHead {
    pub owner: Owner,
    pub kind: elf::NoteType,
    /// Size of the descriptor in bytes.
    pub size: u32,
}

/// Whoever is interested in notes.
pub(super) trait Sink {
    /// Told of every note; returns whether its descriptor is wanted. Only that is read, so the size is to be bounded.
    fn wants(&mut self, head: &NoteHead) -> bool;
    /// The descriptor of a wanted note; its beginning, if the input ends in it.
    fn take(&mut self, head: &NoteHead, desc: &[u8]);
}

/// How the reading of a segment's notes ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum End {
    /// At the segment's end.
    Whole,
    /// The input ends here, or is not read further.
    Missing(FileOffset),
    /// The note here says that it is larger than the rest of its segment.
    Damaged(FileOffset),
    /// There was more than is ever looked at.
    TooMuch(FileOffset),
}

/// Reads the notes of several segments, within one bound for all.
pub(super) struct Notes {
    endian: Endian,
    left: u64,
}

impl Notes {
    /// Nothing is read yet.
    pub fn new(endian: Endian) -> Notes {
        Notes { endian, left: MOST }
    }

    /// Shows the segment's notes to `sink`.
    pub fn read(&mut self, input: &Input<'_>, segment: &NoteSegment, sink: &mut impl Sink) -> End {
        let size = segment.size.min(self.left);
        let mut window = Window::new(input, segment.offset, size);
        let mut end = End::Whole;
        while window.remaining() >= HEADER_SIZE as u64 && end == End::Whole {
            end = self.one(&mut window, segment.align, sink);
        }
        self.left -= size - window.remaining();
        match end {
            // The bound cut the segment, not the segment the note.
            End::Damaged(at) | End::Missing(at) if size < segment.size && self.left == 0 => End::TooMuch(at),
            End::Whole if size < segment.size => End::TooMuch(FileOffset(window.position())),
            end => end,
        }
    }

    fn one(&self, window: &mut Window<'_>, align: u64, sink: &mut impl Sink) -> End {
        let at = FileOffset(window.position());
        let Some((name_size, head)) = window.take(HEADER_SIZE).and_then(|b| head(b, self.endian)) else {
            return End::Missing(at);
        };
        if u64::from(name_size) + u64::from(head.size) > window.remaining() {
            return End::Damaged(at);
        }
        match self.body(window, name_size, head, align, sink) {
            Some(()) => End::Whole,
            None => End::Missing(at),
        }
    }

    fn body(
        &self,
        window: &mut Window<'_>,
        name_size: u32,
        head: NoteHead,
        align: u64,
        sink: &mut impl Sink,
    ) -> Option<()> {
        let owner = owner(window, name_size)?;
        pad(window, name_size, align, HEADER_SIZE as u64);
        let head = NoteHead { owner, ..head };
        if sink.wants(&head) {
            let size = usize::try_from(head.size).ok()?;
            let desc = window.take_some(size);
            sink.take(&head, desc);
            if desc.len() < size {
                return None;
            }
        } else {
            window.skip(u64::from(head.size))?;
        }
        pad(window, head.size, align, 0);
        Some(())
    }
}

fn head(bytes: &[u8], endian: Endian) -> Option<(u32, NoteHead)> {
    let mut at = Reader::new(bytes, endian);
    let (name_size, size) = (at.u32()?, at.u32()?);
    Some((name_size, NoteHead { owner: Owner::Other, kind: elf::NoteType(at.u32()?), size }))
}

fn owner(window: &mut Window<'_>, size: u32) -> Option<Owner> {
    if size > LONGEST_OWNER {
        window.skip(u64::from(size))?;
        return Some(Owner::Other);
    }
    let name = window.take(usize::try_from(size).ok()?)?;
    let name = name.split(|b| *b == 0).next().unwrap_or_default();
    Some(match name {
        b"CORE" => Owner::Core,
        b"LINUX" => Owner::Linux,
        b"GDB" => Owner::Gdb,
        b"FreeBSD" => Owner::FreeBsd,
        b"NetBSD-CORE" => Owner::NetBsd,
        b"VMCOREINFO" | b"QEMU" => Owner::Machine,
        _ => netbsd_thread(name).unwrap_or(Owner::Other),
    })
}

fn netbsd_thread(name: &[u8]) -> Option<Owner> {
    let lwp = std::str::from_utf8(name.strip_prefix(b"NetBSD-CORE@")?).ok()?;
    lwp.parse().ok().map(Owner::NetBsdThread)
}

/// Skips padding to 4 bytes, which Linux uses in 64-bit cores too, or to 8 where `p_align` says so. `before` is what
/// was read since the last aligned position. Padding may be missing at the segment's end.
fn pad(window: &mut Window<'_>, size: u32, align: u64, before: u64) {
    let align = if align == 8 { 8 } else { 4 };
    let length = before + u64::from(size);
    let padding = length.next_multiple_of(align) - length;
    let _ = window.skip(padding.min(window.remaining()));
}

#[cfg(test)]
mod tests {
    use super::*;

    struct List(Vec<(Owner, u32, Vec<u8>)>);

    impl Sink for List {
        fn wants(&mut self, head: &NoteHead) -> bool {
            head.size < 100
        }
        fn take(&mut self, head: &NoteHead, desc: &[u8]) {
            self.0.push((head.owner, head.kind.0, desc.to_vec()));
        }
    }

    fn note(name: &[u8], kind: u32, desc: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        for n in [name.len(), desc.len()] {
            out.extend(u32::try_from(n).unwrap().to_le_bytes());
        }
        out.extend(kind.to_le_bytes());
        for part in [name, desc] {
            out.extend(part);
            out.resize(out.len().next_multiple_of(4), 0);
        }
        out
    }

    fn read(bytes: Vec<u8>, size: u64) -> (End, Vec<(Owner, u32, Vec<u8>)>) {
        let input = Input::from_bytes(bytes, false).unwrap();
        let mut list = List(Vec::new());
        let end = Notes::new(Endian::Little).read(&input, &NoteSegment { offset: 0, size, align: 4 }, &mut list);
        (end, list.0)
    }

    #[test]
    fn lists_notes_with_owner_type_and_descriptor() {
        let bytes =
            [note(b"CORE\0", 1, b"abc"), note(b"LINUX\0", 2, &[0; 200]), note(b"NetBSD-CORE@7\0", 33, b"")].concat();
        let size = bytes.len() as u64;
        let (end, list) = read(bytes, size);
        assert_eq!(end, End::Whole);
        assert_eq!(list, [(Owner::Core, 1, b"abc".to_vec()), (Owner::NetBsdThread(7), 33, Vec::new())]);
    }

    #[test]
    fn a_cut_note_costs_only_itself() {
        let whole = [note(b"CORE\0", 1, b"abc"), note(b"CORE\0", 2, b"0123456789")].concat();
        let size = whole.len() as u64;
        for cut in 24..whole.len() - 2 {
            let (end, list) = read(whole.get(..cut).unwrap().to_vec(), size);
            assert_eq!(end, End::Missing(FileOffset(24)), "{cut}");
            assert_eq!(list[0].2, b"abc");
            assert!(list[1..].iter().all(|(_, _, desc)| b"0123456789".starts_with(desc)), "{cut}");
        }
    }

    #[test]
    fn sizes_near_the_last_number_end_the_segment() {
        let mut bytes = note(b"CORE\0", 1, b"abc");
        for wild in [[0xff; 4], [0xff, 0xff, 0xff, 0x7f]] {
            bytes.truncate(24);
            bytes.extend([5, 0, 0, 0]);
            bytes.extend(wild);
            bytes.extend([1, 0, 0, 0]);
            bytes.extend([0; 64]);
            let (end, list) = read(bytes.clone(), 100);
            assert_eq!((end, list.len()), (End::Damaged(FileOffset(24)), 1));
        }
    }
}
