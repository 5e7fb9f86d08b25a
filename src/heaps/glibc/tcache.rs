//! Threads' caches: `tcache_perthread_struct` (glibc malloc/malloc.c), found as a chunk in use whose lists are all whole, not
//! through thread-local storage.

use std::collections::{BTreeMap, BTreeSet};

use super::chunks::FLAGS;
use super::layout::{NEWEST, Shape};
use super::linking::Linking;
use crate::addr::Addr;
use crate::heaps::memory::Words;

/// How a version stores its cache.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Form {
    /// First and last minor version.
    pub versions: (u8, u8),
    bins: u64,
    /// Bytes of a count.
    count: u64,
    /// Whether counts are of free slots, and go down as lists grow.
    slots: bool,
    /// How lists go on.
    pub linking: Linking,
}

const FORMS: [Form; 4] = [
    Form { versions: (26, 29), bins: 64, count: 1, slots: false, linking: Linking::Plain },
    Form { versions: (30, 31), bins: 64, count: 2, slots: false, linking: Linking::Plain },
    Form { versions: (32, 41), bins: 64, count: 2, slots: false, linking: Linking::Safe },
    // Twelve bins more for large chunks.
    Form { versions: (42, NEWEST), bins: 76, count: 2, slots: true, linking: Linking::Safe },
];

/// Bins of one size each.
const SMALL_BINS: u64 = 64;
/// A chunk may be larger than asked for: 2.43 rounds twice, and a rest too small to be a chunk stays with it.
const SLACK: u64 = 32;

impl Form {
    fn entries(&self) -> u64 {
        self.bins * self.count
    }

    /// Size of the chunk that holds it.
    fn chunk(&self, shape: Shape) -> u64 {
        let bytes = self.entries() + self.bins * shape.word;
        (bytes + shape.word).next_multiple_of(shape.layout.align)
    }

    fn is_of(&self, shape: Shape) -> bool {
        self.versions.0 <= shape.layout.versions.1 && shape.layout.versions.0 <= self.versions.1
    }
}

/// Sizes of chunks in use that may be a cache.
pub(super) fn sizes(shape: Shape) -> Vec<u64> {
    let mut sizes = BTreeSet::new();
    for form in FORMS.iter().filter(|form| form.is_of(shape)) {
        let least = form.chunk(shape);
        sizes.extend((0..=SLACK / shape.layout.align).map(|extra| least + extra * shape.layout.align));
    }
    sizes.into_iter().collect()
}

/// A cached chunk: address and size.
pub(super) type Entry = (u64, u64);

/// What a cache holds, as far as its lists are whole.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Cache {
    entries: Vec<Entry>,
    /// The first list that is not.
    broken: Option<u64>,
}

/// All caches of a process.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Caches {
    /// What they hold, by address.
    pub entries: BTreeMap<u64, u64>,
    /// The form that all of them have, if there is any.
    pub form: Option<Form>,
    /// Addresses where lists broke.
    pub broken: Vec<u64>,
}

/// Looks at all candidates in all forms that the layout allows; the form that explains most is the one. `is_chunk` says
/// whether a walk met a chunk at an address.
pub(super) fn find(
    words: &mut Words<'_>,
    shape: Shape,
    candidates: &[u64],
    linking: Option<Linking>,
    is_chunk: &dyn Fn(u64) -> bool,
) -> Caches {
    let mut best: (usize, Caches) = Default::default();
    let agrees = |form: &&Form| form.is_of(shape) && linking.is_none_or(|linking| linking == form.linking);
    for form in FORMS.iter().filter(agrees) {
        let mut all = Caches { form: Some(*form), ..Caches::default() };
        for at in candidates {
            let Some(cache) = read(words, shape, form, *at, is_chunk) else { continue };
            let fresh = cache.entries.iter().all(|(at, _)| !all.entries.contains_key(at));
            if fresh {
                all.entries.extend(cache.entries);
                all.broken.extend(cache.broken);
            }
        }
        if all.entries.len() > best.0 {
            best = (all.entries.len(), all);
        }
    }
    best.1
}

