//! Reports as Markdown, parsed by an independent parser: no name becomes more than text in code, and no report is longer
//! than a ticket takes.

mod bounds;
mod command;
pub mod page;
mod safe;
