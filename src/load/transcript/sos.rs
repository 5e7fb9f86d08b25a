//! SOS' `!vmstat`: figures by kind of block; the summary below `Free:` is what counts.

use super::found::Found;
use super::lines::Line;
use super::numbers::{decimal, size};
use super::session::Block;
use super::tool::Tool;
use crate::model::Stated;

/// The table, and whether its free blocks are being listed.
#[derive(Default)]
pub(super) struct VmStat {
    open: bool,
    free: bool,
}

impl Block for VmStat {
    fn begins(&self, line: &Line<'_>) -> bool {
        let words = ["TYPE", "MINIMUM", "MAXIMUM", "AVERAGE", "BLK", "COUNT", "TOTAL"];
        line.text.split_whitespace().eq(words)
    }

    fn take(&mut self, line: &Line<'_>, found: &mut Found) -> bool {
        if self.begins(line) {
            *self = VmStat { open: true, free: false };
            return true;
        }
        let text = line.text.trim();
        if self.open && text.ends_with(':') {
            self.free = text == "Free:";
            return true;
        }
        if self.free && text.starts_with("Summary") {
            summary(text, found);
        }
        self.open && ["~~~~", "Small", "Medium", "Large", "Summary"].iter().any(|w| text.starts_with(w))
    }

    fn end(&mut self, _found: &mut Found) {
        *self = VmStat::default();
    }
}

/// `Summary     8K        1,278,848K  35,779K   51          1,824,735K`: smallest, largest, average, count, sum.
fn summary(text: &str, found: &mut Found) {
    let mut words = text.split_whitespace().skip(2);
    let (largest, count, total) = (words.next(), words.nth(1), words.next());
    let by = Tool::VmStat.words();
    found.saw(Tool::VmStat);
    // WinDbg's own summary is more exact.
    if found.stated.as_ref().is_some_and(|s| s.by != by && s.tells_free() && s.free.is_some()) {
        return;
    }
    let free_regions = count.and_then(decimal);
    let (free, largest) = (total.and_then(size), largest.and_then(size));
    found.stated = Some(Stated { by, free, free_regions, largest, ..Stated::default() });
}
