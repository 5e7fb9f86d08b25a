//! From chunk to chunk through one run.

use super::layout::Shape;
use super::window::Window;

/// PREV_INUSE: the chunk before is not in a bin.
const PREV_INUSE: u64 = 1;
/// IS_MMAPPED, which no chunk of a run has.
const IS_MMAPPED: u64 = 2;
/// All flags.
pub(super) const FLAGS: u64 = 7;

/// A chunk of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Chunk {
    /// Address of its header.
    pub at: u64,
    /// Bytes with its header.
    pub size: u64,
    /// Whether the next chunk says that it is free. Chunks of fast bins and caches do not look free.
    pub free: bool,
    /// What stands where a free chunk's list goes on.
    pub fd: u64,
    /// And where it comes from.
    pub bk: u64,
}

/// Where to walk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Course {
    /// The first chunk.
    pub first: u64,
    /// No chunk goes beyond it: the end of a thread heap, or of main's mapping.
    pub limit: u64,
    /// The arena's last chunk.
    pub top: u64,
    /// Whether the run is a thread heap, which ends in another way than main's do.
    pub thread: bool,
}

/// Why a walk ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stop {
    /// At the arena's last chunk, of this size.
    Top(u64),
    /// At the marks that a run has that is not the last; the run's end.
    Fence(u64),
    /// At a chunk that cannot be one.
    Broken(u64),
    /// At a chunk whose header the dump does not hold.
    Missing(u64),
}

/// Hands every chunk but top to `take`, in address order.
pub(super) fn walk(window: &mut Window<'_>, shape: Shape, course: Course, mut take: impl FnMut(Chunk)) -> Stop {
    let mut pending: Option<Chunk> = None;
    let mut at = course.first;
    loop {
        if at >= course.limit {
            return Stop::Broken(at);
        }
        let Some(header) = window.header(at) else { return Stop::Missing(at) };
        let size = header.raw & !FLAGS;
        if let Some(mut chunk) = pending {
            if course.thread && size == 0 && course.limit - at <= 32 {
                // What came before is a mark too.
                return Stop::Fence(course.limit);
            }
            chunk.free = header.raw & PREV_INUSE == 0;
            if chunk.free && header.prev_size != chunk.size || chunk.size < shape.min_size() {
                return Stop::Broken(at);
            }
            take(chunk);
        }
        if at == course.top {
            return top(shape, course, at, size);
        }
        if size == shape.header() && !course.thread {
            return fence(window, shape, course, at);
        }
        // A mark need not be a multiple of the alignment.
        let sized = shape.is_size(size) || course.thread && size == shape.header();
        if !sized || size > course.limit - at || header.raw & IS_MMAPPED != 0 {
            return Stop::Broken(at);
        }
        pending = Some(Chunk { at, size, free: false, fd: header.fd, bk: header.bk });
        at += size;
    }
}

fn top(shape: Shape, course: Course, at: u64, size: u64) -> Stop {
    let fits = size <= course.limit - at && size >= shape.min_size();
    if fits { Stop::Top(size) } else { Stop::Broken(at) }
}

