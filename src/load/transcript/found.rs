//! What the logs of one process told so far, before it is put together.

use super::listing::Listing;
use super::signs::Signs;
use super::threads::Threads;
use super::tool::Tool;
use crate::addr::AddrRange;
use crate::diag::Place;
use crate::load::facts::{Facts, LONGEST_FILE_NAME, ModuleFacts, Row};
use crate::load::proc_fs::MAX_ROWS;
use crate::model::snapshot::UnloadedModule;
use crate::model::{DumpFormat, Stated};

/// Most modules taken, as of a minidump's list.
const MAX_MODULES: usize = 1 << 16;
/// How much text their names together may have, in bytes.
const NAMES: usize = 8 << 20;
/// How much of a command is kept, in bytes.
const LONGEST_COMMAND: usize = 256;

/// All that was found.
pub(super) struct Found {
    /// Names, modules, diagnostics: what needs no more thought.
    pub facts: Facts,
    /// Every listing of the address space.
    pub listings: Vec<Listing>,
    /// Threads by what each list tells of them.
    pub threads: Threads,
    /// A tool's own figures. Of several summaries the last one counts.
    pub stated: Option<Stated>,
    /// Code of libraries, which names the mapping around it.
    pub code: Vec<(AddrRange, u32)>,
    /// What each log says of the process, for files that do not belong together.
    pub signs: Signs,
    /// The commands that were recognised, the first first.
    pub tools: Vec<Tool>,
    /// The command typed last, in lower case.
    pub command: String,
    rows_left: usize,
    names_left: usize,
}

impl Found {
    /// Nothing yet.
    pub(super) fn new() -> Found {
        Found {
            facts: Facts::new(DumpFormat::Transcript),
            listings: Vec::new(),
            threads: Threads::default(),
            stated: None,
            code: Vec::new(),
            signs: Signs::default(),
            tools: Vec::new(),
            command: String::new(),
            rows_left: MAX_ROWS,
            names_left: NAMES,
        }
    }

    /// Notes that output of a tool was recognised.
    pub(super) fn saw(&mut self, tool: Tool) {
        if !self.tools.contains(&tool) {
            self.tools.push(tool);
        }
        self.signs.saw(tool.os());
    }

    /// Remembers a command.
    pub(super) fn set_command(&mut self, text: &str) {
        let kept = text.get(..text.floor_char_boundary(LONGEST_COMMAND)).unwrap_or_default();
        self.command = kept.to_ascii_lowercase();
    }

    /// The index of a file's name.
    pub(super) fn file(&mut self, name: &str) -> u32 {
        self.facts.intern_file(name)
    }

    /// Adds an occupied row to a listing, as long as there is room for it.
    pub(super) fn add_row(&mut self, listing: &mut Listing, row: Row) {
        if self.may_add() {
            listing.push(row);
        }
    }

    /// Adds a free row.
    pub(super) fn add_free(&mut self, listing: &mut Listing, range: AddrRange) {
        if self.may_add() {
            listing.push_free(range);
        }
    }

    fn may_add(&mut self) -> bool {
        match self.rows_left.checked_sub(1) {
            Some(left) => self.rows_left = left,
            None => {
                let message = format!("only the first {MAX_ROWS} rows are used");
                self.facts.diagnostics.warn("too-many-rows", message, None);
                return false;
            }
        }
        true
    }

    /// Keeps a listing that is finished, if it has rows.
    pub(super) fn keep(&mut self, listing: Listing) {
        if listing.is_empty() {
            return;
        }
        self.saw(listing.tool);
        // Each region asked for is a listing of its own.
        let single = listing.tool.is_single();
        if let Some(before) = self.listings.iter_mut().rev().find(|l| single && l.tool == listing.tool) {
            before.absorb(listing);
            return;
        }
        if let Some(line) = listing.first_lost {
            let message = format!(
                "{} line{} inside the output of {} could not be read: rows of the map are missing",
                listing.lost,
                if listing.lost == 1 { "" } else { "s" },
                listing.tool.words()
            );
            self.facts.diagnostics.warn("lost-rows", message, Some(Place::Line(line)));
        }
        self.listings.push(listing);
    }

    /// Adds a module of a list. Equal ones of repeated lists are dropped at the end.
    pub(super) fn add_module(&mut self, range: AddrRange, name: &str) {
        if self.facts.modules.len() < MAX_MODULES {
            let path = self.bounded(name);
            self.facts.modules.push(ModuleFacts { path, range, id: None });
        }
    }

    /// Adds an unloaded module.
    pub(super) fn add_unloaded(&mut self, range: AddrRange, name: &str) {
        if self.facts.unloaded_modules.len() < MAX_MODULES {
            let name = self.bounded(name).into();
            self.facts.unloaded_modules.push(UnloadedModule { name, range });
        }
    }

    /// A name as long as names are, empty once all together are too long.
    fn bounded(&mut self, name: &str) -> String {
        let kept = name.get(..name.floor_char_boundary(LONGEST_FILE_NAME)).unwrap_or_default();
        match self.names_left.checked_sub(kept.len()) {
            Some(left) => {
                self.names_left = left;
                kept.to_owned()
            }
            None => String::new(),
        }
    }

    /// Adds where a library's code lies.
    pub(super) fn add_code(&mut self, range: AddrRange, file: u32) {
        if self.code.len() < MAX_MODULES {
            self.code.push((range, file));
        }
    }
}
