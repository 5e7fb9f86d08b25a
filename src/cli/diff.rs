//! Two or more dumps of one program.

use std::path::{Path, PathBuf};

use super::args::{Diff, Format, Input};
use super::checked::redaction;
use super::command_line;
use super::commands::{Answers, Opened, open, refuse_figures_alone};
use super::failure::Failure;
use super::output::{refuse_replaced, use_color, write_to};
use crate::analyze::diff::{self, Side};
use crate::load::redact::Redactor;
use crate::report::{self, Compared, DiffContext, DiffOptions, DiffReport};

/// What the help ends with.
pub const HELP: &str = "\
Examples:
  fragscope diff good.core bad.core                  what is new, and what it did to the largest gap
  fragscope diff monday.dmp friday.dmp --need 64M    with the verdict for a request
  fragscope diff 1.maps 2.maps 3.maps --need 64M     the trend, and when 64 MiB would no longer fit
  fragscope diff old.core pid:1234 --format html -o diff.html";

/// Compares.
pub fn diff(args: &Diff) -> Result<(), Failure> {
    let inputs: Vec<Input> = paths(args).map(|path| input(args, path)).collect();
    let dumps = inputs.iter().map(|input| opened(args, input)).collect::<Result<Vec<_>, _>>()?;
    let answers: Vec<Answers> = dumps.iter().map(|d| Answers::of(d.snapshot(), args.output.format)).collect();
    let names: Vec<String> = inputs.iter().zip(&dumps).map(|(input, dump)| shown(input, dump)).collect();
    let both = || dumps.iter().zip(&answers);
    let sides: Vec<Side<'_>> = both()
        .map(|(dump, answers)| {
            let cx = answers.context(dump);
            Side { snapshot: cx.snapshot, analysis: cx.analysis }
        })
        .collect();
    let Some(found) = diff::diff(&sides) else { return Err(Failure::Usage("two dumps are compared".into())) };
    let compared: Vec<Compared<'_>> =
        both().zip(&names).map(|((dump, answers), name)| Compared { name, cx: answers.context(dump) }).collect();
    let hidden: Vec<_> = inputs.into_iter().zip(&dumps).map(|(input, dump)| (input, dump.redactor())).collect();
    let command = command_line::of_diff(args, &hidden);
    let written = write(args, DiffContext { dumps: &compared, diff: &found }, &command);
    let redactor = dumps.first().and_then(Opened::redactor);
    written.map_err(|failure| failure.redacted(redactor))
}

/// Refuses to write over what is read.
pub fn refuse_replaced_input(args: &Diff) -> Result<(), Failure> {
    let refused = refuse_replaced(args.output.destination.file.as_deref(), paths(args).map(PathBuf::as_path));
    let redaction = redaction(&input(args, &args.old));
    refused.map_err(|failure| failure.redacted(redaction.map(|r| Redactor::new(&r)).as_ref()))
}

fn paths(args: &Diff) -> impl Iterator<Item = &PathBuf> {
    [&args.old, &args.new].into_iter().chain(&args.more)
}

fn input(args: &Diff, path: &Path) -> Input {
    let Diff { deep, no_stop, redact, .. } = *args;
    Input { dump: path.to_owned(), with: Vec::new(), deep, no_stop, redact }
}

fn opened(args: &Diff, input: &Input) -> Result<Opened, Failure> {
    let dump = open(input, &args.space)?;
    refuse_figures_alone(&dump)?;
    Ok(dump)
}

/// The file as it may be shown.
fn shown(input: &Input, dump: &Opened) -> String {
    let name = input.dump.to_string_lossy();
    dump.redactor().map_or_else(|| name.clone().into_owned(), |redactor| redactor.apply(&name))
}

fn write(args: &Diff, cx: DiffContext<'_>, command: &str) -> Result<(), Failure> {
    let color = use_color(args.output.color, &args.output.destination);
    let options = DiffOptions { all: args.all, explain: args.explain, color, command: Some(command) };
    write_to(&args.output.destination, |out| match args.output.format {
        Format::Text => report::write_diff(out, cx, options),
        Format::Json => match DiffReport::new(cx) {
            Some(view) => report::write_json(out, &view),
            None => Ok(()),
        },
        Format::Markdown => report::write_diff_markdown(out, cx, options),
        Format::Html => report::write_diff_html(out, cx, options),
    })
}
