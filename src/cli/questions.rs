//! What must go, and what if.

use super::args::{Fit, Format, WhatIf};
use super::command_line;
use super::commands::{Answers, open, refuse_figures_alone, write};
use super::failure::Failure;
use super::output::use_color;
use crate::analyze::fit::{self, Placement};
use crate::analyze::what_if::{self, Edit, Outcome, Trial};
use crate::report::escape::shortened;
use crate::report::{self, FitOptions, WhatIfOptions};

/// Characters of a sentence that quotes an edit.
const LONGEST: usize = 600;

pub fn fit(args: &Fit) -> Result<(), Failure> {
    let dump = open(&args.input, &args.space)?;
    refuse_figures_alone(&dump)?;
    let answers = Answers::of(dump.snapshot(), args.output.format);
    let cx = answers.context(&dump);
    let color = use_color(args.output.color, &args.output.destination);
    let (size, align) = args.request;
    let fit = fit::find(cx.snapshot, cx.analysis.reach, Placement { size, align });
    let options = FitOptions { all: args.all, explain: args.explain, color };
    write(&dump, &args.output.destination, |out| match args.output.format {
        Format::Json => report::write_json(out, &report::FitReport::new(cx, &fit)),
        Format::Text => report::write_fit(out, cx, &fit, options),
        Format::Html => report::write_fit_html(out, cx, &fit, options),
        Format::Markdown => {
            let mut text = Vec::new();
            report::write_fit(&mut text, cx, &fit, FitOptions { color: false, ..options })?;
            let command = command_line::of_fit(args, dump.redactor());
            report::write_answer_markdown(out, cx, &text, Some(&command))
        }
    })
}

pub fn what_if(args: &WhatIf) -> Result<(), Failure> {
    let dump = open(&args.input, &args.space)?;
    refuse_figures_alone(&dump)?;
    let answers = Answers::of(dump.snapshot(), args.output.format);
    let cx = answers.context(&dump);
    // Of a name that is hidden one still types what it was.
    let typed = |edit: &Edit| match dump.redactor() {
        Some(redactor) => edit.with_names(|name| redactor.apply(name)),
        None => edit.clone(),
    };
    let edits: Vec<Edit> = args.edits.iter().map(typed).collect();
    let refused = |e: what_if::EditError| {
        let sentence = shortened(&e.to_string(), LONGEST).to_string();
        Failure::Usage(sentence).redacted(dump.redactor())
    };
    let edited = what_if::apply(cx.snapshot, &edits).map_err(refused)?;
    let trial = Trial::of(cx.snapshot, Outcome::of(cx.analysis), &edited);
    let color = use_color(args.output.color, &args.output.destination);
    let options = WhatIfOptions { explain: args.explain, color };
    write(&dump, &args.output.destination, |out| match args.output.format {
        Format::Json => report::write_json(out, &report::WhatIfReport::new(cx, &edits, &trial)),
        Format::Text => report::write_what_if(out, cx, &edits, &trial, options),
        Format::Html => report::write_what_if_html(out, cx, &edits, &trial, options),
        Format::Markdown => {
            let mut text = Vec::new();
            report::write_what_if(&mut text, cx, &edits, &trial, WhatIfOptions { color: false, ..options })?;
            let command = command_line::of_what_if(args, &edits, dump.redactor());
            report::write_answer_markdown(out, cx, &text, Some(&command))
        }
    })
}
