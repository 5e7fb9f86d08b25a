//! The grammar, from the loosest to the tightest:
//!
//! ```text
//! any        = all { ("||" | "or") all }
//! all        = one { ("&&" | "and") one }
//! one        = "!" closed | "not" one | closed | comparison
//! closed     = "(" any ")" | "known" "(" figure ")" | "!" closed
//! comparison = figure operator operand | operand operator figure
//! ```

use super::error::ConditionError;
use super::nearest::nearest;
use super::operand::{self, Operand};
use super::subject::{Kind, Subject};
use super::token::{Token, TokenKind, tokens};
use super::tree::{Comparison, Operator, Tree};
use crate::analyze::what_if::Pattern;

/// Characters that a condition may have.
const LONGEST: usize = 4_000;
/// How deep parentheses and `!` may go.
const DEEPEST: usize = 40;
/// Names that errors list, where there are no more.
const LISTED: usize = 8;
/// What stands between two numbers.
const COMPARISONS: [&str; 7] = ["<", "<=", ">", ">=", "==", "!=", "~"];

/// Reads a condition on the figures of a catalogue.
///
/// # Errors
/// What was expected, and the character where something else stands.
pub(super) fn parse<S: Subject>(text: &str, catalogue: &'static [S]) -> Result<Tree<S>, ConditionError> {
    if text.chars().nth(LONGEST).is_some() {
        let problem = format!("a condition has at most {LONGEST} characters, and this goes on");
        return Err(ConditionError::new(text, problem, LONGEST));
    }
    let mut parser = Parser { text, catalogue, tokens: tokens(text), next: 0, depth: 0 };
    let tree = parser.any()?;
    match parser.peek() {
        None => Ok(tree),
        Some(token) => Err(parser.left_over(token)),
    }
}

struct Parser<'t, S: 'static> {
    text: &'t str,
    catalogue: &'static [S],
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
}

