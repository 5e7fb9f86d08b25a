//! What decides how rows come out, as a worker is told and as a journal keeps it.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::args::{Triage, ending};
use super::name::Name;
use super::reports::{self, Reports};
use crate::addr::{Addr, AddrRange};
use crate::cli::args::{Input, Space};
use crate::cli::checked;
use crate::load::LoadOptions;

/// Options that change rows. Two runs with the same ones make the same rows of the same inputs, but for the time that each
/// took.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Setup {
    need: Option<(u64, Option<u64>)>,
    window: Option<(u64, u64)>,
    ceiling: Option<u64>,
    granularity: Option<u64>,
    assume_used: Vec<(u64, u64)>,
    deep: bool,
    /// Whether names are hidden; the key comes with the environment.
    pub redact: bool,
    /// Whether inputs are fingerprinted.
    pub hash: bool,
    /// Where full reports go.
    pub reports: Option<Reports>,
}

impl Setup {
    /// As it was asked for; `first` is the first output.
    ///
    /// # Errors
    /// One sentence that names the argument and what to write instead.
    pub fn of(args: &Triage, first: Option<&Path>) -> Result<Setup, String> {
        let pair = |range: AddrRange| (range.start().0, range.end().0);
        let reports = args.reports.as_deref().map(|folder| reports_in(folder, first, args));
        let setup = Setup {
            need: args.space.need,
            window: args.space.window.map(pair),
            ceiling: args.space.ceiling.map(|c| c.0),
            granularity: args.space.granularity,
            assume_used: args.space.assume_used.iter().copied().map(pair).collect(),
            deep: args.deep,
            redact: args.redact,
            hash: args.hash,
            reports: reports.transpose()?,
        };
        setup.load_options().map(|_| setup)
    }

    /// What reading a dump takes.
    ///
    /// # Errors
    /// One sentence that names the argument and what to write instead.
    pub fn load_options(&self) -> Result<LoadOptions, String> {
        checked::load_options(&self.input(Path::new("")), &self.space())
    }

    /// The arguments of `report` for the same of one dump.
    pub fn input(&self, dump: &Path) -> Input {
        Input { dump: dump.to_owned(), with: Vec::new(), deep: self.deep, no_stop: false, redact: self.redact }
    }

    /// The same of the address space.
    pub fn space(&self) -> Space {
        let range = |(start, end): (u64, u64)| AddrRange::new(Addr(start), Addr(end));
        Space {
            need: self.need,
            window: self.window.and_then(range),
            ceiling: self.ceiling.map(Addr),
            granularity: self.granularity,
            assume_used: self.assume_used.iter().copied().filter_map(range).collect(),
        }
    }
}

fn reports_in(folder: &Path, first: Option<&Path>, args: &Triage) -> Result<Reports, String> {
    let absolute = |path: &Path| {
        std::path::absolute(path).map_err(|e| format!("{}: its place cannot be told: {e}", path.to_string_lossy()))
    };
    let beside = first.and_then(Path::parent).filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let prefix: PathBuf = reports::from_to(&absolute(beside)?, &absolute(folder)?);
    let prefix = prefix.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
    Ok(Reports { folder: Name::of(&absolute(folder)?), prefix, ending: ending(args.report_format).into() })
}

/// The first line that a worker is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Start {
    /// How to make rows.
    pub setup: Setup,
    /// Bytes of address space that it may take.
    pub memory_limit: u64,
    /// Who started it: it ends with that.
    pub parent: u32,
}
