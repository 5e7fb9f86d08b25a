//! What conditions are about: figures with names, and what each is compared with.

use std::fmt::Debug;

/// What a figure or column holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Words and names.
    Text,
    /// A size in bytes.
    Bytes,
    /// A whole number.
    Count,
    /// A share from 0 to 100.
    Percent,
    /// A moment, in milliseconds since 1970.
    Time,
    /// A duration in milliseconds.
    Millis,
}

/// What stands in one field.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Value<'a> {
    /// Of [`Kind::Text`]; untrusted.
    Text(&'a str),
    /// Of [`Kind::Bytes`], [`Kind::Count`] and [`Kind::Time`].
    Whole(u64),
    /// Of [`Kind::Percent`] and [`Kind::Millis`].
    Real(f64),
}

/// Something that a condition may name.
pub trait Subject: Debug + Sync + 'static {
    /// What such things are called, in errors.
    const NOUN: &'static str;
    /// Where all of them are listed, as a clause, for errors that cannot list them.
    const LISTED: &'static str;
    /// A condition, for errors.
    const EXAMPLE: &'static str;

    /// Its name.
    fn name(&self) -> &'static str;

    /// Other names that people type.
    fn aliases(&self) -> &'static [&'static str] {
        &[]
    }

    /// All names that it may be typed by.
    fn names(&self) -> impl Iterator<Item = &'static str> {
        [self.name()].into_iter().chain(self.aliases().iter().copied())
    }

    /// Whether it may be typed so.
    fn is_called(&self, name: &str) -> bool {
        self.names().any(|known| known == name)
    }

    /// What it holds.
    fn kind(&self) -> Kind;

    /// The words that a text is one of; empty if any is possible.
    fn words(&self) -> Vec<&'static str> {
        Vec::new()
    }
}

impl Kind {
    /// What it is compared with, in words.
    pub(super) fn literal(self) -> &'static str {
        match self {
            Kind::Text => "a word, or text in quotes",
            Kind::Bytes => "a size, as 64M",
            Kind::Count => "a whole number",
            Kind::Percent => "a percentage from 0 to 100, as 90 or 87.5%",
            Kind::Time => "a day, as 2026-11-22, or milliseconds since 1970",
            Kind::Millis => "milliseconds, as 250, or a time, as 1.5s",
        }
    }

    /// The operators that compare it, in words.
    pub(super) fn operators(self) -> &'static str {
        match self {
            Kind::Text => "==, != or ~",
            _ => "<, <=, >, >=, == or !=",
        }
    }

    /// What it is, in words: `a size`.
    pub fn words(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Bytes => "a size",
            Kind::Count => "a count",
            Kind::Percent => "a percentage",
            Kind::Time => "a moment",
            Kind::Millis => "a duration",
        }
    }
}
