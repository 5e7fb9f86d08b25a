//! What each command does.

use std::io;
use std::path::PathBuf;
use std::time::Instant;

use clap::CommandFactory;

use super::args::{Args, At, Command, Described, Destination, Format, Map, Report, Schema, Space, Threads};
use super::capture;
use super::checked::redaction;
use super::command_line;
use super::diff;
use super::failure::Failure;
use super::gates;
use super::heap;
use super::integrate;
use super::live;
use super::man;
use super::map::{options, unicode};
pub(super) use super::opened::{Opened, open};
use super::output::{self, use_color, write_to};
use super::questions;
use super::triage;
use crate::addr::AddrRange;
use crate::analyze::{Analysis, Counsel, advise_with_heaps, analyze, stated};
use crate::load::redact::Redactor;
use crate::model::Snapshot;
use crate::report::{self, Around, Context, HtmlOptions, MarkdownOptions, OwnerIds, Section, TextOptions};

/// Runs one command.
///
/// # Errors
/// See [`Failure`].
pub fn run(args: Args) -> Result<(), Failure> {
    refuse_replaced_input(&args.command)?;
    match args.command {
        Command::Report(mut args) => {
            args.input.with.append(&mut args.more);
            report(&args)
        }
        Command::Map(args) => map(args),
        Command::Threads(args) => threads(args),
        Command::At(args) => at(args),
        Command::Live(args) => live::live(args),
        Command::Fit(args) => questions::fit(&args),
        Command::WhatIf(args) => questions::what_if(&args),
        Command::Heap(args) => heap::heap(&args),
        Command::Triage(args) => triage::triage(&args),
        Command::TriageWorker => triage::work(),
        Command::Diff(args) => diff::diff(&args),
        Command::HowToCapture(args) => capture::how_to_capture(&args),
        Command::Integrate(args) => {
            write_to(&args.destination, |out| out.write_all(integrate::script(args.debugger).as_bytes()))
        }
        Command::Schema(args) => schema(&args),
        Command::Completions { shell } => completions(shell),
        Command::Man(args) => man::run(&args),
    }
}

pub(super) fn report(args: &Report) -> Result<(), Failure> {
    let began = Instant::now();
    let dump = open(&args.input, &args.space)?;
    let answers = Answers::of(dump.snapshot(), args.output.format).advised(&dump);
    let cx = answers.context(&dump);
    let color = use_color(args.output.color, &args.output.destination);
    let unicode = unicode(&args.output);
    let options = TextOptions { all: args.all, explain: args.explain, color, unicode };
    let took = began.elapsed();
    let written = write(&dump, &args.output.destination, |out| match args.output.format {
        Format::Text => report::write_text(out, cx, options),
        Format::Json => report::write_json(out, &report::Report::new(cx)),
        Format::Markdown => {
            let command = command_line::of_report(args, dump.redactor());
            let options = MarkdownOptions { all: args.all, explain: args.explain, command: Some(&command) };
            report::write_markdown(out, cx, options)
        }
        Format::Html => report::write_html(out, cx, HtmlOptions::default()),
    });
    // Whoever reads only the first lines still wants the exit code.
    written.or_else(|failure| if failure.is_broken_pipe() { Ok(()) } else { Err(failure) })?;
    gates::check(&args.fail_if, cx, &args.input.dump, took, dump.redactor())
}

fn map(mut args: Map) -> Result<(), Failure> {
    let dump = open(&args.input, &args.space)?;
    refuse_figures_alone(&dump)?;
    // Of a module whose name is hidden one still types the name.
    if let (Some(Around::Module(name)), Some(redactor)) = (&mut args.around, dump.redactor()) {
        *name = redactor.apply(name);
    }
    let answers = Answers::of_part(&dump, args.output.format);
    let cx = answers.context(&dump);
    let options = options(cx, &args).map_err(|e| Failure::Usage(e).redacted(dump.redactor()))?;
    match args.output.format {
        Format::Text => write(&dump, &args.output.destination, |out| report::write_map(out, cx, &options)),
        Format::Json => {
            let report = report::MapReport::new(cx, &options).map_err(|e| Failure::Usage(e.to_string()))?;
            write(&dump, &args.output.destination, |out| report::write_json(out, &report))
        }
        Format::Html => {
            // What is to be shown around is selected.
            let thing = options.focus.as_ref().map(|thing| thing.range);
            let selects = thing.is_some();
            let html = HtmlOptions { section: Section::Picture, focus: thing.or(options.range), selects };
            write(&dump, &args.output.destination, |out| report::write_html(out, cx, html))
        }
        Format::Markdown => {
            let command = command_line::of_map(&args, options.columns, dump.redactor());
            write(&dump, &args.output.destination, |out| report::write_map_markdown(out, cx, &options, Some(&command)))
        }
    }
}

fn threads(mut args: Threads) -> Result<(), Failure> {
    args.input.with.append(&mut args.more);
    let dump = open(&args.input, &Space::default())?;
    let answers = Answers::of_part(&dump, args.output.format);
    let cx = answers.context(&dump);
    let color = use_color(args.output.color, &args.output.destination);
    write(&dump, &args.output.destination, |out| match args.output.format {
        _ if args.gdb => report::write_gdb(out, cx),
        Format::Text => report::write_threads(out, cx, color),
        Format::Json => report::write_json(out, &report::ThreadsReport::new(cx)),
        Format::Markdown => {
            report::write_threads_markdown(out, cx, Some(&command_line::of_threads(&args, dump.redactor())))
        }
        Format::Html => {
            report::write_html(out, cx, HtmlOptions { section: Section::Threads, ..HtmlOptions::default() })
        }
    })
}