/// Main's runs end in two chunks of a header's size, which no chunk has that is one; and in a third where only as much was
/// left of the old top.
fn fence(window: &mut Window<'_>, shape: Shape, course: Course, at: u64) -> Stop {
    let mut end = at + shape.header();
    let mut marks = 1;
    while marks < 3 && end < course.limit && window.header(end).is_some_and(|h| h.raw & !FLAGS == shape.header()) {
        end += shape.header();
        marks += 1;
    }
    match end.checked_next_multiple_of(shape.page) {
        Some(page) if marks > 1 && page - end < 2 * shape.layout.align && page <= course.limit => Stop::Fence(page),
        _ => Stop::Broken(at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heaps::glibc::image::{Image, WIDTHS, shape};
    use crate::model::PointerWidth;

    const RUN: u64 = 0x80_0000;
    const END: u64 = RUN + 0x1000;

    fn walked(image: &Image, shape: Shape, top: u64, thread: bool) -> (Stop, Vec<(u64, bool)>) {
        let first = shape.first_chunk(RUN).unwrap();
        let mut window = Window::new(image.memory(), shape.word);
        let mut chunks = Vec::new();
        let course = Course { first, limit: END, top, thread };
        let stop = walk(&mut window, shape, course, |chunk| chunks.push((chunk.size, chunk.free)));
        (stop, chunks)
    }

    fn image(width: PointerWidth) -> (Image, Shape, u64) {
        let shape = shape(width, 36);
        (Image::new(width, &[(RUN, END)]), shape, shape.first_chunk(RUN).unwrap())
    }

    #[test]
    fn a_run_ends_at_top() {
        for width in WIDTHS {
            let (image, shape, first) = image(width);
            let top = image.put_chunks(first, &[0x41, 0x31, 0x20]);
            image.put(top + shape.word, &[(END - top) | 1]);
            assert_eq!(
                walked(&image, shape, top, false),
                (Stop::Top(END - top), vec![(0x40, false), (0x30, true), (0x20, false)])
            );
        }
    }

    #[test]
    fn a_thread_heap_ends_in_a_mark_and_a_header_of_nothing() {
        for width in WIDTHS {
            let (image, shape, first) = image(width);
            // As sysmalloc leaves an old top: a multiple of the alignment, two words, and a header of size 0.
            let room = END - first - 0x40;
            let old_top = (room - 4 * shape.word) / 16 * 16;
            image.put_chunks(first, &[0x41, old_top | 1, 2 * shape.word, 1]);
            assert_eq!(walked(&image, shape, 0, true), (Stop::Fence(END), vec![(0x40, false), (old_top, true)]));
        }
        // An old top too small for a chunk becomes part of the mark.
        let (image, shape, first) = image(PointerWidth::Bits64);
        let size = END - first - 0x30;
        image.put_chunks(first, &[size | 1, 0x21, 1]);
        assert_eq!(walked(&image, shape, 0, true), (Stop::Fence(END), vec![(size, false)]));
    }

    #[test]
    fn a_run_of_main_ends_in_two_marks_or_three() {
        for width in WIDTHS {
            for rest in [0, 2 * u64::from(width.bytes())] {
                let (image, shape, first) = image(width);
                let mark = 2 * shape.word;
                let size = (END - first - 2 * mark - rest) / 16 * 16;
                let mut sizes = vec![size | 1, mark | 1, mark | 1];
                sizes.extend((rest > 0).then_some(mark | 1));
                image.put_chunks(first, &sizes);
                assert_eq!(walked(&image, shape, 0, false), (Stop::Fence(END), vec![(size, false)]));
            }
        }
    }

    #[test]
    fn what_cannot_be_a_chunk_stops_a_walk() {
        for width in WIDTHS {
            let sizes = [0x30_0001, 0x43, 0x9, 0x1, 0x38 | 5];
            for bad in sizes.into_iter().filter(|bad| bad & 7 != 5 || width == PointerWidth::Bits64) {
                let (image, shape, first) = image(width);
                let at = image.put_chunks(first, &[0x41]);
                image.put(at + shape.word, &[bad]);
                let (stop, chunks) = walked(&image, shape, 0, false);
                assert_eq!((stop, chunks.len()), (Stop::Broken(at), 1), "{bad:#x}");
            }
        }
    }

    #[test]
    fn a_free_chunk_and_the_one_behind_it_agree_on_its_size() {
        for width in WIDTHS {
            let (image, shape, first) = image(width);
            let end = image.put_chunks(first, &[0x41, 0x31, 0x20]);
            image.put(first + 0x70, &[0x50]);
            image.put(end + shape.word, &[(END - end) | 1]);
            assert_eq!(walked(&image, shape, end, false), (Stop::Broken(first + 0x70), vec![(0x40, false)]));
        }
    }
}
