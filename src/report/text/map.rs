//! The map, small.

use std::io;

use super::super::Context;
use super::super::map::{self, MapOptions};
use super::TextOptions;
use super::page::Page;

pub(super) fn write(page: &mut Page<'_>, cx: Context<'_>, options: TextOptions) -> io::Result<()> {
    let picture = MapOptions { unicode: options.unicode, color: options.color, ..MapOptions::default() };
    page.heading("Map", &map::scale(cx, &picture))?;
    map::write_map(page.out(), cx, &picture)
}
