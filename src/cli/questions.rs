//! What must go, and what if.

use super::args::{Fit, Format, WhatIf};
use super::command_line;
use super::commands::{Answers, open, refuse_figures_alone, write};
use super::failure::Failure;
use super::output::use_color;
use crate::analyze::analyze;
use crate::analyze::fit::{self, Placement};
use crate::analyze::what_if::{self, Outcome};
use crate::report;

pub fn fit(args: &Fit) -> Result<(), Failure> {
    refuse_html("fit", args.output.format)?;
    let dump = open(&args.input, &args.space)?;
    refuse_figures_alone(&dump)?;
    let answers = Answers::of(dump.snapshot(), args.output.format);
    let cx = answers.context(dump.snapshot());
    let color = use_color(args.output.color, &args.output.destination);
    let (size, align) = args.request;
    let fit = fit::find(cx.snapshot, cx.analysis.reach, Placement { size, align });
    write(&dump, &args.output.destination, |out| match args.output.format {
        Format::Json => report::write_json(out, &report::FitReport::new(cx, &fit)),
        Format::Text | Format::Html => report::write_fit(out, cx, &fit, color),
        Format::Markdown => {
            let mut text = Vec::new();
            report::write_fit(&mut text, cx, &fit, false)?;
            let command = command_line::of_fit(args, dump.redactor());
            report::write_answer_markdown(out, cx, &text, Some(&command))
        }
    })
}

pub fn what_if(args: &WhatIf) -> Result<(), Failure> {
    refuse_html("what-if", args.output.format)?;
    let dump = open(&args.input, &args.space)?;
    refuse_figures_alone(&dump)?;
    let answers = Answers::of(dump.snapshot(), args.output.format);
    let cx = answers.context(dump.snapshot());
    let color = use_color(args.output.color, &args.output.destination);
    let refused = |e: what_if::EditError| Failure::Usage(e.to_string()).redacted(dump.redactor());
    let edited = what_if::apply(cx.snapshot, &args.edits).map_err(refused)?;
    let (before, after) = (Outcome::of(cx.analysis), Outcome::of(&analyze(&edited)));
    write(&dump, &args.output.destination, |out| match args.output.format {
        Format::Json => report::write_json(out, &report::WhatIfReport::new(cx, &args.edits, after)),
        Format::Text | Format::Html => report::write_what_if(out, &args.edits, before, after, color),
        Format::Markdown => {
            let mut text = Vec::new();
            report::write_what_if(&mut text, &args.edits, before, after, false)?;
            let command = command_line::of_what_if(args, dump.redactor());
            report::write_answer_markdown(out, cx, &text, Some(&command))
        }
    })
}

fn refuse_html(command: &str, format: Format) -> Result<(), Failure> {
    let sentence = || format!("{command} has no page of its own; report --format html has advice and tick boxes");
    if format == Format::Html { Err(Failure::Usage(sentence())) } else { Ok(()) }
}
