//! What a run leaves: files that appear together when all are complete, and what is printed.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::args::Triage;
use super::journal::{ENDING, Kept};
use crate::cli::args::{Destination, Format};
use crate::cli::failure::Failure;
use crate::cli::output::write_to;
use crate::triage::{Rows, Status};
use crate::units::plural;

/// The outputs of a run.
pub struct Outputs {
    paths: Vec<PathBuf>,
}

impl Outputs {
    /// As they were asked for.
    ///
    /// # Errors
    /// An ending that says nothing, a file that is named twice.
    pub fn of(args: &Triage) -> Result<Outputs, Failure> {
        Ok(Outputs { paths: super::named(args) })
    }

    /// The first of them.
    pub fn first(&self) -> Option<&Path> {
        self.paths.first().map(PathBuf::as_path)
    }

    /// Where the journal lies.
    pub fn journal(&self) -> Option<PathBuf> {
        let first = self.first()?;
        let mut name = first.file_name()?.to_owned();
        name.push(ENDING);
        Some(first.with_file_name(name))
    }

    /// Writes them all.
    ///
    /// # Errors
    /// The disk is full, and what else the system says.
    pub fn write(&self, args: &Triage, kept: &Kept) -> Result<(), Failure> {
        for path in &self.paths {
            write_to(&Destination { file: Some(path.clone()) }, |out| lines(out, kept))?;
        }
        write_to(&Destination { file: None }, |out| match args.format {
            Format::Json => lines(out, kept),
            _ => counts(out, kept),
        })
    }
}

fn lines(out: &mut dyn Write, kept: &Kept) -> io::Result<()> {
    kept.each(&mut |row| {
        serde_json::to_writer(&mut *out, row)?;
        out.write_all(b"\n")
    })
}

fn counts(out: &mut dyn Write, kept: &Kept) -> io::Result<()> {
    let mut counts = [0u64; Status::ALL.len()];
    kept.each(&mut |row| {
        let found = Status::ALL.iter().position(|status| *status == row.status);
        found.and_then(|at| counts.get_mut(at)).into_iter().for_each(|count| *count += 1);
        Ok(())
    })?;
    for (status, count) in Status::ALL.iter().zip(counts).filter(|(_, count)| *count > 0) {
        writeln!(out, "{:>8} {}", count, status.name())?;
    }
    Ok(())
}

/// Says what was left out of folders.
pub fn note_links(links: u64) {
    if links > 0 {
        let links = plural(links, "link");
        let _ =
            writeln!(io::stderr(), "fragscope: not followed: {links} to folders; name such a folder to have it read");
    }
}
