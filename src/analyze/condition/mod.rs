//! Conditions on figures, as people write them: `largest < 64M`.
//!
//! One comparison so far. The parser works on tokens that know where they stand, so that more (`and`, other figures)
//! can be added without its errors getting vague.

mod metric;
mod token;

use std::cmp::Ordering;
use std::fmt;

pub use metric::{Measured, Metric};
use token::{Token, tokens};

/// A comparison of one figure with a number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Condition {
    metric: Metric,
    comparison: Comparison,
    /// Bytes, a count, or hundredths of a percent, as the figure has it.
    value: u64,
    /// As it was written.
    text: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Comparison {
    Less,
    AtMost,
    More,
    AtLeast,
    Equal,
}

/// Why a text is no condition, and at which character.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{problem}\n  {text}\n  {blank:>at$}^", blank = "")]
pub struct ConditionError {
    problem: String,
    text: String,
    /// Characters in front of the one that is meant.
    at: usize,
}

impl Condition {
    /// Reads `FIGURE < NUMBER`, with `<`, `<=`, `>`, `>=` or `==`.
    ///
    /// # Errors
    /// What was expected, and a mark below the character where something else stands.
    pub fn parse(text: &str) -> Result<Condition, ConditionError> {
        let error = |problem: String, at: usize| {
            // What is shown below each other is one line, of characters that are one column wide.
            let shown = text.chars().map(|c| if c.is_ascii_graphic() || c.is_alphanumeric() { c } else { ' ' });
            ConditionError { problem, text: shown.collect(), at }
        };
        let end = text.chars().count();
        let mut rest = tokens(text).into_iter();
        let mut next = |what: &str| rest.next().ok_or_else(|| error(format!("expected {what}, and it ends here"), end));
        let first = next(&format!("a figure ({})", Metric::names()))?;
        let metric = Metric::named(&first.text)
            .ok_or_else(|| error(format!("`{}` is no figure; these are: {}", first.text, Metric::names()), first.at))?;
        let second = next("<, <=, >, >= or ==")?;
        let comparison = Comparison::named(&second.text)
            .ok_or_else(|| error(format!("expected <, <=, >, >= or == here, not `{}`", second.text), second.at))?;
        let third = next(metric.number())?;
        let value = metric
            .value(&third.text)
            .ok_or_else(|| error(format!("`{}` is not {}", third.text, metric.number()), third.at))?;
        match rest.next() {
            Some(Token { text: more, at }) => Err(error(format!("the condition is complete before `{more}`"), at)),
            None => Ok(Condition { metric, comparison, value, text: text.trim().to_owned() }),
        }
    }

    /// Whether it holds; `false` for a figure that is not known.
    pub fn holds(&self, measured: &Measured) -> bool {
        self.metric.of(measured).is_some_and(|found| self.comparison.holds(found.cmp(&self.value)))
    }

    /// The figure that it is about.
    pub fn metric(&self) -> Metric {
        self.metric
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Comparison {
    fn named(text: &str) -> Option<Comparison> {
        Some(match text {
            "<" => Comparison::Less,
            "<=" => Comparison::AtMost,
            ">" => Comparison::More,
            ">=" => Comparison::AtLeast,
            "==" => Comparison::Equal,
            _ => return None,
        })
    }

    fn holds(self, found: Ordering) -> bool {
        match self {
            Comparison::Less => found.is_lt(),
            Comparison::AtMost => found.is_le(),
            Comparison::More => found.is_gt(),
            Comparison::AtLeast => found.is_ge(),
            Comparison::Equal => found.is_eq(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MEASURED: Measured =
        Measured { free: 1 << 30, largest: 64 << 20, gaps: 12, vma_count: Some(700), fragmentation: 8813 };

    fn holds(text: &str) -> bool {
        Condition::parse(text).unwrap_or_else(|e| panic!("{e}")).holds(&MEASURED)
    }

    #[test]
    fn each_figure_and_each_comparison() {
        for text in [
            "largest <= 64M",
            "largest>=64MiB",
            "largest == 67108864",
            "free > 1023 MiB",
            "gaps == 12",
            "vma_count<701",
        ] {
            assert!(holds(text), "{text}");
        }
        for text in ["largest < 64M", "largest > 0x4000000", "free<1G", "gaps > 12", "fragmentation >= 88.14%"] {
            assert!(!holds(text), "{text}");
        }
        assert!(holds("fragmentation == 88.13") && holds("fragmentation > 88 %"));
    }

    #[test]
    fn a_figure_that_is_not_known_never_holds() {
        let measured = Measured { vma_count: None, ..MEASURED };
        for text in ["vma_count < 5", "vma_count >= 0"] {
            assert!(!Condition::parse(text).unwrap().holds(&measured), "{text}");
        }
    }

    #[test]
    fn an_error_points_at_the_character() {
        for (text, at, part) in [
            ("", 0, "expected a figure (largest, free, vma_count, gaps, fragmentation), and it ends here"),
            ("smallest < 1", 0, "`smallest` is no figure"),
            ("largest", 7, "expected <, <=, >, >= or ==, and it ends here"),
            ("largest = 1", 8, "expected <, <=, >, >= or == here, not `=`"),
            ("largest < 64X", 10, "`64X` is not a size"),
            ("gaps < 1M", 7, "`1M` is not a whole number"),
            ("fragmentation < 101", 16, "`101` is not a percentage"),
            ("free < ", 7, "expected a size, as 64M, and it ends here"),
            ("free < 1G gaps", 10, "the condition is complete before `gaps`"),
        ] {
            let error = Condition::parse(text).unwrap_err();
            assert_eq!(error.at, at, "{text}: {error}");
            assert!(error.to_string().starts_with(part), "{text}: {error}");
            let mark = error.to_string().lines().last().map(|l| l.chars().count());
            assert_eq!(mark, Some(2 + at + 1), "{error}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(text in ".{0,24}") {
            let _ = Condition::parse(&text).map_err(|e| e.to_string());
        }

        #[test]
        fn sizes_compare_as_numbers(found: u64, value: u64) {
            let measured = Measured { largest: found, ..MEASURED };
            let is = |text: &str| Condition::parse(&format!("largest {text} {value}")).unwrap().holds(&measured);
            prop_assert_eq!(is("<"), found < value);
            prop_assert_eq!(is(">="), found >= value);
            prop_assert_eq!(is("=="), found == value);
        }
    }
}
