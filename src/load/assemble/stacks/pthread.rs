//! glibc's struct pthread tells the stack exactly, without symbols: the words (stackblock, stackblock_size,
//! guardsize) stand one after the other in it, and only they describe a block with the struct at its top.
//!
//! Observed: stackblock at 0x260 on i386 with glibc 2.36 and 2.41, 0x268 with 2.43, 0x690 on x86-64. The offset is
//! the same for all threads of a process, so it is searched once and then only confirmed.

use super::{Bounds, tops};
use crate::addr::{Addr, AddrRange};
use crate::load::assemble::Draft;
use crate::load::facts::ThreadFacts;
use crate::model::{Cpu, Endian, StackSource};

/// How far into struct pthread the words are searched; it is 0x900 bytes on x86-64.
const SEARCHED: usize = 0x900;
/// How far up from the stack pointer struct pthread is searched where no thread pointer is known, without `--deep`.
const SCANNED: u64 = 1 << 20;
/// The thread id stands this close behind the start of struct pthread (0x68 on i386, 0x2d0 on x86-64).
const TID_WITHIN: usize = 0x400;

/// The words as they stand in struct pthread.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Words {
    block: Addr,
    size: u64,
    guard: u64,
}

/// Finds the exact bounds for each thread that has them; the main thread has none, its words are zero.
pub(super) fn find_all(draft: &mut Draft<'_>) -> Vec<Option<Bounds>> {
    let mut learned = None;
    let pointers: Vec<Option<Addr>> = draft.facts.threads.iter().map(|t| thread_pointer(draft, t)).collect();
    let mut found: Vec<Option<Bounds>> =
        pointers.iter().map(|tp| tp.and_then(|tp| find(draft, tp, &mut learned))).collect();
    draft.thread_pointers = pointers;
    draft.pthread = learned;
    let Some(layout) = learned else { return found };
    for ((bounds, tp), thread) in found.iter_mut().zip(&draft.thread_pointers).zip(&draft.facts.threads) {
        *bounds = bounds.or_else(|| odd_sized(draft, layout, (*tp)?, thread.sp?));
    }
    find_lost(draft, &mut found);
    found
}

/// Threads without a thread pointer whose stack pointer lies in no stack (a fiber in a gcore of gdb 13): their struct
/// pthread stands where the others' stand in theirs.
fn find_lost(draft: &Draft<'_>, found: &mut [Option<Bounds>]) {
    let mut learned = draft.pthread;
    // Ids inside of a container are small numbers, of which any struct pthread is full.
    let told_apart = |i: usize| draft.facts.threads.get(i).is_some_and(|thread| thread.own_id.is_none());
    let without = (0..).zip(&draft.thread_pointers).filter(|(_, tp)| tp.is_none()).map(|(i, _)| i);
    let lost: Vec<usize> = without.filter(|i| told_apart(*i)).collect();
    if lost.is_empty() || !is_x86(draft) {
        return;
    }
    let known: Vec<Bounds> = found.iter().flatten().copied().collect();
    let depths = tops::depths_of_tcb(draft, found);
    for top in tops::candidates(draft, &known) {
        for tp in depths.iter().filter_map(|depth| top.checked_sub(*depth)) {
            let is_his = |i: &&usize| {
                draft.effort.spend(TID_WITHIN as u64)
                    && draft.facts.threads.get(**i).is_some_and(|t| is_tcb_of(draft, tp, own_id(t)))
            };
            let slot = lost.iter().find(is_his).and_then(|i| found.get_mut(*i));
            if let (Some(slot), Some(bounds)) = (slot, find(draft, tp, &mut learned)) {
                *slot = Some(bounds);
            }
        }
    }
}

/// What was learned from the first thread, good for all others and for the stacks that threads left behind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::load::assemble) struct PthreadLayout {
    /// From the thread pointer to the word `stackblock`, in bytes.
    pub offset: i64,
}

impl PthreadLayout {
    /// Where the words of the thread with this thread pointer stand.
    fn place(self, tp: Addr) -> Addr {
        Addr(tp.0.wrapping_add_signed(self.offset))
    }
}

fn thread_pointer(draft: &Draft<'_>, thread: &ThreadFacts) -> Option<Addr> {
    thread.tls.filter(|tp| tp.0 != 0).or_else(|| scan_for_tcb(draft, thread))
}

