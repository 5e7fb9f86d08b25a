//! Conditions on figures, as people write them: `largest < 64M`, `vma_count > 60000 && os == linux`.
//!
//! One language for all catalogues of figures: a [`Subject`] says what may be named, what it holds and which words it
//! takes. What depends on a figure that is not known is undecided, by Kleene's logic, and holds as little as what is
//! false.

mod error;
mod metric;
mod nearest;
mod operand;
mod parse;
mod subject;
#[cfg(test)]
mod tests;
mod token;
mod tree;

use std::fmt;
use std::sync::Arc;

pub use error::ConditionError;
pub use metric::{Measured, Metric};
pub use nearest::nearest;
pub use subject::{Kind, Subject, Value};

use tree::Tree;

/// A condition on the figures of one catalogue. Shown, it is as it was written.
#[derive(Debug)]
pub struct Expression<S: 'static> {
    tree: Arc<Tree<S>>,
    text: String,
}

// A derived Clone would ask for one of S.
impl<S> Clone for Expression<S> {
    fn clone(&self) -> Expression<S> {
        Expression { tree: Arc::clone(&self.tree), text: self.text.clone() }
    }
}

impl<S: Subject> Expression<S> {
    /// Reads a condition: comparisons of figures with `<`, `<=`, `>`, `>=`, `==`, `!=` or, of text, `~` and a pattern;
    /// `known(figure)`; joined by `&&`, `||`, `!` and parentheses, or the words `and`, `or`, `not`.
    ///
    /// # Errors
    /// What was expected, and a mark below the character where something else stands.
    pub fn parse(text: &str, catalogue: &'static [S]) -> Result<Expression<S>, ConditionError> {
        Ok(Expression { tree: Arc::new(parse::parse(text, catalogue)?), text: text.trim().to_owned() })
    }

    /// Whether it holds; `None` where that depends on a figure that is not known. `look` says what each figure is.
    pub fn judge<'v>(&self, look: impl Fn(&'static S) -> Option<Value<'v>>) -> Option<bool> {
        self.tree.judge(&look)
    }

    /// The figures that it names, each once, in the order of writing.
    pub fn subjects(&self) -> Vec<&'static S> {
        let mut subjects: Vec<&'static S> = Vec::new();
        self.tree.visit(&mut |subject| {
            if !subjects.iter().any(|known| known.name() == subject.name()) {
                subjects.push(subject);
            }
        });
        subjects
    }

    /// As it was understood: the same text for conditions that differ in spelling only, which means the same again.
    pub fn canonical(&self) -> String {
        self.tree.to_string()
    }
}

impl<S> fmt::Display for Expression<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A condition on the figures of a process at one moment.
#[derive(Clone, Debug)]
pub struct Condition(Expression<Metric>);

impl Condition {
    /// Reads a condition on `largest`, `free`, `vma_count`, `gaps` and `fragmentation`.
    ///
    /// # Errors
    /// What was expected, and a mark below the character where something else stands.
    pub fn parse(text: &str) -> Result<Condition, ConditionError> {
        Expression::parse(text, &metric::METRICS).map(Condition)
    }

    /// Whether it holds; `false` also where that depends on a figure that is not known.
    pub fn holds(&self, measured: &Measured) -> bool {
        self.0.judge(|metric| metric.of(measured)) == Some(true)
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
