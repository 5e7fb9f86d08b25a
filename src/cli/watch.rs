//! `live --watch`: looks again and again, shows what changes, keeps a log, and stops when a condition holds.

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::args::{Format, Input, Live};
use super::checked::load_options;
use super::failure::Failure;
use super::interrupt::{Signals, sleep_until};
use super::live::dump_of;
use super::map::unicode;
use super::output::use_color;
use crate::analyze::condition::Measured;
use crate::analyze::{Counsel, analyze};
use crate::error::LoadError;
use crate::heaps::NO_HEAPS;
use crate::load::{self, Detail, LoadOptions};
use crate::model::Snapshot;
use crate::report::{self, Context, FrameOptions, Moment, OwnerIds, Sample};

/// How often, where only `--log` or `--until` is given.
const USUAL: Duration = Duration::from_secs(1);
/// Looks that are kept for the plot: more than any terminal has columns.
const KEPT: usize = 2000;
/// Lines of a terminal that does not say.
const USUAL_LINES: usize = 40;

/// Why looking ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// The condition holds: a report is due.
    Held,
    /// Ctrl-C, or the process ended.
    Stopped,
}

/// Looks until the condition holds, the process ends or Ctrl-C comes.
///
/// # Errors
/// The process cannot be looked at, or it ended before the condition held; the log or stdout cannot be written.
pub fn watch(args: &Live) -> Result<End, Failure> {
    refuse_pages(args)?;
    let input = Input { dump: dump_of(args.pid), with: Vec::new(), deep: false, no_stop: true, redact: args.redact };
    let options = load_options(&input, &args.space).map_err(Failure::Usage)?;
    let signals = Signals::new().map_err(|e| Failure::Usage(format!("Ctrl-C cannot be listened to: {e}")))?;
    let mut watch = Watch { args, options, log: open_log(args)?, samples: Vec::new(), screen: Screen::new(args) };
    let result = watch.run(&signals);
    watch.screen.close(watch.samples.last());
    result
}

fn refuse_pages(args: &Live) -> Result<(), Failure> {
    let pages = matches!(args.output.format, Format::Html | Format::Markdown);
    if pages && args.until.is_none() {
        let sentence = "figures over time are text or JSON; --until says when a page is to be written".into();
        return Err(Failure::Usage(sentence));
    }
    Ok(())
}

/// The log goes on where an earlier one ended.
fn open_log(args: &Live) -> Result<Option<(PathBuf, File)>, Failure> {
    let Some(path) = &args.log else { return Ok(None) };
    let file = OpenOptions::new().create(true).append(true).open(path);
    file.map(|file| Some((path.clone(), file))).map_err(|e| Failure::File(path.clone(), e.to_string()))
}

struct Watch<'a> {
    args: &'a Live,
    options: LoadOptions,
    log: Option<(PathBuf, File)>,
    samples: Vec<Sample>,
    screen: Screen,
}