/// The cache in the chunk at `at`, or `None` if it is none, or empty.
fn read(words: &mut Words<'_>, shape: Shape, form: &Form, at: u64, is_chunk: &dyn Fn(u64) -> bool) -> Option<Cache> {
    let size = words.word_at(Addr(at), 1)? & !FLAGS;
    let least = form.chunk(shape);
    if size < least || size > least + SLACK {
        return None;
    }
    let user = at.checked_add(shape.header())?;
    let (heads, counts) = (heads(words, form, user)?, counts(words, form, user)?);
    let pairs = heads.iter().zip(&counts);
    // A cheap look first: most chunks of this size are the program's.
    if !form.slots && !pairs.clone().all(|(head, count)| (*head == 0) == (*count == 0)) {
        return None;
    }
    if heads.iter().all(|head| *head == 0) || !heads.iter().all(|head| head.is_multiple_of(shape.layout.align)) {
        return None;
    }
    let mut cache = Cache::default();
    let (mut whole, mut most) = (0, 0);
    let mut sums = BTreeSet::new();
    for (index, (head, count)) in (0..).zip(pairs) {
        let wanted = if form.slots { u64::from(u16::MAX) } else { *count };
        match list(words, shape, form, (index, *head), wanted, is_chunk) {
            Some(entries) => {
                whole += u64::from(!entries.is_empty());
                let length = entries.len() as u64;
                let sum = if form.slots { length + count } else { 0 };
                most = sum.max(most);
                sums.insert(sum);
                cache.entries.extend(entries);
            }
            None if cache.broken.is_some() => return None,
            None => cache.broken = Some(*head),
        }
    }
    // All bins that are in use have room for as many.
    let even = sums.iter().all(|sum| *sum == 0 || *sum == most);
    (even && (cache.broken.is_none() || whole >= 4)).then_some(cache)
}

fn heads(words: &mut Words<'_>, form: &Form, user: u64) -> Option<Vec<u64>> {
    let entries = Addr(user).checked_add(form.entries())?;
    (0..form.bins).map(|index| words.word_at(entries, index)).collect()
}

fn counts(words: &mut Words<'_>, form: &Form, user: u64) -> Option<Vec<u64>> {
    let mut bytes = vec![0; usize::try_from(form.entries()).ok()?];
    words.bytes(Addr(user), &mut bytes)?;
    let memory = words.memory();
    Some(bytes.chunks_exact(usize::try_from(form.count).ok()?).map(|count| memory.decode_word(count)).collect())
}

/// The chunks of one list, or `None` if it is not whole: of `wanted` chunks, or at most as many where slots are counted.
fn list(
    words: &mut Words<'_>,
    shape: Shape,
    form: &Form,
    (bin, head): (u64, u64),
    wanted: u64,
    is_chunk: &dyn Fn(u64) -> bool,
) -> Option<Vec<Entry>> {
    let mut entries = Vec::new();
    let mut user = head;
    while user != 0 {
        let at = user.checked_sub(shape.header())?;
        let raw = words.word_at(Addr(at), 1)?;
        let size = raw & !FLAGS;
        let own_size = shape.min_size() + bin * shape.layout.align;
        let fits = if bin < SMALL_BINS { size == own_size } else { size >= own_size };
        // From 2.42 on large chunks with a mapping of their own may be cached too.
        let is_mapped = bin >= SMALL_BINS && raw & 2 != 0;
        if !fits || !shape.is_aligned(at) || entries.len() as u64 >= wanted || !(is_mapped || is_chunk(at)) {
            return None;
        }
        entries.push((at, size));
        user = form.linking.reveal(user, words.word(Addr(user))?);
    }
    (form.slots || entries.len() as u64 == wanted).then_some(entries)
}
