//! What a run itself writes: in a folder that is walked, it is no input.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::journal::ENDING;
use super::shard::ending_of;

/// A run's own files and folders.
#[derive(Clone, Default)]
pub struct Own {
    /// Folder, and beginning and ending of the name.
    files: Vec<(PathBuf, String, String)>,
    folder: Option<PathBuf>,
}

/// Beginning of the names of files that are not complete yet.
const UNFINISHED: &str = ".fragscope-";

impl Own {
    /// Of the outputs as they were named (those of other parts are their brothers), and of the folder of reports.
    pub fn of(outputs: &[PathBuf], reports: Option<&Path>) -> Own {
        let files = outputs.iter().filter_map(|path| {
            let name = path.file_name()?.to_string_lossy().into_owned();
            let beside = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let ending = ending_of(&name);
            let stem = name.strip_suffix(ending)?;
            Some((beside.canonicalize().ok()?, stem.to_owned(), ending.to_owned()))
        });
        Own { files: files.collect(), folder: reports.and_then(|folder| folder.canonicalize().ok()) }
    }

    /// Those in a folder; `None` if all of it is one's own.
    pub fn within(&self, folder: &Path) -> Option<OwnNames> {
        if self.files.is_empty() && self.folder.is_none() {
            return Some(OwnNames::default());
        }
        let place = folder.canonicalize().ok();
        if place.is_some() && place == self.folder {
            return None;
        }
        let here = self.files.iter().filter(|(folder, ..)| Some(folder) == place.as_ref());
        Some(OwnNames(here.map(|(_, stem, ending)| (stem.clone(), ending.clone())).collect()))
    }
}

/// A run's own files in one folder.
#[derive(Default)]
pub struct OwnNames(Vec<(String, String)>);

impl OwnNames {
    /// Whether a file is one of them: an output, one of another part, a journal, or one that was never completed.
    pub fn has(&self, name: &OsStr) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let name = name.to_string_lossy();
        let finished = name.strip_suffix(ENDING).unwrap_or(&name);
        name.starts_with(UNFINISHED) || self.0.iter().any(|(stem, ending)| is_part(finished, stem, ending))
    }
}

/// Whether a name is `out.csv` or `out-00003-of-00016.csv`.
fn is_part(name: &str, stem: &str, ending: &str) -> bool {
    let middle = name.strip_prefix(stem).and_then(|rest| rest.strip_suffix(ending));
    middle.is_some_and(|middle| {
        let shape: String = middle.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
        shape.is_empty() || shape == "-00000-of-00000"
    })
}
