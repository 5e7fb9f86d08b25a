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
        let fits = size <= course.limit - at && size.is_multiple_of(shape.layout.align) && size >= shape.header();
        if !fits || header.raw & IS_MMAPPED != 0 {
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
