//! Threads' caches: `tcache_perthread_struct` (glibc malloc/malloc.c), found as a chunk in use whose lists are all whole, not
//! through thread-local storage.

use std::cell::Cell;
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

/// Steps along lists of all candidates in one form: more than any process has. Damaged lists may share what they lead to.
const MOST_STEPS: u64 = 1 << 26;

/// Where chunks are, asked at each step.
struct Known<'k> {
    is_chunk: &'k dyn Fn(u64) -> bool,
    left: Cell<u64>,
}

impl Known<'_> {
    /// Whether a list may go on to what is at `at`.
    fn allows(&self, at: u64, is_mapped: bool) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        left > 0 && (is_mapped || (self.is_chunk)(at))
    }
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
        let known = Known { is_chunk, left: Cell::new(MOST_STEPS) };
        let all = of_form(words, shape, form, candidates, &known);
        if all.entries.len() > best.0 {
            best = (all.entries.len(), all);
        } else if best.0 == 0 {
            best.1.broken.extend(all.broken);
        }
    }
    best.1
}

/// All caches of this form, as far as steps last.
fn of_form(words: &mut Words<'_>, shape: Shape, form: &Form, candidates: &[u64], known: &Known<'_>) -> Caches {
    let mut all = Caches { form: Some(*form), ..Caches::default() };
    for at in candidates {
        let cache = read(words, shape, form, *at, known);
        if known.left.get() == 0 {
            all.broken.push(*at);
            break;
        }
        let Some(cache) = cache else { continue };
        let fresh = cache.entries.iter().all(|(at, _)| !all.entries.contains_key(at));
        if fresh {
            all.entries.extend(cache.entries);
            all.broken.extend(cache.broken);
        }
    }
    all
}

/// The cache in the chunk at `at`, or `None` if it is none, or empty.
fn read(words: &mut Words<'_>, shape: Shape, form: &Form, at: u64, known: &Known<'_>) -> Option<Cache> {
    let size = words.word_at(Addr(at), 1)? & !FLAGS;
    let least = form.chunk(shape);
    if size < least || size > least + SLACK {
        return None;
    }
    let user = at.checked_add(shape.header())?;
    let (heads, counts) = (heads(words, form, user)?, counts(words, form, user)?);
    let pairs = heads.iter().zip(&counts);
    // A cheap look first: most chunks of this size are the program's.
    let odd = |(head, count): &(&u64, &u64)| {
        let uncounted = !form.slots && (**head == 0) != (**count == 0);
        uncounted || !head.is_multiple_of(shape.layout.align)
    };
    if heads.iter().all(|head| *head == 0) || pairs.clone().filter(odd).count() > 1 {
        return None;
    }
    let mut lists = Vec::new();
    for (index, (head, count)) in (0..).zip(pairs) {
        let wanted = if form.slots { u64::from(u16::MAX) } else { *count };
        lists.push((*head, *count, list(words, shape, form, (index, *head), wanted, known)));
        if lists.iter().filter(|(_, _, list)| list.is_none()).count() > 1 {
            return None;
        }
    }
    gather(form, lists)
}

/// A bin: its head, its count, and its chunks if the list is whole.
type Bin = (u64, u64, Option<Vec<Entry>>);

/// All lists of a cache together. One of them may be broken if there are others enough.
fn gather(form: &Form, lists: Vec<Bin>) -> Option<Cache> {
    let room = |(_, count, list): &Bin| list.as_ref().map_or(0, |list| list.len() as u64 + count);
    // All bins that are in use have room for as many.
    let mut rooms: Vec<u64> = lists.iter().map(room).filter(|room| *room > 0).collect();
    rooms.sort_unstable();
    let usual = rooms.get(rooms.len() / 2).copied().unwrap_or(0);
    let uneven = |bin: &Bin| form.slots && bin.2.is_some() && room(bin) != 0 && room(bin) != usual;
    let mut bad = lists.iter().filter(|bin| bin.2.is_none() || uneven(bin)).map(|(head, _, _)| *head);
    let (broken, more) = (bad.next(), bad.next());
    let entries: Vec<Vec<Entry>> = lists.into_iter().filter_map(|(_, _, list)| list).collect();
    let whole = entries.iter().filter(|list| !list.is_empty()).count();
    let enough = broken.is_none() || more.is_none() && whole >= 4;
    enough.then(|| Cache { entries: entries.concat(), broken })
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
    known: &Known<'_>,
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
        if !fits || !shape.is_aligned(at) || entries.len() as u64 >= wanted || !known.allows(at, is_mapped) {
            return None;
        }
        entries.push((at, size));
        user = form.linking.reveal(user, words.word(Addr(user))?);
    }
    (form.slots || entries.len() as u64 == wanted).then_some(entries)
}

