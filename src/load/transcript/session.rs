//! A log as a sequence of blocks, each the output of one command, with anything in between.

use super::found::Found;
use super::lines::{Line, Prompt};
use super::listing::Listing;
use super::{
    debugdiag, gdb_mappings, gdb_sections, gdb_session, gdb_sharedlibrary, gdb_threads, lldb_regions, lldb_threads,
    pmap, proc_maps, readelf, sos, systeminformer, vadump, vmmap, windbg_address, windbg_address_old,
    windbg_address_one, windbg_lm, windbg_summary, windbg_threads,
};

/// The output of one kind of command.
pub(super) trait Block {
    /// Whether the line begins such output. Nothing is taken yet.
    fn begins(&self, line: &Line<'_>) -> bool;

    /// Takes a line of the output, the first one included. Returns whether it is one.
    fn take(&mut self, line: &Line<'_>, found: &mut Found) -> bool;

    /// The rows of a map that it has taken so far, if it is one.
    fn listing(&mut self) -> Option<&mut Listing> {
        None
    }

    /// Notes a line in the middle that is neither its own nor another's beginning.
    fn foreign(&mut self, line: &Line<'_>) {
        if let Some(listing) = self.listing() {
            listing.note_foreign(line.number);
        }
    }

    /// The output is over: another begins, a prompt asks for the next command, or the log ends.
    fn end(&mut self, _found: &mut Found) {}
}

/// Which output is being read.
pub(super) struct Session {
    blocks: Vec<Box<dyn Block>>,
    active: Option<usize>,
}

impl Session {
    /// Outside of all output. Of two kinds that begin alike, the one that is listed first takes it.
    pub(super) fn new() -> Session {
        let blocks: Vec<Box<dyn Block>> = vec![
            Box::new(proc_maps::ProcMaps::default()),
            Box::new(windbg_summary::Summary::default()),
            Box::new(windbg_address::Address::default()),
            Box::new(windbg_address_old::OldAddress::default()),
            Box::new(windbg_address_one::OneAddress::default()),
            Box::new(vadump::VaDump::default()),
            Box::new(windbg_lm::Lm::default()),
            Box::new(windbg_threads::Threads::default()),
            Box::new(sos::VmStat::default()),
            Box::new(gdb_mappings::Mappings::default()),
            Box::new(gdb_sections::Sections::default()),
            Box::new(gdb_threads::Threads::default()),
            Box::new(gdb_sharedlibrary::SharedLibraries::default()),
            Box::new(gdb_session::About),
            Box::new(lldb_regions::Regions::default()),
            Box::new(lldb_threads::Threads),
            Box::new(readelf::ReadElf::default()),
            Box::new(pmap::Pmap::default()),
            Box::new(vmmap::VmMap::default()),
            Box::new(debugdiag::Summary::default()),
            Box::new(systeminformer::MemoryList::default()),
        ];
        Session { blocks, active: None }
    }

    /// Reads the next line.
    pub(super) fn line(&mut self, line: &Line<'_>, found: &mut Found) {
        if let Some(prompt) = line.prompt {
            self.end(found);
            prompted(prompt, line.text, found);
        }
        if line.text.is_empty() || self.goes_on(line, found) {
            return;
        }
        match self.blocks.iter().position(|block| block.begins(line)) {
            Some(next) => {
                self.end(found);
                self.active = Some(next);
                self.goes_on(line, found);
            }
            None => self.active().into_iter().for_each(|block| block.foreign(line)),
        }
    }

    /// The log, or a command's output, is over.
    pub(super) fn end(&mut self, found: &mut Found) {
        self.active().into_iter().for_each(|block| block.end(found));
        self.active = None;
    }

    fn active(&mut self) -> Option<&mut Box<dyn Block>> {
        self.blocks.get_mut(self.active?)
    }

    fn goes_on(&mut self, line: &Line<'_>, found: &mut Found) -> bool {
        self.active().is_some_and(|block| block.take(line, found))
    }
}

/// What a prompt and the command behind it tell.
fn prompted(prompt: Prompt, text: &str, found: &mut Found) {
    if !text.is_empty() {
        found.set_command(text);
    }
    if let Prompt::WinDbg { thread, x86 } = prompt {
        if x86 {
            found.signs.narrow();
        }
        windbg_threads::command(thread, found);
    }
}
