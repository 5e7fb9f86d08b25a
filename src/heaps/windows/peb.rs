//! Handles of heaps: TEB, PEB, and there the process's heap and the list of all.
//!
//! Offsets: ntdll's public symbols (`dt _TEB`, `dt _PEB`), the same from Windows XP to 11, and in Wine, whose list is empty.

use crate::addr::Addr;
use crate::heaps::Effort;
use crate::heaps::memory::Words;
use crate::model::{Memory, OwnerKind, PointerWidth, Snapshot};

/// Heaps of one process that are looked at; Windows itself stops at 65,535.
const MOST: u32 = 65_536;
/// Threads whose TEBs are tried.
const THREADS: usize = 64;
/// WoW64 puts a thread's 32-bit TEB two pages behind the 64-bit one.
const TEB32_BEHIND: u64 = 0x2000;
/// Where heaps begin.
const GRANULE: u64 = 0x1_0000;

/// Bytes from a heap's handle to the word by which it is known, which all kinds but XP's have at the same place.
pub(super) fn signature_at(width: PointerWidth) -> u64 {
    2 * u64::from(width.bytes())
}

/// Where a PEB's fields are, and the TEB's that lead there.
struct Fields {
    teb_self: u64,
    teb_peb: u64,
    process_heap: u64,
    heap_count: u64,
    heaps: u64,
}

const BITS_32: Fields = Fields { teb_self: 0x18, teb_peb: 0x30, process_heap: 0x18, heap_count: 0x88, heaps: 0x90 };
const BITS_64: Fields = Fields { teb_self: 0x30, teb_peb: 0x60, process_heap: 0x30, heap_count: 0xe8, heaps: 0xf0 };

/// What a PEB says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Handles {
    /// The process's own heap.
    pub(super) process_heap: Option<Addr>,
    /// All heaps, that one included, without repetition.
    pub(super) all: Vec<Addr>,
}

/// The handles of one width. Where no TEB of it leads to a PEB there are none.
pub(super) fn handles(snapshot: &Snapshot, words: &mut Words<'_>, width: PointerWidth) -> Handles {
    let fields = match width {
        PointerWidth::Bits32 => BITS_32,
        PointerWidth::Bits64 => BITS_64,
    };
    tebs(snapshot).into_iter().find_map(|teb| by_teb(words, &fields, teb)).unwrap_or_default()
}

/// Addresses of TEBs of any width, those of known threads first.
fn tebs(snapshot: &Snapshot) -> Vec<Addr> {
    let owners = snapshot.owners.iter().map(|(_, owner)| owner).filter(|o| o.kind == OwnerKind::Teb);
    let mut starts: Vec<(bool, Addr)> = owners.map(|o| (o.thread_id.is_none(), o.start)).collect();
    starts.sort_unstable();
    let known = starts.iter().map(|(_, start)| *start).take(THREADS);
    known.flat_map(|teb| [Some(teb), teb.checked_sub(TEB32_BEHIND)]).flatten().collect()
}

fn by_teb(words: &mut Words<'_>, fields: &Fields, teb: Addr) -> Option<Handles> {
    if words.word(teb.checked_add(fields.teb_self)?)? != teb.0 {
        return None;
    }
    let peb = Addr(words.word(teb.checked_add(fields.teb_peb)?)?);
    let process_heap = Addr(words.word(peb.checked_add(fields.process_heap)?)?);
    let mut all = vec![process_heap];
    all.extend(listed(words, fields, peb).unwrap_or_default());
    let mut seen = std::collections::HashSet::new();
    all.retain(|handle| handle.0 != 0 && seen.insert(*handle));
    Some(Handles { process_heap: Some(process_heap).filter(|h| h.0 != 0), all })
}

fn listed(words: &mut Words<'_>, fields: &Fields, peb: Addr) -> Option<Vec<Addr>> {
    let count = words.u32(peb.checked_add(fields.heap_count)?)?.min(MOST);
    let array = Addr(words.word(peb.checked_add(fields.heaps)?)?);
    // Where the array ends early in the dump, the handles before count.
    let handles = (0..u64::from(count)).map_while(|i| words.word_at(array, i).map(Addr));
    Some(handles.collect())
}

/// Where no PEB tells: granules of captured memory that begin with one of the words `signatures`. With little effort only
/// the first granule of each captured range is looked at.
pub(super) fn by_signature(
    memory: Memory<'_>,
    words: &mut Words<'_>,
    signature_at: u64,
    signatures: &[u32],
    effort: Effort,
) -> Vec<Addr> {
    let mut found = Vec::new();
    for captured in memory.ranges() {
        let mut at = captured.range.start().align_up(GRANULE);
        while let Some(base) = at.filter(|a| captured.range.contains(*a) && found.len() < MOST as usize) {
            let word = base.checked_add(signature_at).and_then(|a| words.u32(a));
            if word.is_some_and(|w| signatures.contains(&w)) {
                found.push(base);
            }
            at = base.checked_add(GRANULE).filter(|_| effort == Effort::Full);
        }
    }
    found
}