fn find(draft: &Draft<'_>, tp: Addr, learned: &mut Option<PthreadLayout>) -> Option<Bounds> {
    if let Some(bounds) = learned.and_then(|l| plausible(draft, words_at(draft, l.place(tp))?, tp)) {
        return Some(bounds);
    }
    let (offset, bounds) = Some(tp).filter(|_| draft.effort.may_search()).and_then(|tp| search(draft, tp))?;
    learned.get_or_insert(PthreadLayout { offset });
    Some(bounds)
}

/// A stack that the user brought may have any size and place. Its words are believed only where other threads have
/// shown them to stand: without whole pages, other words of struct pthread fit as well.
fn odd_sized(draft: &Draft<'_>, layout: PthreadLayout, tp: Addr, sp: Addr) -> Option<Bounds> {
    let words = words_at(draft, layout.place(tp))?;
    let range = AddrRange::from_size(words.block, words.size)?;
    let fits = words.guard == 0 && range.contains(sp) && is_at_top(draft, range, tp);
    fits.then_some(Bounds { range, guard: Some(0), source: StackSource::Pthread })
}

/// Reads the three words at an address.
fn words_at(draft: &Draft<'_>, at: Addr) -> Option<Words> {
    let mut buf = [0u8; 24];
    let part = buf.get_mut(..3 * usize::from(draft.platform.width.bytes()))?;
    draft.memory.read_exact(at, part).then(|| words_in(draft, part))?
}

fn words_in(draft: &Draft<'_>, bytes: &[u8]) -> Option<Words> {
    let mut words = bytes.chunks_exact(usize::from(draft.platform.width.bytes())).map(|c| draft.memory.decode_word(c));
    Some(Words { block: Addr(words.next()?), size: words.next()?, guard: words.next()? })
}

/// Variant II of "ELF Handling For Thread-Local Storage", section 3.
fn tls_grows_down(draft: &Draft<'_>) -> bool {
    matches!(draft.platform.cpu, Some(Cpu::X86 | Cpu::X86_64 | Cpu::S390x | Cpu::Sparc))
}

/// Where struct pthread lies as seen from the thread pointer: behind it where TLS grows down, before it where TLS
/// grows up.
fn search_start(draft: &Draft<'_>, tp: Addr) -> Option<Addr> {
    if tls_grows_down(draft) { Some(tp) } else { tp.checked_sub(SEARCHED as u64) }
}

fn search(draft: &Draft<'_>, tp: Addr) -> Option<(i64, Bounds)> {
    let start = search_start(draft, tp)?;
    let mut bytes = vec![0u8; SEARCHED];
    let got = draft.memory.read(start, &mut bytes);
    let word = usize::from(draft.platform.width.bytes());
    let mut hits = bytes.get(..got)?.windows(3 * word).step_by(word).enumerate().filter_map(|(i, w)| {
        let bounds = plausible(draft, words_in(draft, w)?, tp)?;
        let offset = start.0.wrapping_add((i * word) as u64).wrapping_sub(tp.0).cast_signed();
        Some((offset, bounds))
    });
    let Some(first) = hits.next() else {
        if got > 0 {
            draft.effort.searched_in_vain();
        }
        return None;
    };
    // Two different answers are no answer.
    hits.all(|(_, bounds)| bounds == first.1).then_some(first)
}

/// The stack that the words describe, if they are such words: glibc puts struct pthread at the top of every stack, the
/// user's own included, and guard and size are whole pages.
///
/// The stack pointer is no witness: a thread may run on a fiber or an alternate stack. Without the rule on the top,
/// (start_routine, page-aligned argument, NULL) fits too (seen with glibc 2.43).
fn plausible(draft: &Draft<'_>, words: Words, tp: Addr) -> Option<Bounds> {
    let page = draft.facts.page_size.unwrap_or(0x1000).max(1);
    let block = AddrRange::from_size(words.block, words.size)?;
    let paged = words.size.is_multiple_of(page) && words.guard.is_multiple_of(page);
    if !(paged && words.guard < words.size && is_at_top(draft, block, tp)) {
        return None;
    }
    let range = AddrRange::new(words.block.checked_add(words.guard)?, block.end())?;
    Some(Bounds { range, guard: Some(words.guard), source: StackSource::Pthread })
}

