//! lldb's `memory region ADDRESS` and, in newer versions, `memory region --all`.
//!
//! lldb prints a hole and a mapping without permissions alike: `[0x10010000-0x16000000) ---`. So a row without rights and
//! without a name may be either, and is not taken for free.

use super::found::Found;
use super::lines::Line;
use super::listing::Listing;
use super::numbers::prefixed;
use super::session::Block;
use super::tool::Tool;
use crate::addr::{Addr, AddrRange};
use crate::load::facts::{RawCoverage, Row, RowLabel};
use crate::load::proc_fs::{label_of, parse_permissions};
use crate::model::{Cpu, Evidence, Protection, Source, State};

/// The rows so far. Prompts do not end them: each region asked for has one.
#[derive(Default)]
pub(super) struct Regions {
    listing: Option<Listing>,
}

impl Block for Regions {
    fn begins(&self, line: &Line<'_>) -> bool {
        region(line.text).is_some() || architecture(line.text).is_some()
    }

    fn take(&mut self, line: &Line<'_>, found: &mut Found) -> bool {
        if let Some(name) = architecture(line.text) {
            note_architecture(name, found);
            return true;
        }
        let Some((range, rights, name)) = region(line.text) else {
            return line.text.starts_with("Modified memory") || line.text.starts_with("Dirty pages");
        };
        let listing = self.listing.get_or_insert_with(|| Listing::new(Tool::LldbRegions));
        let label = label_of(&mut found.facts, name);
        let unnamed = label == RowLabel::None && name.is_empty();
        if rights.is_no_access() && unnamed {
            return true;
        }
        found.signs.high_address(range.end());
        let file = (label == RowLabel::None && !name.is_empty()).then(|| found.file(name));
        let state = if rights.is_no_access() { State::Reserved } else { State::Committed };
        found
            .add_row(listing, Row { protection: Some(rights), label, file, ..Row::new(range, state, Source::Listing) });
        true
    }

    fn end(&mut self, found: &mut Found) {
        let Some(mut listing) = self.listing.take() else { return };
        listing.graded(
            Evidence::Partial,
            RawCoverage::Nothing,
            "lldb's memory region prints a hole and a mapping without permissions alike, so that nothing of it is known \
             to be free; pass the core itself, or /proc/PID/maps",
        );
        found.keep(listing);
    }
}

/// `[0x0000000010000000-0x0000000010010000) rw- /path PT_LOAD[0]`.
fn region(text: &str) -> Option<(AddrRange, Protection, &str)> {
    let (range, rest) = text.strip_prefix('[')?.split_once(')')?;
    let (start, end) = range.split_once('-')?;
    let range = AddrRange::new(Addr(prefixed(start)?), Addr(prefixed(end)?))?;
    let rest = rest.trim_start();
    let (rights, name) = rest.split_once(' ').unwrap_or((rest, ""));
    let rights = parse_permissions(&format!("{rights}p"))?;
    let name = name.trim();
    // Section names of the module or core stand behind the path.
    Some((range, rights, name.split(" PT_LOAD[").next().unwrap_or(name).trim()))
}

/// `Core file '/opt/app/core' (i386) was loaded.`, `Architecture set to: x86_64-pc-linux-gnu.`
fn architecture(text: &str) -> Option<&str> {
    let core =
        || text.strip_prefix("Core file '")?.strip_suffix(") was loaded.")?.rsplit_once('(').map(|(_, name)| name);
    let live = || text.strip_prefix("Architecture set to: ")?.split(['-', '.']).next();
    core().or_else(live)
}

fn note_architecture(name: &str, found: &mut Found) {
    let (cpu, narrow) = match name {
        "i386" | "i486" | "i686" => (Cpu::X86, true),
        "arm" | "armv7" => (Cpu::Arm, true),
        "x86_64" => (Cpu::X86_64, false),
        "aarch64" | "arm64" => (Cpu::Aarch64, false),
        _ => return,
    };
    if narrow {
        found.signs.narrow()
    } else {
        found.signs.wide()
    }
    found.facts.cpu = found.facts.cpu.or(Some(cpu));
}
