//! What somebody may have meant who typed an unknown name.

/// Characters of what was typed from which on nothing is near.
const LONGEST: usize = 40;

/// The nearest of the known names: one that contains what was typed or is contained in it, or that few changes of
/// letters make of it.
pub fn nearest(typed: &str, known: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let typed = typed.to_ascii_lowercase();
    if typed.chars().count() > LONGEST {
        return None;
    }
    let close = |name: &'static str| {
        let changes = distance(&typed, name);
        let inside = typed.len() >= 3 && (name.contains(&typed) || (name.len() >= 3 && typed.contains(name)));
        (inside || changes <= 1 + typed.len() / 4).then_some((changes, name))
    };
    known.filter_map(close).min().map(|(_, name)| name)
}

/// How many letters must be put in, taken out or replaced to make one of the other (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (y, cell) in b.chars().zip(row.iter_mut().skip(1)) {
            let above = *cell;
            let replaced = diagonal + usize::from(x != y);
            left = replaced.min(above + 1).min(left + 1);
            diagonal = above;
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (a, b, expected) in
            [("", "", 0), ("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("largest", "larges", 1)]
        {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn few_changes_are_near() {
        let known = ["largest", "free", "vma_count", "verdict"];
        for (typed, expected) in [
            ("larges", Some("largest")),
            ("Largest", Some("largest")),
            ("vmacount", Some("vma_count")),
            ("vma", Some("vma_count")),
            ("verdcit", Some("verdict")),
            ("banana", None),
            ("x", None),
        ] {
            assert_eq!(nearest(typed, known.into_iter()), expected, "{typed}");
        }
        assert_eq!(nearest(&"free".repeat(1000), known.into_iter()), None);
    }
}
