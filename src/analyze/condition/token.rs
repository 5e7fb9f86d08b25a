//! Words, operators and numbers with the place where they stand.

/// A part of a condition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Token {
    pub text: String,
    /// Characters in front of it.
    pub at: usize,
}

/// What a character is a part of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Blank,
    Operator,
    Word,
}

fn class(c: char) -> Class {
    match c {
        '<' | '>' | '=' | '!' | '&' | '|' => Class::Operator,
        c if c.is_whitespace() => Class::Blank,
        _ => Class::Word,
    }
}

/// Splits at blanks and where operators begin and end. A unit that stands apart from its number belongs to it.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut found: Vec<Token> = Vec::new();
    let mut before = Class::Blank;
    for (at, c) in text.chars().enumerate() {
        let now = class(c);
        match found.last_mut().filter(|_| now == before) {
            _ if now == Class::Blank => {}
            Some(token) => token.text.push(c),
            None => found.push(Token { text: c.into(), at }),
        }
        before = now;
    }
    join_units(found)
}

/// `64 MiB` is one number.
fn join_units(tokens: Vec<Token>) -> Vec<Token> {
    let is_unit = |text: &str| {
        matches!(
            text.to_ascii_lowercase().as_str(),
            "%" | "b" | "k" | "kb" | "kib" | "m" | "mb" | "mib" | "g" | "gb" | "gib" | "t" | "tb" | "tib"
        )
    };
    let is_number = |text: &str| text.starts_with(|c: char| c.is_ascii_digit()) && !text.ends_with('%');
    let mut joined: Vec<Token> = Vec::new();
    for token in tokens {
        match joined.last_mut().filter(|last| is_number(&last.text) && is_unit(&token.text)) {
            Some(number) => number.text.push_str(&token.text),
            None => joined.push(token),
        }
    }
    joined
}
