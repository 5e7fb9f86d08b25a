//! The report as one HTML file: nothing is loaded, and a Content-Security-Policy forbids that anything could be.
//!
//! What the page says without script, Rust writes: verdict, figures, the most important rows, the evidence. The script
//! draws the map from compact data in the page ([`data`]), and answers what-ifs with the arithmetic of
//! [`analyze::splitters`](crate::analyze::splitters).

mod answer;
pub(crate) mod assets;
mod capture;
mod data;
mod diff;
mod diff_map;
mod embed;
mod evidence;
mod figures;
mod frame;
mod heap;
mod inside;
mod lists;
mod owners;
mod picture;
mod policy;
mod regions;
mod remedies;
mod rows;
mod section;
pub(crate) mod shell;
mod table;
mod tables;
mod verdict;
mod words;

pub use answer::{write_fit_html, write_what_if_html};
pub use diff::write_diff_html;
pub use heap::write_heap_html;

use std::io::{self, Write};

use super::Context;
use crate::addr::AddrRange;

/// What the page opens at.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct HtmlOptions {
    /// Addresses that the picture shows first; `None` shows the whole space.
    pub focus: Option<AddrRange>,
    /// Whether what stands at the focus' first address is selected.
    pub selects: bool,
    /// Section that the page is scrolled to.
    pub section: Section,
}

/// A place in the page.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Section {
    /// The verdict.
    #[default]
    Top,
    /// The picture of the address space.
    Picture,
    /// The table of threads.
    Threads,
}

impl Section {
    /// The element's id, or `None` for the top.
    fn id(self) -> Option<&'static str> {
        match self {
            Section::Top => None,
            Section::Picture => Some("picture"),
            Section::Threads => Some("threads"),
        }
    }
}

/// Writes the page. Names from the dump are text in it, never markup or script.
///
/// # Errors
/// Those of `out`.
pub fn write_html(out: &mut dyn Write, cx: Context<'_>, options: HtmlOptions) -> io::Result<()> {
    let page = frame::page(cx, options);
    out.write_all(page.into_string().as_bytes())?;
    writeln!(out)
}
