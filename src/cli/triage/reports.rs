//! The full report of each dump, in a folder beside the outputs.

use std::io;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::args::format_of;
use super::digest;
use super::name::Name;
use crate::cli::args::{Color, Destination, Format, Input, Output, Report, Space};
use crate::cli::command_line;
use crate::cli::output::write_to;
use crate::load::Dump;
use crate::report::{self, Context, HtmlOptions, MarkdownOptions, TextOptions};

/// Where reports go, and in which form.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Reports {
    /// The folder, from the root on.
    pub folder: Name,
    /// The same as seen from where the first output lies.
    pub prefix: String,
    /// Ending of the files, which says their form.
    pub ending: String,
}

/// Most letters of an input's name that its report's name has.
const LETTERS: usize = 60;

impl Reports {
    /// The name of the report on an input: letters that every system takes, and a fingerprint of the whole name.
    pub fn name_for(&self, input: &str, exact: &[u8]) -> String {
        let mut plain: String =
            input.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' }).collect();
        // The end of a path tells more than its beginning.
        plain.drain(..plain.len().saturating_sub(LETTERS));
        let plain = plain.trim_start_matches(['.', '-', '_']);
        // The fingerprint tells inputs of like names apart.
        format!("{plain}-{:016x}.{}", digest::number(exact), self.ending)
    }

    /// How a row names it.
    pub fn shown(&self, name: &str) -> String {
        match self.prefix.as_str() {
            "" => name.to_owned(),
            prefix => format!("{prefix}/{name}"),
        }
    }

    /// Writes it.
    ///
    /// # Errors
    /// The system's refusal, as a sentence.
    pub fn write(&self, name: &str, dump: &Dump<'_>, cx: Context<'_>, asked: (Input, Space)) -> Result<(), String> {
        let path = self.folder.path().join(name);
        let format = format_of(&self.ending).unwrap_or(Format::Html);
        let destination = Destination { file: Some(path) };
        let written = write_to(&destination, |out| draw(out, format, dump, cx, asked));
        written.map_err(|e| e.redacted(dump.redactor()).to_string())
    }
}

fn draw(
    out: &mut dyn io::Write,
    format: Format,
    dump: &Dump<'_>,
    cx: Context<'_>,
    (input, space): (Input, Space),
) -> io::Result<()> {
    match format {
        Format::Text => {
            report::write_text(out, cx, TextOptions { all: false, explain: false, color: false, unicode: false })
        }
        Format::Json => report::write_json(out, &report::Report::new(cx)),
        Format::Html => report::write_html(out, cx, HtmlOptions::default()),
        Format::Markdown => {
            let output = Output { format, color: Color::Never, destination: Destination { file: None } };
            let args =
                Report { input, more: Vec::new(), space, output, all: false, explain: false, fail_if: Vec::new() };
            let command = command_line::of_report(&args, dump.redactor());
            report::write_markdown(out, cx, MarkdownOptions { all: false, explain: false, command: Some(&command) })
        }
    }
}

/// The way from one folder to another, both from the root on.
pub fn from_to(from: &Path, to: &Path) -> PathBuf {
    let (from, to): (Vec<_>, Vec<_>) = (from.components().collect(), to.components().collect());
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = from.iter().skip(common).map(|_| Component::ParentDir);
    up.chain(to.iter().skip(common).copied()).collect()
}
