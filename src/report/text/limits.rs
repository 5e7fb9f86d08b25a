//! What else may have refused the request. Counts of mappings alone are among the key figures.

use std::io;

use super::super::Context;
use super::super::limits;
use super::page::Page;
use super::table::{Align, Table};

pub(super) fn write(page: &mut Page<'_>, cx: Context<'_>) -> io::Result<()> {
    let rows = limits::rows(&cx.snapshot.limits);
    let mut rest = rows.into_iter().filter(|(name, _)| !matches!(*name, "mappings" | "vm.max_map_count")).peekable();
    if rest.peek().is_none() {
        return Ok(());
    }
    page.heading("Limits", "other than the address space")?;
    let mut table = Table::new(&[("", Align::Left), ("", Align::Left)]);
    rest.for_each(|(name, value)| table.row([name.to_owned(), value]));
    table.write(page)
}