impl<S: Subject> Parser<'_, S> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    fn take(&mut self) -> Option<Token> {
        let token = self.peek().cloned();
        self.next += 1;
        token
    }

    /// The next token; `what` is expected there.
    fn expect(&mut self, what: &str) -> Result<Token, ConditionError> {
        let end = self.text.chars().count();
        self.take().ok_or_else(|| self.error(format!("expected {what}, and it ends here"), end))
    }

    fn error(&self, problem: String, at: usize) -> ConditionError {
        ConditionError::new(self.text, problem, at)
    }

    /// Takes the next token if it is this operator, or the word for it.
    fn accept(&mut self, operator: &str, word: &str) -> bool {
        let is_it = self.peek().is_some_and(|token| token.is(operator) || token.is_word(word));
        self.next += usize::from(is_it);
        is_it
    }

    fn any(&mut self) -> Result<Tree<S>, ConditionError> {
        let mut parts = vec![self.all()?];
        while self.accept("||", "or") {
            parts.push(self.all()?);
        }
        Ok(joined(parts, Tree::Any))
    }

    fn all(&mut self) -> Result<Tree<S>, ConditionError> {
        let mut parts = vec![self.one()?];
        while self.accept("&&", "and") {
            parts.push(self.one()?);
        }
        Ok(joined(parts, Tree::All))
    }

    fn one(&mut self) -> Result<Tree<S>, ConditionError> {
        let Some(token) = self.peek().cloned() else { return self.comparison() };
        if token.is("!") || token.is_word("not") {
            self.next += 1;
            return self.negated(&token);
        }
        if token.is("(") {
            self.next += 1;
            return self.deeper(&token, |parser| parser.closed(&token));
        }
        if self.asks_whether_known() { self.known() } else { self.comparison() }
    }

    fn asks_whether_known(&self) -> bool {
        let opens = self.tokens.get(self.next + 1).is_some_and(|next| next.is("("));
        opens && self.peek().is_some_and(|token| token.is_word("known"))
    }

    /// What stands behind `!` or `not`. In C, `!largest < 64M` would ask whether 0 or 1 is below 64M.
    fn negated(&mut self, not: &Token) -> Result<Tree<S>, ConditionError> {
        let opens = self.peek().is_some_and(|token| token.is("("));
        let negates = self.peek().is_some_and(|token| token.is("!") || token.is_word("not"));
        if not.is("!") && !(opens || negates || self.asks_whether_known()) {
            let example = S::EXAMPLE;
            return Err(self.error(format!("! stands before parentheses, as in !({example})"), not.at));
        }
        // Parentheses count themselves.
        let inner = if opens { self.one()? } else { self.deeper(not, Self::one)? };
        Ok(Tree::Not(Box::new(inner)))
    }

    /// Goes on inside of parentheses or behind a `!`.
    fn deeper(
        &mut self,
        token: &Token,
        inside: impl FnOnce(&mut Self) -> Result<Tree<S>, ConditionError>,
    ) -> Result<Tree<S>, ConditionError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.error(format!("parentheses and ! go no deeper than {DEEPEST}"), token.at));
        }
        let found = inside(self)?;
        self.depth -= 1;
        Ok(found)
    }

    /// What stands in parentheses.
    fn closed(&mut self, open: &Token) -> Result<Tree<S>, ConditionError> {
        let tree = self.any()?;
        self.close(open)?;
        Ok(tree)
    }

    fn close(&mut self, open: &Token) -> Result<(), ConditionError> {
        match self.peek() {
            Some(token) if token.is(")") => {
                self.next += 1;
                Ok(())
            }
            Some(token) => Err(self.left_over(token)),
            None => Err(self.error("this parenthesis is never closed".into(), open.at)),
        }
    }

    /// `known(largest)`.
    fn known(&mut self) -> Result<Tree<S>, ConditionError> {
        self.next += 1;
        let open = self.expect("(")?;
        let what = self.what();
        let name = self.expect(&what)?;
        let subject = self.subject(&name).ok_or_else(|| self.unknown(&name))?;
        self.close(&open)?;
        Ok(Tree::Known(subject))
    }

    fn comparison(&mut self) -> Result<Tree<S>, ConditionError> {
        let what = self.what();
        let first = self.expect(&what)?;
        let Some(subject) = self.subject(&first) else { return self.turned(&first) };
        let token = self.expect(subject.kind().operators())?;
        let operator = self.operator(subject, &token)?;
        let operand = self.operand(subject, operator)?;
        self.finished(Comparison { subject, operator, operand })
    }

    /// `64M > largest`.
    fn turned(&mut self, first: &Token) -> Result<Tree<S>, ConditionError> {
        let (second, third) = (self.peek(), self.tokens.get(self.next + 1));
        let operator = second.and_then(|token| Operator::named(&token.text));
        let subject = third.and_then(|token| self.subject(token)).filter(|s| could_be_operand(first, s.kind()));
        let Some((operator, subject)) = operator.zip(subject) else { return Err(self.unknown(first)) };
        let token = self.expect("a comparison")?;
        let hint = || self.error(format!("the {} stands before ~, and the pattern behind it", S::NOUN), token.at);
        let operator = operator.turned().ok_or_else(hint)?;
        let operator = self.fits(subject, operator, &token)?;
        let operand = self.operand_of(subject, operator, first)?;
        self.next += 1;
        self.finished(Comparison { subject, operator, operand })
    }

    /// A comparison has one operator.
    fn finished(&self, comparison: Comparison<S>) -> Result<Tree<S>, ConditionError> {
        match self.peek().filter(|token| COMPARISONS.iter().any(|operator| token.is(operator))) {
            Some(token) => {
                let problem = "a comparison has one operator; write two comparisons with && between them";
                Err(self.error(problem.to_owned(), token.at))
            }
            None => Ok(Tree::Compare(comparison)),
        }
    }

    fn operator(&self, subject: &'static S, token: &Token) -> Result<Operator, ConditionError> {
        let expected = subject.kind().operators();
        let hint = match token.text.as_str() {
            "=" => "; for equality write ==",
            "!" => "; for inequality write !=",
            "&" | "|" | "&&" | "||" => "; what is joined is whole comparisons",
            _ => "",
        };
        let wrong = || self.error(format!("expected {expected} here, not `{}`{hint}", token.text), token.at);
        let named = Operator::named(&token.text).filter(|_| token.kind == TokenKind::Operator);
        self.fits(subject, named.ok_or_else(wrong)?, token)
    }

    /// The operator, if it compares such a figure.
    fn fits(&self, subject: &'static S, operator: Operator, token: &Token) -> Result<Operator, ConditionError> {
        let kind = subject.kind();
        let wrong = || {
            let problem = format!(
                "{} is {} and compared with {}, not `{}`",
                subject.name(),
                kind.words(),
                kind.operators(),
                token.text
            );
            self.error(problem, token.at)
        };
        operator.compares(kind).then_some(operator).ok_or_else(wrong)
    }

    fn operand(&mut self, subject: &'static S, operator: Operator) -> Result<Operand<S>, ConditionError> {
        let token =
            self.expect(if operator == Operator::Like { "a pattern, as \"fire*\"" } else { subject.kind().literal() })?;
        self.operand_of(subject, operator, &token)
    }

    fn operand_of(&self, subject: &'static S, operator: Operator, token: &Token) -> Result<Operand<S>, ConditionError> {
        let problem = match (token.kind, subject.kind()) {
            (TokenKind::Unclosed, _) => "this quote is never closed".to_owned(),
            (TokenKind::Operator, kind) => format!("expected {} here, not `{}`", kind.literal(), token.text),
            (_, Kind::Text) if operator == Operator::Like => return self.pattern(token),
            (_, Kind::Text) => return self.word(subject, token),
            (_, kind) => match (operand::number(kind, &token.text), self.subject(token)) {
                (Some(number), _) if token.kind == TokenKind::Word => return Ok(number),
                (_, Some(other)) if other.kind() == kind => return Ok(Operand::Other(other)),
                (_, Some(other)) => format!(
                    "{} is {} and cannot be compared with {}, which is {}",
                    subject.name(),
                    kind.words(),
                    other.name(),
                    other.kind().words()
                ),
                _ if operand::is_nothing(&token.text) => nothing(subject.name()),
                _ => format!("`{}` is not {}", token.text, kind.literal()),
            },
        };
        Err(self.error(problem, token.at))
    }

    fn pattern(&self, token: &Token) -> Result<Operand<S>, ConditionError> {
        match token.text.chars().count() <= Pattern::LONGEST {
            true => Ok(Operand::Pattern(Pattern::new(&token.text))),
            false => Err(self.error(format!("a pattern has at most {} characters", Pattern::LONGEST), token.at)),
        }
    }

    fn word(&self, subject: &'static S, token: &Token) -> Result<Operand<S>, ConditionError> {
        let (name, text) = (subject.name(), &token.text);
        let bare = token.kind == TokenKind::Word;
        let words = subject.words();
        let problem = if !words.is_empty() && !words.contains(&text.as_str()) {
            let meant = nearest(text, words.iter().copied()).map(|word| format!("did you mean {word}?"));
            format!(
                "{name} is never `{text}`; {}",
                meant.unwrap_or_else(|| format!("it is one of {}", words.join(", ")))
            )
        } else if bare && operand::is_nothing(text) {
            nothing(name)
        } else if bare && text.contains('*') {
            format!("a pattern is compared with ~: {name} ~ {text}; for the character * itself, quote it")
        } else {
            return Ok(Operand::Text(text.clone()));
        };
        Err(self.error(problem, token.at))
    }

    /// The figure of this name.
    fn subject(&self, token: &Token) -> Option<&'static S> {
        let is_named = |s: &&S| s.is_called(&token.text);
        self.catalogue.iter().find(is_named).filter(|_| token.kind == TokenKind::Word)
    }

    /// What a comparison begins with.
    fn what(&self) -> String {
        match self.names() {
            Some(names) => format!("a {} ({names})", S::NOUN),
            None => format!("a comparison, as {}", S::EXAMPLE),
        }
    }

    /// All names, where they are few.
    fn names(&self) -> Option<String> {
        let names: Vec<&str> = self.catalogue.iter().map(S::name).collect();
        (names.len() <= LISTED).then(|| names.join(", "))
    }

    /// An error for what is no name of a figure.
    fn unknown(&self, token: &Token) -> ConditionError {
        let text = &token.text;
        let problem = match token.kind {
            TokenKind::Operator => format!("expected {} here, not `{text}`", self.what()),
            TokenKind::Unclosed => "this quote is never closed".to_owned(),
            TokenKind::Word | TokenKind::Quoted => {
                let meant = nearest(text, self.catalogue.iter().flat_map(S::names))
                    .map(|name| format!("; did you mean {name}?"));
                let listed = self.names().map_or_else(|| S::LISTED.to_owned(), |names| format!("these are: {names}"));
                format!("`{text}` is no {}{}", S::NOUN, meant.unwrap_or_else(|| format!("; {listed}")))
            }
        };
        self.error(problem, token.at)
    }

    /// An error for what stands where a condition could end.
    fn left_over(&self, token: &Token) -> ConditionError {
        let problem = match token.text.as_str() {
            ")" => "this parenthesis closes nothing".to_owned(),
            "&" => "for and write &&".to_owned(),
            "|" => "for or write ||".to_owned(),
            text => format!("the condition is complete before `{text}`; && or || stands between two"),
        };
        self.error(problem, token.at)
    }
}

/// Whether what stands first may be what a figure behind it is compared with: else it is a figure's name that is wrong.
fn could_be_operand(first: &Token, kind: Kind) -> bool {
    let is_number = first.text.starts_with(|c: char| c.is_ascii_digit());
    match first.kind {
        TokenKind::Quoted => true,
        TokenKind::Word => kind == Kind::Text || is_number,
        TokenKind::Unclosed | TokenKind::Operator => false,
    }
}

fn nothing(name: &str) -> String {
    format!("whether {name} is known is asked with known({name}) or !known({name})")
}

/// One part stands alone.
fn joined<S>(mut parts: Vec<Tree<S>>, join: fn(Vec<Tree<S>>) -> Tree<S>) -> Tree<S> {
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            parts.extend(last);
            join(parts)
        }
    }
}
