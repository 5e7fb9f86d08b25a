//! WinDbg's `lm`: start, end (exclusive), name. Behind `Unloaded modules:` stand those that are no longer there.

use super::found::Found;
use super::lines::Line;
use super::numbers::addr;
use super::session::Block;
use super::tool::Tool;
use crate::addr::AddrRange;

/// Kernel modules stand in lists of kernel sessions; no process has them.
const KERNEL: u64 = 1 << 47;

/// The list.
#[derive(Default)]
pub(super) struct Lm {
    listed: bool,
    unloaded: bool,
}

impl Block for Lm {
    fn begins(&self, line: &Line<'_>) -> bool {
        let mut words = line.text.split_whitespace();
        let head = [words.next(), words.next(), words.next()];
        head == [Some("start"), Some("end"), Some("module")]
    }

    fn take(&mut self, line: &Line<'_>, found: &mut Found) -> bool {
        if self.begins(line) {
            *self = Lm { listed: true, unloaded: false };
            return true;
        }
        if line.text.starts_with("Unloaded modules:") {
            self.unloaded = self.listed;
            return self.listed;
        }
        self.listed && row(line.text, self.unloaded, found)
    }

    fn end(&mut self, _found: &mut Found) {
        *self = Lm::default();
    }
}

fn row(text: &str, unloaded: bool, found: &mut Found) -> bool {
    let mut words = text.split_whitespace();
    let (Some(start_text), Some(end_text)) = (words.next(), words.next()) else { return false };
    let (Some(start), Some(end)) = (addr(start_text), addr(end_text)) else { return false };
    let Some(range) = AddrRange::new(start, end).filter(|_| start_text.len() >= 8) else { return false };
    let behind = text.trim_start().get(start_text.len()..).unwrap_or_default().trim_start();
    let behind = behind.get(end_text.len()..).unwrap_or_default().trim();
    if behind.is_empty() {
        return false;
    }
    if range.end().0 > KERNEL {
        return true;
    }
    found.saw(Tool::Lm);
    match unloaded {
        true => found.add_unloaded(range, name(behind)),
        false => {
            found.signs.address(start_text, start);
            found.add_module(range, name(behind));
        }
    }
    true
}

/// `ntdll      (private pdb symbols) c:\sym\ntdll.pdb` is named by its first word; `lmf` has the image's path behind it.
fn name(text: &str) -> &str {
    let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let rest = rest.trim();
    let is_path = rest.contains('\\') || rest.to_ascii_lowercase().ends_with(".dll") || rest.ends_with(".exe");
    if is_path && !rest.contains('(') { rest } else { name }
}
