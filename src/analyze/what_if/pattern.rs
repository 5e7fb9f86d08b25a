//! Patterns of names. Both the pattern and the names may come from a dump, so that a match costs at most
//! [`LONGEST`] / 64 steps for each character of the name, whatever stands in either.

/// A name with `*` for any characters and `?` for any one; upper and lower case are equal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pattern(String);

/// Characters that a pattern may have; longer ones match nothing.
const LONGEST: usize = 511;
/// Words for one bit for each place in a pattern, the end counted.
const WORDS: usize = 8;

/// The places in a pattern that a part of a name can lead to.
type Places = [u64; WORDS];

impl Pattern {
    /// Characters that a pattern may have. Longer ones match nothing.
    pub const LONGEST: usize = LONGEST;

    /// A pattern.
    pub fn new(text: &str) -> Pattern {
        Pattern(text.to_owned())
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Whether all of `name` is what the pattern says.
    pub fn matches(&self, name: &str) -> bool {
        Matcher::of(self).is_some_and(|m| m.matches(name))
    }

    /// Whether a path or its last part matches.
    pub fn matches_path(&self, path: &str) -> bool {
        self.matcher().matches_path(path)
    }

    /// The pattern made ready for many names.
    pub(super) fn matcher(&self) -> Matcher {
        Matcher::of(self).unwrap_or_default()
    }
}

/// A pattern made ready: it follows all ways through the pattern at once, a bit for each place.
#[derive(Default)]
pub(super) struct Matcher {
    /// By character, sorted: before which places it stands in the pattern.
    letters: Vec<(char, Places)>,
    /// Places before a `?`.
    any_one: Places,
    /// Places at a `*`, which stay places.
    any: Places,
    /// Number of the place at the end; `None` for a pattern that matches nothing.
    end: Option<usize>,
}

impl Matcher {
    fn of(pattern: &Pattern) -> Option<Matcher> {
        if pattern.0.chars().count() > LONGEST {
            return None;
        }
        let mut matcher = Matcher::default();
        let mut place = 0;
        for c in pattern.0.chars().map(lower) {
            match c {
                '*' => set(&mut matcher.any, place),
                '?' => {
                    set(&mut matcher.any_one, place);
                    place += 1;
                }
                c => {
                    set(matcher.places_before(c), place);
                    place += 1;
                }
            }
        }
        matcher.end = Some(place);
        Some(matcher)
    }

    fn places_before(&mut self, c: char) -> &mut Places {
        let at = match self.letters.binary_search_by_key(&c, |(letter, _)| *letter) {
            Ok(at) => at,
            Err(at) => {
                self.letters.insert(at, (c, [0; WORDS]));
                at
            }
        };
        // The index was found or made just now.
        self.letters.get_mut(at).map_or(&mut self.any_one, |(_, places)| places)
    }

    pub fn matches(&self, name: &str) -> bool {
        let Some(end) = self.end else { return false };
        let mut now: Places = [0; WORDS];
        set(&mut now, 0);
        for c in name.chars().map(lower) {
            now = self.step(&now, c);
            if now == [0; WORDS] {
                return false;
            }
        }
        now.get(end / 64).is_some_and(|word| word >> (end % 64) & 1 == 1)
    }

    pub fn matches_path(&self, path: &str) -> bool {
        let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
        self.matches(file) || self.matches(path)
    }

    /// Where one character more leads to.
    fn step(&self, now: &Places, c: char) -> Places {
        let found = self.letters.binary_search_by_key(&c, |(letter, _)| *letter).ok();
        let own = found.and_then(|at| self.letters.get(at)).map_or([0; WORDS], |(_, places)| *places);
        let mut next: Places = [0; WORDS];
        let mut carry = 0;
        let words = now.iter().zip(own).zip(self.any_one).zip(self.any);
        for (word, (((now, own), any_one), any)) in next.iter_mut().zip(words) {
            let moves = now & (own | any_one);
            *word = moves << 1 | carry | now & any;
            carry = moves >> 63;
        }
        next
    }
}

fn set(places: &mut Places, place: usize) {
    if let Some(word) = places.get_mut(place / 64) {
        *word |= 1 << (place % 64);
    }
}

/// The lower case of a character, where that is one character.
fn lower(c: char) -> char {
    let mut lower = c.to_lowercase();
    lower.next().filter(|_| lower.next().is_none()).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition, followed in the plainest way.
    fn slow(pattern: &[char], name: &[char]) -> bool {
        match pattern.split_first() {
            None => name.is_empty(),
            Some(('*', rest)) => (0..=name.len()).any(|skipped| slow(rest, &name[skipped..])),
            Some((p, rest)) => {
                name.split_first().is_some_and(|(c, more)| (*p == '?' || lower(*p) == lower(*c)) && slow(rest, more))
            }
        }
    }

    #[test]
    fn stars_and_question_marks() {
        for (pattern, name, expected) in [
            ("worker-*", "worker-12", true),
            ("worker-*", "Worker-", true),
            ("worker-*", "a worker-1", false),
            ("*32.dll", "KERNEL32.DLL", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("**", "x", true),
            ("ÄRGER*", "ärger im bad", true),
        ] {
            assert_eq!(Pattern::new(pattern).matches(name), expected, "{pattern} {name}");
        }
        assert!(Pattern::new("b.dll").matches_path(r"C:\a\b.dll") && Pattern::new("/usr/*").matches_path("/usr/lib/x"));
    }

    #[test]
    fn a_pattern_may_be_so_long_and_no_longer() {
        let name = "x".repeat(LONGEST);
        assert!(Pattern::new(&name).matches(&name));
        assert!(!Pattern::new(&"*".repeat(LONGEST + 1)).matches("x"));
    }

    // Quadratic in the usual way of going back to the last star: minutes for these.
    #[test]
    fn nasty_patterns_and_names_cost_little() {
        let pattern = Pattern::new(&("*a".repeat(LONGEST / 2 - 1) + "b"));
        let name = "a".repeat(100_000);
        assert!((0..20).all(|_| !pattern.matches(&name)));
    }

    proptest! {
        #[test]
        fn matches_are_those_of_the_definition(pattern in "[aB?*]{0,9}", name in "[abA]{0,9}") {
            let chars = |text: &str| text.chars().collect::<Vec<char>>();
            prop_assert_eq!(Pattern::new(&pattern).matches(&name), slow(&chars(&pattern), &chars(&name)));
        }
    }
}