impl Watch<'_> {
    fn run(&mut self, signals: &Signals) -> Result<End, Failure> {
        let every = self.args.watch.unwrap_or(USUAL);
        let mut next = Instant::now();
        loop {
            match load::live(self.args.pid, Detail::Map, &self.options) {
                Ok(dump) => {
                    if self.look(dump.snapshot())? {
                        return Ok(End::Held);
                    }
                }
                Err(error) => return self.lost(error),
            }
            // A look that takes longer than it may makes the next one late, not two at once.
            next = (next + every).max(Instant::now());
            if sleep_until(next, signals) {
                return Ok(End::Stopped);
            }
        }
    }

    /// Shows and logs one look. Returns whether the condition holds.
    fn look(&mut self, snapshot: &Snapshot) -> Result<bool, Failure> {
        let analysis = analyze(snapshot);
        let sample = Sample::new(Moment::now(), snapshot, &analysis.gaps, &analysis.figures);
        if let Some((path, file)) = &mut self.log {
            report::write_sample(file, &sample).map_err(|e| Failure::File(path.clone(), e.to_string()))?;
        }
        if self.samples.len() >= KEPT {
            self.samples.drain(..KEPT / 2);
        }
        self.samples.push(sample);
        let cx = Context {
            snapshot,
            analysis: &analysis,
            counsel: &Counsel::default(),
            ids: &OwnerIds::default(),
            heaps: &NO_HEAPS,
        };
        self.screen.show(cx, &self.samples).map_err(Failure::Stdout)?;
        let measured = Measured::of(snapshot, &analysis.gaps, &analysis.figures);
        Ok(self.args.until.as_ref().is_some_and(|condition| condition.holds(&measured)))
    }

    /// The process cannot be looked at any more: an end like another, unless somebody waits for a condition.
    fn lost(&mut self, error: LoadError) -> Result<End, Failure> {
        match (&self.args.until, self.samples.is_empty()) {
            (None, false) => {
                self.screen.close(self.samples.last());
                let _ = writeln!(io::stderr(), "fragscope: process {}: {error}", self.args.pid);
                Ok(End::Stopped)
            }
            (Some(condition), false) => {
                let said = LoadError::Process(format!("{error}; `{condition}` never held before"));
                Err(Failure::Input(dump_of(self.args.pid), said))
            }
            (_, true) => Err(Failure::Input(dump_of(self.args.pid), error)),
        }
    }
}

/// Where looks are shown.
enum Screen {
    /// Drawn anew each time, on the terminal's second page.
    Drawn { unicode: bool, color: bool, open: bool },
    /// A line for each look.
    Lines { to_stderr: bool, json: bool },
}

const OPEN: &str = "\x1b[?1049h\x1b[?25l";
const CLOSE: &str = "\x1b[?25h\x1b[?1049l";

impl Screen {
    fn new(args: &Live) -> Screen {
        let report_on_stdout = args.until.is_some() && args.output.destination.file.is_none();
        let text = args.output.format == Format::Text;
        if text && io::stdout().is_terminal() {
            let color = use_color(args.output.color, &args.output.destination);
            return Screen::Drawn { unicode: unicode(&args.output), color, open: false };
        }
        Screen::Lines { to_stderr: report_on_stdout && !text, json: !text && args.until.is_none() }
    }

    fn show(&mut self, cx: Context<'_>, samples: &[Sample]) -> io::Result<()> {
        let Some(last) = samples.last() else { return Ok(()) };
        match self {
            Screen::Drawn { unicode, color, open } => {
                let mut out = io::stdout().lock();
                if !*open {
                    *open = true;
                    write!(out, "{OPEN}")?;
                }
                let mut frame = Vec::new();
                report::write_frame(&mut frame, cx, samples, room(*unicode, *color))?;
                // Each line ends what was there before it; what is below is cleared at the end.
                let drawn = String::from_utf8_lossy(&frame).replace('\n', "\x1b[K\n");
                write!(out, "\x1b[H{drawn}\x1b[J")?;
                out.flush()
            }
            Screen::Lines { json: true, .. } => {
                let mut out = io::stdout().lock();
                report::write_sample(&mut out, last)?;
                out.flush()
            }
            Screen::Lines { to_stderr: true, .. } => writeln!(io::stderr(), "{}", last.line()),
            Screen::Lines { .. } => {
                let mut out = io::stdout().lock();
                writeln!(out, "{}", last.line())?;
                out.flush()
            }
        }
    }

    /// Gives the terminal back as it was, with the last figures on it.
    fn close(&mut self, last: Option<&Sample>) {
        if let Screen::Drawn { open, .. } = self
            && std::mem::take(open)
        {
            let mut out = io::stdout().lock();
            let _ = writeln!(out, "{CLOSE}{}", last.map(Sample::line).unwrap_or_default());
            let _ = out.flush();
        }
    }
}

fn room(unicode: bool, color: bool) -> FrameOptions {
    let size = terminal_size::terminal_size();
    let columns = size.map_or(report::USUAL_COLUMNS, |(width, _)| usize::from(width.0));
    let lines = size.map_or(USUAL_LINES, |(_, height)| usize::from(height.0));
    FrameOptions { columns, lines, unicode, color }
}
