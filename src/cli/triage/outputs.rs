//! What a run leaves: files that appear together when all are complete, and what is printed.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::args::Triage;
use super::journal::ENDING;
use crate::cli::args::{Destination, Format};
use crate::cli::failure::Failure;
use crate::cli::output::{Unfinished, refuse_replaced, write_to};
use crate::triage::out::{self, OutputKind};
use crate::triage::{Column, Triaged, USUAL_BY, parse_by};
use crate::units::plural;

/// The outputs of a run.
pub struct Outputs {
    files: Vec<(PathBuf, OutputKind)>,
    stdout: OutputKind,
    by: Vec<&'static Column>,
}

impl Outputs {
    /// As they were asked for.
    ///
    /// # Errors
    /// An ending that says nothing, a file that is named twice, a column that is none.
    pub fn of(args: &Triage) -> Result<Outputs, Failure> {
        let kinds = args.outputs.iter().map(|path| {
            let part = args.shard.map_or_else(|| path.clone(), |shard| shard.part_of(path));
            OutputKind::of_path(path).map(|kind| (part, kind)).map_err(|e| format!("-o {e}"))
        });
        let files = kinds.collect::<Result<Vec<_>, _>>().map_err(Failure::Usage)?;
        let stdout = match args.format {
            Format::Text => OutputKind::Text,
            Format::Json => OutputKind::Jsonl,
            Format::Markdown => OutputKind::Markdown,
            Format::Html => OutputKind::Html,
        };
        let by = parse_by(args.by.as_deref().unwrap_or(USUAL_BY)).map_err(|e| Failure::Usage(format!("--by: {e}")))?;
        refuse_twins(&files)?;
        refuse_replaced(files.iter().map(|(path, _)| path.as_path()), args.paths.iter().map(PathBuf::as_path))?;
        Ok(Outputs { files, stdout, by })
    }

    /// The first of them.
    pub fn first(&self) -> Option<&Path> {
        self.files.first().map(|(path, _)| path.as_path())
    }

    /// By which columns rows are grouped.
    pub fn by(&self) -> Vec<&'static Column> {
        self.by.clone()
    }

    /// Where the journal lies: beside the first that is a file, not a pipe or a device.
    pub fn journal(&self) -> Option<PathBuf> {
        let (first, _) = self.files.iter().find(|(path, _)| path.is_file() || !path.exists())?;
        let mut name = first.file_name()?.to_owned();
        name.push(ENDING);
        Some(first.with_file_name(name))
    }

    /// Writes them all: first beside their places, and when each is complete, they are put there.
    ///
    /// # Errors
    /// The disk is full, and what else the system says.
    pub fn write(&self, triaged: &Triaged<'_>) -> Result<(), Failure> {
        let unfinished: Vec<Unfinished> = self
            .files
            .iter()
            .map(|(path, kind)| Unfinished::write(path, |to| out::write(*kind, to, triaged)))
            .collect::<Result<_, _>>()?;
        unfinished.into_iter().try_for_each(Unfinished::finish)?;
        write_to(&Destination { file: None }, |to| out::write(self.stdout, to, triaged))
    }
}

fn refuse_twins(files: &[(PathBuf, OutputKind)]) -> Result<(), Failure> {
    let places: Vec<_> =
        files.iter().map(|(path, _)| std::path::absolute(path).unwrap_or_else(|_| path.clone())).collect();
    let mut sorted = places.clone();
    sorted.sort();
    let twin = sorted.array_windows().find(|[a, b]| a == b).map(|[a, _]| a);
    match twin.and_then(|twin| files.get(places.iter().position(|place| place == twin)?)) {
        Some((path, _)) => {
            Err(Failure::Usage(format!("-o {} stands twice; each output has a file of its own", path.display())))
        }
        None => Ok(()),
    }
}

/// Says what was left out of folders.
pub fn note_links(links: u64) {
    if links > 0 {
        let links = plural(links, "link");
        let _ =
            writeln!(io::stderr(), "fragscope: not followed: {links} to folders; name such a folder to have it read");
    }
}