/// Whether struct pthread stands at the top of the block.
fn is_at_top(draft: &Draft<'_>, block: AddrRange, tp: Addr) -> bool {
    block.contains(tp) && block.end().distance_from(tp) <= top_room(draft)
}

/// What stands above the thread pointer in a stack: struct pthread on variant II, static TLS on variant I.
fn top_room(draft: &Draft<'_>) -> u64 {
    if tls_grows_down(draft) { 0x2000 } else { 1 << 20 }
}

/// Finds the TCB without a thread pointer: upward from the stack pointer, the word that points to itself, once more
/// two words on, with the thread's id behind (x86: tcbhead_t.tcb and .self).
fn scan_for_tcb(draft: &Draft<'_>, thread: &ThreadFacts) -> Option<Addr> {
    if !is_x86(draft) {
        return None;
    }
    let sp = thread.sp?.align_down(u64::from(draft.platform.width.bytes()));
    let end = draft.piece_at(sp)?.range.end();
    let longest = if draft.deep { end.distance_from(sp) } else { end.distance_from(sp).min(SCANNED) };
    let mut done = 0;
    let mut step = 1 << 12;
    while done < longest {
        let len = step.min(longest - done);
        if !draft.effort.spend(len) {
            return None;
        }
        if let Some(tcb) = tcb_in(draft, sp.checked_add(done)?, len, own_id(thread)) {
            return Some(tcb);
        }
        done += len;
        step = (step * 2).min(1 << 18);
    }
    None
}

fn is_x86(draft: &Draft<'_>) -> bool {
    matches!(draft.platform.cpu, Some(Cpu::X86 | Cpu::X86_64))
}

/// The id that stands in the thread's own memory.
fn own_id(thread: &ThreadFacts) -> u64 {
    thread.own_id.unwrap_or(thread.id)
}

/// Whether a TCB of that thread stands at `at`.
fn is_tcb_of(draft: &Draft<'_>, at: Addr, tid: u64) -> bool {
    tcb_in(draft, at, u64::from(draft.platform.width.bytes()), tid).is_some()
}

/// Searches `len` bytes from `start` on; what a TCB at their end needs is read beyond them.
fn tcb_in(draft: &Draft<'_>, start: Addr, len: u64, tid: u64) -> Option<Addr> {
    let mut bytes = vec![0u8; usize::try_from(len).ok()? + TID_WITHIN];
    let got = draft.memory.read(start, &mut bytes);
    bytes.truncate(got);
    let word = usize::from(draft.platform.width.bytes());
    let limit = usize::try_from(len).ok()?.min(got);
    (0..limit).step_by(word).find_map(|at| {
        let own = Addr(start.0 + at as u64);
        let points_here = |from: usize| word_of(draft, &bytes, from) == Some(own.0);
        let is_tcb = points_here(at) && points_here(at + 2 * word);
        (is_tcb && draft.effort.spend(TID_WITHIN as u64) && has_tid(draft, &bytes, at, tid)).then_some(own)
    })
}

fn word_of(draft: &Draft<'_>, bytes: &[u8], at: usize) -> Option<u64> {
    let word = bytes.get(at..at + usize::from(draft.platform.width.bytes()))?;
    Some(draft.memory.decode_word(word))
}

fn has_tid(draft: &Draft<'_>, bytes: &[u8], at: usize, tid: u64) -> bool {
    let Ok(tid) = u32::try_from(tid) else { return false };
    let wanted = match draft.platform.endian {
        Endian::Little => tid.to_le_bytes(),
        Endian::Big => tid.to_be_bytes(),
    };
    let near = bytes.get(at..).unwrap_or_default();
    near.get(..TID_WITHIN.min(near.len())).unwrap_or_default().chunks_exact(4).any(|c| c == wanted)
}

/// The stack that a thread left behind whose struct pthread is at `tp`, if its words say that it ends at `top`.
pub(super) fn left_behind(draft: &Draft<'_>, layout: PthreadLayout, tp: Addr, top: Addr) -> Option<Bounds> {
    // A read of a few bytes takes as long as searching some hundred.
    let words = Some(tp).filter(|_| draft.effort.spend(512)).and_then(|tp| words_at(draft, layout.place(tp)))?;
    plausible(draft, words, tp).filter(|b| b.range.end() == top)
}