#[cfg(test)]
#[allow(clippy::cast_possible_truncation, reason = "made images are small")]
mod tests {
    use super::*;
    use crate::heaps::glibc::image::{Image, WIDTHS, shape};
    use crate::model::PointerWidth;

    const RUN: u64 = 0x80_0000;

    /// A cache with `lengths[i]` chunks in bin i, and where its chunk begins.
    fn image(width: PointerWidth, form: &Form, lengths: &[(u64, u64)], limit: u64) -> (Image, Shape, u64) {
        let shape = shape(width, form.versions.0);
        let image = Image::new(width, &[(RUN, RUN + 0x4000)]);
        let cache = shape.first_chunk(RUN).unwrap();
        image.put(cache, &[0, form.chunk(shape) | 1]);
        let user = cache + shape.header();
        if form.slots {
            (0..form.bins).for_each(|bin| image.put_bytes(user + bin * 2, &limit.to_le_bytes()[..2]));
        }
        let mut next = cache + 0x400;
        for (bin, length) in lengths {
            let size = shape.min_size() + bin * shape.layout.align;
            let count = if form.slots { limit - length } else { *length };
            image.put_bytes(user + bin * form.count, &count.to_le_bytes()[..usize::try_from(form.count).unwrap()]);
            image.put(user + form.entries() + bin * shape.word, &[next + shape.header()]);
            for index in 0..*length {
                let place = next + shape.header();
                let target = if index + 1 < *length { place + size } else { 0 };
                image.put(next, &[0, size | 1, form.linking.reveal(place, target)]);
                next += size;
            }
        }
        (image, shape, cache)
    }

    #[test]
    fn each_form_is_told_from_the_others() {
        for width in WIDTHS {
            for form in &FORMS {
                let (image, shape, cache) = image(width, form, &[(0, 3), (2, 1), (5, 7)], 7);
                assert!(sizes(shape).contains(&form.chunk(shape)));
                let found = find(&mut image.words(), shape, &[cache], None, &|_| true);
                assert_eq!((found.entries.len(), found.form, found.broken.len()), (11, Some(*form), 0));
            }
        }
    }

    #[test]
    fn what_is_no_whole_cache_counts_for_nothing() {
        for width in WIDTHS {
            for form in &FORMS {
                // A chunk that no walk met.
                let (made, shape, cache) = image(width, form, &[(0, 3), (2, 1)], 7);
                let found = find(&mut made.words(), shape, &[cache], None, &|at| at != cache + 0x400);
                assert_eq!(found.entries.len(), 0);
                // A count that is not that of the list.
                made.put_bytes(cache + shape.header(), &[5]);
                assert_eq!(find(&mut made.words(), shape, &[cache], None, &|_| true).entries.len(), 0);
            }
        }
    }

    #[test]
    fn one_broken_list_of_many_is_left_out_and_named() {
        for width in WIDTHS {
            for form in &FORMS {
                let lists = [(0, 2), (1, 2), (2, 2), (3, 2), (4, 2)];
                let (image, shape, cache) = image(width, form, &lists, 7);
                let head = cache + shape.header() + form.entries() + 2 * shape.word;
                image.put(head, &[RUN + 0x3004]);
                let found = find(&mut image.words(), shape, &[cache], None, &|_| true);
                assert_eq!((found.entries.len(), found.broken.len()), (8, 1));
            }
        }
    }

    #[test]
    fn what_takes_too_many_steps_is_named() {
        let form = &FORMS[2];
        let (image, shape, cache) = image(PointerWidth::Bits64, form, &[(0, 3), (2, 1), (5, 7)], 7);
        let found = |steps| {
            let known = Known { is_chunk: &|_| true, left: Cell::new(steps) };
            let found = of_form(&mut image.words(), shape, form, &[cache], &known);
            (found.entries.len(), found.broken)
        };
        assert_eq!(found(100), (11, vec![]));
        assert_eq!(found(10), (0, vec![cache]));
    }
}
