//! `fragscope heap`: what is inside the heaps.

use super::args::{Format, Heap, Input};
use super::command_line;
use super::commands::{Answers, write};
use super::failure::Failure;
use super::map::unicode;
use super::opened::open_walked;
use super::output::use_color;
use crate::analyze::heaps;
use crate::heaps::Effort;
use crate::report::{self, HeapOptions, HeapReport};

/// What the help ends with.
pub const HELP: &str = "\
Examples:
  fragscope heap core.6845                       what is live, cached and free, arena by arena
  fragscope heap core.6845 --need 1536K          could malloc have served it, and what growth needed
  fragscope heap core.6845 --all                 bins, size classes, ranges and settings as well
  fragscope heap pid:1234                        the heaps of a running process
  fragscope heap core.6845 --format json | jq '.heaps[].totals'

No symbols are needed: glibc's malloc, CPython's object allocator and Windows heaps are found by their data, and each
walk is checked against the sums that the allocator keeps itself. Whole memory is read, also of compressed dumps.";

pub fn heap(args: &Heap) -> Result<(), Failure> {
    // Heaps lie anywhere in a compressed dump, and are all that is asked for.
    let input = Input { deep: true, ..args.input.clone() };
    let dump = open_walked(&input, &args.space, Effort::Full)?;
    let answers = Answers::of(dump.snapshot(), args.output.format);
    let cx = answers.context(&dump);
    let asked = heaps::Answers::of(cx.snapshot, cx.analysis, cx.heaps, dump.memory(), args.show_memory);
    let command = command_line::of_heap(args, dump.redactor());
    let options = HeapOptions {
        all: args.all,
        explain: args.explain,
        color: use_color(args.output.color, &args.output.destination),
        unicode: unicode(&args.output),
        answers: Some(&asked),
        has_memory: dump.has_memory(),
        command: Some(&command),
    };
    write(&dump, &args.output.destination, |out| match args.output.format {
        Format::Text => report::write_heap(out, cx, options),
        Format::Json => report::write_json(out, &HeapReport::new(cx, &asked)),
        Format::Markdown => report::write_heap_markdown(out, cx, options),
        Format::Html => report::write_heap_html(out, cx, options),
    })
}
