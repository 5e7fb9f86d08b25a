//! Words, operators, numbers and quoted text with the place where they stand.

/// A part of a condition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Token {
    /// As it was written; of quoted text what is between the quotes.
    pub text: String,
    pub kind: TokenKind,
    /// Characters in front of it.
    pub at: usize,
}

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum TokenKind {
    /// A name, a word, a number.
    Word,
    /// Text in quotes.
    Quoted,
    /// A quote that does not end.
    Unclosed,
    /// `<`, `&&`, `(` and so on, also those that mean nothing.
    Operator,
}

/// Operators, those first that begin with others.
const OPERATORS: [&str; 14] = ["<=", ">=", "==", "!=", "&&", "||", "<", ">", "=", "!", "&", "|", "~", "("];

impl Token {
    /// Whether it is this operator.
    pub fn is(&self, operator: &str) -> bool {
        self.kind == TokenKind::Operator && self.text == operator
    }

    /// Whether it is this word.
    pub fn is_word(&self, word: &str) -> bool {
        self.kind == TokenKind::Word && self.text == word
    }
}

/// Splits at blanks, and where operators and quotes begin and end. A unit that stands apart from its number belongs to
/// it.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut rest = text;
    let mut at = 0;
    let mut found = Vec::new();
    while let Some(c) = rest.chars().next() {
        let (taken, token) = match c {
            c if c.is_whitespace() => (c.len_utf8(), None),
            '"' | '\'' => quoted(rest, c),
            _ => plain(rest),
        };
        found.extend(token.map(|(kind, text)| Token { text, kind, at }));
        let (before, after) = rest.split_at(taken);
        at += before.chars().count();
        rest = after;
    }
    join_units(found)
}

/// What a token is, and its text.
type Made = Option<(TokenKind, String)>;

/// Text up to the same quote; a backslash takes the special meaning from a quote and from a backslash.
fn quoted(text: &str, quote: char) -> (usize, Made) {
    let mut content = String::new();
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some((_, next))) if *next == quote || *next == '\\' => {
                content.push(*next);
                chars.next();
            }
            (c, _) if c == quote => return (at + c.len_utf8(), Some((TokenKind::Quoted, content))),
            (c, _) => content.push(c),
        }
    }
    (text.len(), Some((TokenKind::Unclosed, content)))
}

/// An operator or a word.
fn plain(text: &str) -> (usize, Made) {
    if let Some(operator) = operator(text) {
        return (operator.len(), Some((TokenKind::Operator, operator.to_owned())));
    }
    let ends =
        |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '=' | '!' | '&' | '|' | '~' | '(' | ')');
    let end = text.find(ends).unwrap_or(text.len());
    (end, Some((TokenKind::Word, text.get(..end).unwrap_or_default().to_owned())))
}

fn operator(text: &str) -> Option<&'static str> {
    OPERATORS.into_iter().chain([")"]).find(|operator| text.starts_with(operator))
}

/// `64 MiB` is one number.
fn join_units(tokens: Vec<Token>) -> Vec<Token> {
    let is_unit = |token: &Token| {
        let units = "% b k kb kib m mb mib g gb gib t tb tib ms s min";
        token.kind == TokenKind::Word && units.split(' ').any(|unit| token.text.eq_ignore_ascii_case(unit))
    };
    let is_number = |token: &Token| {
        let digits = token.text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        token.kind == TokenKind::Word && digits
    };
    let mut joined: Vec<Token> = Vec::new();
    for token in tokens {
        match joined.last_mut().filter(|last| is_number(last) && is_unit(&token)) {
            Some(number) => number.text.push_str(&token.text),
            None => joined.push(token),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn blanks_are_needed_nowhere() {
        assert_eq!(
            texts("!(a<=1&&b~'x y')||c!=64 MiB"),
            ["!", "(", "a", "<=", "1", "&&", "b", "~", "x y", ")", "||", "c", "!=", "64MiB"]
        );
        assert_eq!(texts("a =< 1"), ["a", "=", "<", "1"]);
        assert_eq!(texts(""), [""; 0]);
    }

    #[test]
    fn quotes_end_where_they_should() {
        assert_eq!(texts(r#""a \"b\" \\ \c 'd'" e"#), [r#"a "b" \ \c 'd'"#, "e"]);
        assert_eq!(texts("'it''s'"), ["it", "s"]);
        assert_eq!(tokens("a \"b").last().map(|t| (t.kind, t.at)), Some((TokenKind::Unclosed, 2)));
        assert_eq!(tokens("ä 'é' x").last().map(|t| t.at), Some(6));
    }
}
