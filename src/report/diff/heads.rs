//! What is compared, and what makes that doubtful.

use super::{Compared, DiffContext};
use crate::analyze::diff::Mismatch;
use crate::model::{Cpu, Evidence, Os};
use crate::report::Context;
use crate::report::escape::shortened;
use crate::report::text::head::{self, PLAIN, Quote};
use crate::report::text::process_name;
use crate::units::{Bytes, Hex};

/// Characters of a file's name.
const FILE: usize = 80;
/// Names of files in a warning at most.
const NAMED: usize = 4;

/// Each dump by what it is called here, and what it is.
pub(in crate::report) fn facts(cx: DiffContext<'_>, quote: Quote) -> Vec<(String, String)> {
    let count = cx.dumps.len();
    let dumps = cx.dumps.iter().enumerate();
    dumps.map(|(index, dump)| (title(index, count), fact(*dump, quote))).collect()
}

/// What the dump with this index is called.
pub(in crate::report) fn title(index: usize, count: usize) -> String {
    match (index, count) {
        (0, _) => "old".to_owned(),
        (index, count) if index + 1 == count => "new".to_owned(),
        (index, _) => format!("dump {}", index + 1),
    }
}

/// A dump's file as it may be shown.
pub(in crate::report) fn file(dump: Compared<'_>) -> String {
    shortened(dump.name, FILE).to_string()
}

fn fact(dump: Compared<'_>, quote: Quote) -> String {
    let facts = head::facts(dump.cx, quote);
    let of = |name| facts.iter().find(|(lead, _)| *lead == name).map(|(_, text)| text.as_str()).unwrap_or_default();
    format!("{}: {}; {}; {}", quote(dump.name, FILE), of("process"), of("dump"), head::headline(dump.cx))
}

/// What makes the comparison doubtful, as sentences.
pub(in crate::report) fn warnings(cx: DiffContext<'_>) -> Vec<String> {
    cx.diff.mismatches.iter().map(|mismatch| warning(cx, *mismatch)).collect()
}

fn warning(cx: DiffContext<'_>, mismatch: Mismatch) -> String {
    let each = |value: &dyn Fn(Context<'_>) -> String| listed(cx, value);
    match mismatch {
        Mismatch::Process => {
            format!("these are different programs: {}; what is matched by name may be by chance", each(&name))
        }
        Mismatch::System => format!("the systems differ: {}", each(&system)),
        Mismatch::Cpu => format!("the processors differ: {}", each(&cpu)),
        Mismatch::Width => format!("the sizes of pointers differ: {}", each(&width)),
        Mismatch::Bounds => format!("the address spaces differ in their ends: {}", each(&bounds)),
        Mismatch::Format => format!(
            "the dumps are of different kinds: {}; what only one of them can name looks as if it had come or gone",
            each(&|cx| cx.snapshot.dump.format.name().to_owned())
        ),
        Mismatch::Evidence => format!(
            "the maps are not equally complete: {}; what one of them lacks looks as if it had come or gone",
            each(&|cx| cx.snapshot.evidence.name().to_owned())
        ),
    }
}

fn listed(cx: DiffContext<'_>, value: &dyn Fn(Context<'_>) -> String) -> String {
    let mut values: Vec<String> = cx.dumps.iter().take(NAMED).map(|dump| value(dump.cx)).collect();
    if cx.dumps.len() > NAMED {
        values.push("…".to_owned());
    }
    values.join(", ")
}

fn name(cx: Context<'_>) -> String {
    process_name(cx, PLAIN)
}

fn system(cx: Context<'_>) -> String {
    cx.snapshot.platform.os.map_or("not known", Os::name).to_owned()
}

fn cpu(cx: Context<'_>) -> String {
    cx.snapshot.platform.cpu.map_or("not known", Cpu::name).to_owned()
}

fn width(cx: Context<'_>) -> String {
    format!("{} bits", cx.snapshot.width().bits())
}

fn bounds(cx: Context<'_>) -> String {
    let range = cx.snapshot.space.bounds().range;
    let hex = |addr| Hex { addr, width: cx.snapshot.width() };
    format!("{}-{} ({})", hex(range.start()), hex(range.end()), Bytes(range.size()))
}

/// How far each dump can be trusted, where there is a word to say.
pub(in crate::report) fn trust(cx: DiffContext<'_>) -> Vec<String> {
    let count = cx.dumps.len();
    let dumps = cx.dumps.iter().enumerate();
    dumps.flat_map(|(index, dump)| of_dump(&title(index, count), dump.cx)).collect()
}

fn of_dump(title: &str, cx: Context<'_>) -> Vec<String> {
    let snapshot = cx.snapshot;
    let grade = snapshot.evidence.name();
    let bound = if snapshot.evidence < Evidence::NearlyComplete { ": free figures are upper bounds" } else { "" };
    let mut said = vec![format!("{title}: the map is {grade}{bound}")];
    if snapshot.evidence < Evidence::Complete {
        said.extend(snapshot.evidence_notes.iter().map(|note| format!("{title}: {}", shortened(note, 600))));
    }
    let diagnostics = snapshot.diagnostics.to_vec();
    said.extend(
        diagnostics.iter().map(|d| format!("{title}: {}", crate::report::text::evidence::diagnostic_text(cx, d))),
    );
    said
}
