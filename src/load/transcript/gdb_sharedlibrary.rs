//! gdb's `info sharedlibrary`: from where to where each library's code goes. That is a part of what the library takes,
//! and names the mapping that it lies in.

use super::found::Found;
use super::lines::Line;
use super::numbers::prefixed;
use super::session::Block;
use super::tool::Tool;
use crate::addr::{Addr, AddrRange};

/// The list.
#[derive(Default)]
pub(super) struct SharedLibraries {
    open: bool,
}

impl Block for SharedLibraries {
    fn begins(&self, line: &Line<'_>) -> bool {
        let mut words = line.text.split_whitespace();
        words.next() == Some("From") && words.next() == Some("To") && line.text.ends_with("Shared Object Library")
    }

    fn take(&mut self, line: &Line<'_>, found: &mut Found) -> bool {
        if self.begins(line) {
            self.open = true;
            return true;
        }
        if !self.open {
            return false;
        }
        let mut words = line.text.split_whitespace();
        let (start, end) = (words.next().and_then(prefixed), words.next().and_then(prefixed));
        let (Some(range), Some(slash)) =
            (start.zip(end).and_then(|(s, e)| AddrRange::new(Addr(s), Addr(e))), line.text.find('/'))
        else {
            // `(*): Shared library is missing debugging information.`
            return line.text.starts_with("(*)");
        };
        found.saw(Tool::GdbSharedLibraries);
        found.signs.high_address(range.end());
        let file = found.file(line.text.get(slash..).unwrap_or_default());
        found.add_code(range, file);
        true
    }

    fn end(&mut self, _found: &mut Found) {
        self.open = false;
    }
}
