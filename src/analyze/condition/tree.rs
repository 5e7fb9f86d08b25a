//! Comparisons and what joins them, judged with three values: what depends on a figure that is not known is undecided.

use std::cmp::Ordering;
use std::fmt;

use super::operand::{Operand, order};
use super::subject::{Kind, Subject, Value};

/// A condition, as deep as the parser lets it be.
#[derive(Debug)]
pub(super) enum Tree<S: 'static> {
    Compare(Comparison<S>),
    /// Whether a figure is known.
    Known(&'static S),
    Not(Box<Tree<S>>),
    /// `&&`.
    All(Vec<Tree<S>>),
    /// `||`.
    Any(Vec<Tree<S>>),
}

#[derive(Debug)]
pub(super) struct Comparison<S: 'static> {
    pub subject: &'static S,
    pub operator: Operator,
    pub operand: Operand<S>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Operator {
    Less,
    AtMost,
    More,
    AtLeast,
    Equal,
    NotEqual,
    Like,
}

impl Operator {
    pub fn named(text: &str) -> Option<Operator> {
        Some(match text {
            "<" => Operator::Less,
            "<=" => Operator::AtMost,
            ">" => Operator::More,
            ">=" => Operator::AtLeast,
            "==" => Operator::Equal,
            "!=" => Operator::NotEqual,
            "~" => Operator::Like,
            _ => return None,
        })
    }

    pub fn text(self) -> &'static str {
        match self {
            Operator::Less => "<",
            Operator::AtMost => "<=",
            Operator::More => ">",
            Operator::AtLeast => ">=",
            Operator::Equal => "==",
            Operator::NotEqual => "!=",
            Operator::Like => "~",
        }
    }

    /// The same with both sides in each other's place; of a pattern there is none.
    pub fn turned(self) -> Option<Operator> {
        match self {
            Operator::Less => Some(Operator::More),
            Operator::AtMost => Some(Operator::AtLeast),
            Operator::More => Some(Operator::Less),
            Operator::AtLeast => Some(Operator::AtMost),
            Operator::Equal | Operator::NotEqual => Some(self),
            Operator::Like => None,
        }
    }

    pub fn compares(self, kind: Kind) -> bool {
        match self {
            Operator::Equal | Operator::NotEqual => true,
            Operator::Like => kind == Kind::Text,
            _ => kind != Kind::Text,
        }
    }

    fn holds(self, found: Ordering) -> bool {
        match self {
            Operator::Less => found.is_lt(),
            Operator::AtMost => found.is_le(),
            Operator::More => found.is_gt(),
            Operator::AtLeast => found.is_ge(),
            Operator::Equal => found.is_eq(),
            Operator::NotEqual => found.is_ne(),
            Operator::Like => false,
        }
    }
}

/// What a figure is at the moment of judging; `None` where that is not known.
pub(super) type Look<'l, 'v, S> = &'l dyn Fn(&'static S) -> Option<Value<'v>>;

impl<S: Subject> Tree<S> {
    /// Kleene's logic: a part that is not decided leaves the whole undecided, unless the other parts decide it.
    pub fn judge(&self, look: Look<'_, '_, S>) -> Option<bool> {
        match self {
            Tree::Compare(comparison) => comparison.judge(look),
            Tree::Known(subject) => Some(look(subject).is_some()),
            Tree::Not(inner) => inner.judge(look).map(|holds| !holds),
            Tree::All(parts) => decided(parts, false, look),
            Tree::Any(parts) => decided(parts, true, look),
        }
    }

    /// Calls `visit` with each figure that is named, in the order of writing.
    pub fn visit(&self, visit: &mut dyn FnMut(&'static S)) {
        match self {
            Tree::Compare(comparison) => {
                visit(comparison.subject);
                if let Operand::Other(other) = &comparison.operand {
                    visit(other);
                }
            }
            Tree::Known(subject) => visit(subject),
            Tree::Not(inner) => inner.visit(visit),
            Tree::All(parts) | Tree::Any(parts) => parts.iter().for_each(|part| part.visit(visit)),
        }
    }

    /// How tightly its parts hold together, for parentheses where they are needed.
    fn tightness(&self) -> u8 {
        match self {
            Tree::Any(_) => 0,
            Tree::All(_) => 1,
            _ => 2,
        }
    }
}

/// The first part that is `decides` decides all of them.
fn decided<S: Subject>(parts: &[Tree<S>], decides: bool, look: Look<'_, '_, S>) -> Option<bool> {
    let mut whole = Some(!decides);
    for part in parts {
        match part.judge(look) {
            Some(holds) if holds == decides => return Some(decides),
            Some(_) => {}
            None => whole = None,
        }
    }
    whole
}

impl<S: Subject> Comparison<S> {
    fn judge(&self, look: Look<'_, '_, S>) -> Option<bool> {
        let found = look(self.subject)?;
        let other = match &self.operand {
            Operand::Whole(number) => Value::Whole(*number),
            Operand::Real(number) => Value::Real(*number),
            Operand::Text(text) => Value::Text(text),
            Operand::Other(subject) => look(subject)?,
            Operand::Pattern(pattern) => {
                return if let Value::Text(text) = found { Some(pattern.matches(text)) } else { None };
            }
        };
        order(self.subject.kind(), found, other).map(|order| self.operator.holds(order))
    }
}

impl<S: Subject> fmt::Display for Tree<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Tree::Compare(Comparison { subject, operator, operand }) => {
                write!(f, "{} {} ", subject.name(), operator.text())?;
                operand.write(subject.kind(), f)
            }
            Tree::Known(subject) => write!(f, "known({})", subject.name()),
            Tree::Not(inner) => match **inner {
                Tree::Known(_) => write!(f, "!{inner}"),
                _ => write!(f, "!({inner})"),
            },
            Tree::All(parts) => self.join(parts, " && ", f),
            Tree::Any(parts) => self.join(parts, " || ", f),
        }
    }
}

impl<S: Subject> Tree<S> {
    fn join(&self, parts: &[Tree<S>], between: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, part) in parts.iter().enumerate() {
            f.write_str(if index > 0 { between } else { "" })?;
            match part.tightness() <= self.tightness() {
                true => write!(f, "({part})")?,
                false => write!(f, "{part}")?,
            }
        }
        Ok(())
    }
}
