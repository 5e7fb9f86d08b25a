//! Patterns of names as a shell has them, for shells that have none and for names in quotes.

use std::path::{Component, Path, PathBuf};

/// A part of a pattern, which is about one folder or all below it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Part {
    /// `core*`: names in a folder.
    Names(Vec<char>),
    /// `**`: this folder and all below it.
    Deep,
    /// A name without wildcards.
    Exactly(PathBuf),
    /// Everything in the folder and below.
    Everything,
}

/// Whether a path is a pattern.
pub fn is_pattern(path: &Path) -> bool {
    path.to_str().is_some_and(|text| text.contains(['*', '?', '[']))
}

/// The parts of a pattern, and where it begins.
pub fn parts_of(pattern: &Path) -> (PathBuf, Vec<Part>) {
    let mut root = PathBuf::new();
    let mut parts: Vec<Part> = Vec::new();
    for component in pattern.components() {
        let Component::Normal(name) = component else {
            // In front; `..` behind a wildcard stays what it is.
            if parts.is_empty() {
                root.push(component)
            } else {
                parts.push(Part::Exactly(component.as_os_str().into()))
            }
            continue;
        };
        match () {
            () if name == "**" && parts.last() == Some(&Part::Deep) => {}
            () if name == "**" => parts.push(Part::Deep),
            () if is_pattern(Path::new(name)) => parts.push(Part::Names(name.to_string_lossy().chars().collect())),
            () if parts.is_empty() => root.push(name),
            () => parts.push(Part::Exactly(name.into())),
        }
    }
    (root, parts)
}

/// Whether a name matches: `*` is any letters, `?` one, `[a-z]` and `[!a-z]` one of these. A dot in front is matched by a
/// dot only.
pub fn matches(pattern: &[char], name: &str) -> bool {
    let name: Vec<char> = name.chars().collect();
    if name.first() == Some(&'.') && pattern.first() != Some(&'.') {
        return false;
    }
    // Where the last `*` stands, and how much of the name it takes: if what follows fails, it takes one letter more.
    let (mut at, mut done, mut star) = (0, 0, None);
    while let Some(letter) = name.get(done) {
        if pattern.get(at) == Some(&'*') {
            star = Some((at, done));
            at += 1;
        } else if let Some(next) = one(pattern, at, *letter) {
            (at, done) = (next, done + 1);
        } else if let Some((from, taken)) = star {
            star = Some((from, taken + 1));
            (at, done) = (from + 1, taken + 1);
        } else {
            return false;
        }
    }
    pattern.iter().skip(at).all(|letter| *letter == '*')
}

/// What follows in the pattern, if its letter at `at` is this one.
fn one(pattern: &[char], at: usize, letter: char) -> Option<usize> {
    match pattern.get(at)? {
        '?' => Some(at + 1),
        '[' => match class(pattern, at + 1) {
            Some((end, negated)) => (contains(pattern.get(at + 1..end)?, letter) != negated).then_some(end + 1),
            // A bracket that is never closed is a letter.
            None => (letter == '[').then_some(at + 1),
        },
        other => (*other == letter).then_some(at + 1),
    }
}

/// Where a class ends, and whether it is one of those that are not meant.
fn class(pattern: &[char], start: usize) -> Option<(usize, bool)> {
    let negated = matches!(pattern.get(start), Some('!' | '^'));
    // A bracket in front is one of the letters.
    let first = start + usize::from(negated) + 1;
    let end = pattern.iter().skip(first).position(|letter| *letter == ']')?;
    Some((first + end, negated))
}

fn contains(class: &[char], letter: char) -> bool {
    let mut letters = match class {
        ['!' | '^', rest @ ..] => rest,
        all => all,
    };
    loop {
        match letters {
            [from, '-', to, rest @ ..] => {
                if (*from..=*to).contains(&letter) {
                    return true;
                }
                letters = rest;
            }
            [one, rest @ ..] => {
                if *one == letter {
                    return true;
                }
                letters = rest;
            }
            [] => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn said(pattern: &str, name: &str) -> bool {
        matches(&pattern.chars().collect::<Vec<_>>(), name)
    }

    #[test]
    fn names_match_as_in_a_shell() {
        for (pattern, yes, no) in [
            ("*.dmp", &["a.dmp", "b.c.dmp"][..], &[".dmp", "a.dmp.zst", ".a.dmp", "dmp"][..]),
            ("core.?", &["core.1"], &["core.", "core.12"]),
            ("core.[0-9][!0-4]", &["core.15", "core.0x"], &["core.a5", "core.13"]),
            ("[]a]", &["]", "a"], &["b"]),
            ("a[b", &["a[b"], &["ab"]),
            (".*", &[".a", "."], &["a"]),
            ("*a*b*", &["ab", "xaxbx", "aabb"], &["ba", "a"]),
            ("", &[""], &["a"]),
            ("é*", &["été"], &["ete"]),
        ] {
            yes.iter().for_each(|name| assert!(said(pattern, name), "{pattern} {name}"));
            no.iter().for_each(|name| assert!(!said(pattern, name), "{pattern} {name}"));
        }
    }

    #[test]
    fn patterns_fall_into_parts() {
        let parts = |text: &str| parts_of(Path::new(text));
        let names = |text: &str| Part::Names(text.chars().collect());
        assert_eq!(parts("/var/crash/*.dmp"), ("/var/crash".into(), vec![names("*.dmp")]));
        assert_eq!(parts("a/**/**/b?/c"), ("a".into(), vec![Part::Deep, names("b?"), Part::Exactly("c".into())]));
        assert_eq!(
            parts("../*/../x"),
            ("..".into(), vec![names("*"), Part::Exactly("..".into()), Part::Exactly("x".into())])
        );
    }

    /// The rule as one would write it down: slow, and right.
    fn slowly(pattern: &[char], name: &[char]) -> bool {
        match (pattern, name) {
            ([], []) => true,
            (['*', rest @ ..], _) => slowly(rest, name) || (!name.is_empty() && slowly(pattern, &name[1..])),
            (['?', rest @ ..], [_, tail @ ..]) => slowly(rest, tail),
            ([letter, rest @ ..], [first, tail @ ..]) => letter == first && slowly(rest, tail),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn stars_match_what_they_should(pattern in "[ab*?]{0,8}", name in "[ab]{0,10}") {
            let slow = slowly(&pattern.chars().collect::<Vec<_>>(), &name.chars().collect::<Vec<_>>());
            prop_assert_eq!(said(&pattern, &name), slow);
        }

        #[test]
        fn nothing_panics(pattern in "[\\[\\]!^a-c*?-]{0,12}", name in "[\\[\\]!^a-c-]{0,12}") {
            let _ = said(&pattern, &name);
        }
    }

    #[test]
    fn many_stars_are_no_trap() {
        assert!(!said(&"*a".repeat(1000), &"a".repeat(20_000).replace("aaaaaaaaaaaaaaaaaaaa", "aaaaaaaaab")));
    }
}