fn at(args: At) -> Result<(), Failure> {
    let dump = open(&args.input, &args.space)?;
    let answers = Answers::of_part(&dump, args.output.format);
    let cx = answers.context(&dump);
    let color = use_color(args.output.color, &args.output.destination);
    write(&dump, &args.output.destination, |out| match args.output.format {
        Format::Text => report::write_at(out, cx, args.addr, color),
        Format::Json => report::write_json(out, &report::AtReport::new(cx, args.addr)),
        Format::Markdown => {
            report::write_at_markdown(out, cx, args.addr, Some(&command_line::of_at(&args, dump.redactor())))
        }
        Format::Html => {
            let focus = AddrRange::from_size(args.addr, 1);
            report::write_html(out, cx, HtmlOptions { section: Section::Picture, focus, selects: true })
        }
    })
}

fn schema(args: &Schema) -> Result<(), Failure> {
    let schema = match args.of {
        Described::Report => report::schema(),
        Described::Map => report::schema_of::<report::MapReport<'static>>(),
        Described::Threads => report::schema_of::<report::ThreadsReport<'static>>(),
        Described::At => report::schema_of::<report::AtReport<'static>>(),
        Described::Fit => report::schema_of::<report::FitReport<'static>>(),
        Described::Heap => report::schema_of::<report::HeapReport<'static>>(),
        Described::Diff => report::schema_of::<report::DiffReport<'static>>(),
        Described::HowToCapture => report::schema_of::<report::CaptureReport>(),
        Described::Live => report::schema_of::<report::Sample>(),
        Described::Row => report::schema_of::<crate::triage::Row>(),
        Described::WhatIf => report::schema_of::<report::WhatIfReport<'static>>(),
    };
    write_to(&args.destination, |out| {
        serde_json::to_writer_pretty(&mut *out, &schema).map_err(io::Error::from)?;
        writeln!(out)
    })
}

fn completions(shell: clap_complete::Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "fragscope", &mut script);
    write_to(&Destination { file: None }, |out| out.write_all(&script))
}

/// Refuses to write over what is read.
fn refuse_replaced_input(command: &Command) -> Result<(), Failure> {
    let (input, more, output) = match command {
        Command::Report(args) => (&args.input, &args.more[..], &args.output),
        Command::Threads(args) => (&args.input, &args.more[..], &args.output),
        Command::Map(args) => (&args.input, &[][..], &args.output),
        Command::At(args) => (&args.input, &[][..], &args.output),
        Command::Fit(args) => (&args.input, &[][..], &args.output),
        Command::WhatIf(args) => (&args.input, &[][..], &args.output),
        Command::Heap(args) => (&args.input, &[][..], &args.output),
        Command::Diff(args) => return diff::refuse_replaced_input(args),
        _ => return Ok(()),
    };
    let inputs = std::iter::once(&input.dump).chain(&input.with).chain(more).map(PathBuf::as_path);
    let refused = output::refuse_replaced(output.destination.file.as_deref(), inputs);
    refused.map_err(|failure| failure.redacted(redaction(input).map(|r| Redactor::new(&r)).as_ref()))
}

/// Where a tool's figures are all there is, there is nothing to draw and nothing to take out.
pub(super) fn refuse_figures_alone(dump: &Opened) -> Result<(), Failure> {
    match stated::alone(dump.snapshot()) {
        false => Ok(()),
        true => Err(Failure::Usage(
            "there are figures only in it and no map (report shows them); for a map add the output of !address, or pass \
             the dump"
                .into(),
        )),
    }
}

/// Writes what is said of a dump; a failure is redacted as the dump is.
pub(super) fn write(
    dump: &Opened,
    destination: &Destination,
    write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> Result<(), Failure> {
    write_to(destination, write).map_err(|failure| failure.redacted(dump.redactor()))
}

/// The answers about one snapshot, for renderers to borrow.
pub(super) struct Answers {
    analysis: Analysis,
    counsel: Counsel,
    ids: OwnerIds,
}

impl Answers {
    /// Text and Markdown show no ids, so they are looked at for the other formats only.
    pub(super) fn of(snapshot: &Snapshot, format: Format) -> Answers {
        let ids = match format {
            Format::Json | Format::Html => OwnerIds::new(&snapshot.owners),
            Format::Text | Format::Markdown => OwnerIds::default(),
        };
        Answers { analysis: analyze(snapshot), counsel: Counsel::default(), ids }
    }

    /// For a part of the report: its page is the whole report's, and so has what would help.
    fn of_part(dump: &Opened, format: Format) -> Answers {
        let answers = Answers::of(dump.snapshot(), format);
        if format == Format::Html { answers.advised(dump) } else { answers }
    }

    /// With what would help.
    fn advised(self, dump: &Opened) -> Answers {
        Answers { counsel: advise_with_heaps(dump.snapshot(), &self.analysis, dump.heaps()), ..self }
    }

    pub(super) fn context<'a>(&'a self, dump: &'a Opened) -> Context<'a> {
        let (snapshot, heaps) = (dump.snapshot(), dump.heaps());
        Context { snapshot, analysis: &self.analysis, counsel: &self.counsel, ids: &self.ids, heaps }
    }
}
