//! Windows: a minidump against VirtualQueryEx's walk, the TEBs and Toolhelp's module list.

use fragscope::load::Dump;
use fragscope::model::{Region, StackSource, State};

use crate::oracle::maps::{largest, total};
use crate::oracle::windows::{self, COMMIT, FREE, Module, RESERVE, Thread};

/// A dump and its truth.
pub struct Case<'a> {
    /// For messages.
    pub name: &'a str,
    /// What was read.
    pub dump: &'a Dump<'static>,
    /// VirtualQueryEx.
    pub regions: &'a [windows::Region],
    /// TEBs.
    pub threads: &'a [Thread],
    /// Toolhelp.
    pub modules: &'a [Module],
    /// Where user addresses end for that process.
    pub ceiling: u64,
    /// Thread whose context is that of the exception and not of where it stood.
    pub crashed: Option<u64>,
}

/// What a comparison found.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Occupied regions in the truth.
    pub regions: usize,
    /// Threads in the truth.
    pub threads: usize,
    /// Threads whose bounds come from the TEB.
    pub by_teb: usize,
    /// Threads whose bounds come from the allocation.
    pub by_allocation: usize,
    /// Everything that differs, as sentences.
    pub problems: Vec<String>,
}

impl Outcome {
    fn say(&mut self, case: &Case<'_>, text: String) {
        self.problems.push(format!("{}: {text}", case.name));
    }

    /// Fails with all that differs.
    pub fn assert_equal(&self) {
        assert!(self.problems.is_empty(), "{} differences:\n{}", self.problems.len(), self.problems.join("\n"));
    }
}

/// Compares everything.
pub fn compare(case: &Case<'_>) -> Outcome {
    let mut outcome = Outcome { threads: case.threads.len(), ..Outcome::default() };
    compare_regions(case, &mut outcome);
    compare_gaps(case, &mut outcome);
    compare_threads(case, &mut outcome);
    compare_modules(case, &mut outcome);
    outcome
}

type Row = (u64, u64, State, String);

/// The regions regrouped by the row they were, as (start, end, state, access).
fn found_rows(dump: &Dump<'_>) -> Vec<Row> {
    let together = |a: &Region, b: &Region| a.mapping == b.mapping && a.range.end() == b.range.start();
    let groups = dump.snapshot().space.regions().chunk_by(together);
    groups
        .map(|parts| {
            let access = parts[0].protection.map_or("---".into(), |p| p.letters()[..3].to_owned());
            (parts[0].range.start().0, parts[parts.len() - 1].range.end().0, parts[0].state, access)
        })
        .collect()
}

fn true_rows(case: &Case<'_>) -> Vec<Row> {
    let occupied = case.regions.iter().filter(|r| r.state != FREE && r.start < case.ceiling);
    occupied
        .map(|r| match r.state {
            COMMIT => (r.start, r.end.min(case.ceiling), State::Committed, windows::access(r.protect).to_owned()),
            RESERVE => (r.start, r.end.min(case.ceiling), State::Reserved, "---".to_owned()),
            other => panic!("{}: state {other:#x} in the truth", case.name),
        })
        .collect()
}

fn compare_regions(case: &Case<'_>, outcome: &mut Outcome) {
    let (found, truth) = (found_rows(case.dump), true_rows(case));
    outcome.regions = truth.len();
    for row in truth.iter().filter(|row| found.binary_search_by_key(&row.0, |f| f.0).map(|i| &found[i]) != Ok(row)) {
        outcome.say(case, format!("region {row:x?} of VirtualQuery is not there"));
    }
    if found.len() != truth.len() {
        outcome.say(case, format!("{} regions, in truth {}", found.len(), truth.len()));
    }
}

fn compare_gaps(case: &Case<'_>, outcome: &mut Outcome) {
    let space = &case.dump.snapshot().space;
    let bounds = space.bounds().range;
    let found: Vec<(u64, u64)> = space.holes().map(|h| (h.range.start().0, h.range.end().0)).collect();
    let truth = windows::gaps(case.regions, bounds.start().0, case.ceiling);
    if (bounds.start().0, bounds.end().0) != (0x1_0000, case.ceiling) {
        outcome.say(
            case,
            format!(
                "the space is {bounds} ({:?}), in truth 0x10000-{:#x}",
                space.bounds().ceiling_source,
                case.ceiling
            ),
        );
    }
    if total(&found) != total(&truth) || largest(&found) != largest(&truth) || found != truth {
        let figures = |gaps: &[(u64, u64)]| (gaps.len(), total(gaps), largest(gaps));
        outcome.say(case, format!("gaps, free, largest: {:?}, in truth {:?}", figures(&found), figures(&truth)));
    }
}

fn compare_threads(case: &Case<'_>, outcome: &mut Outcome) {
    let found = &case.dump.snapshot().threads;
    if found.len() != case.threads.len() {
        outcome.say(case, format!("{} threads, in truth {}", found.len(), case.threads.len()));
    }
    for truth in case.threads {
        let Some(thread) = found.iter().find(|t| t.id == truth.tid) else {
            outcome.say(case, format!("thread {} is missing", truth.tid));
            continue;
        };
        if case.crashed != Some(truth.tid) && thread.sp.map(|sp| sp.0) != Some(truth.sp) {
            outcome.say(case, format!("thread {}: SP is {:?}, in truth {:#x}", truth.tid, thread.sp, truth.sp));
        }
        if thread.name.as_deref().unwrap_or_default() != truth.name {
            outcome.say(case, format!("thread {} is named {:?}, in truth {:?}", truth.tid, thread.name, truth.name));
        }
        let bounds = thread.stack.map(|s| (s.range.start().0, s.range.end().0));
        if bounds != Some((truth.start, truth.end)) {
            outcome.say(
                case,
                format!("thread {}: stack {bounds:x?}, in truth {:x}-{:x}", truth.tid, truth.start, truth.end),
            );
        }
        match thread.stack.map(|s| s.source) {
            Some(StackSource::Teb) => outcome.by_teb += 1,
            Some(StackSource::Allocation) => outcome.by_allocation += 1,
            other => outcome.say(case, format!("thread {}: its stack is known from {other:?}", truth.tid)),
        }
    }
}

fn compare_modules(case: &Case<'_>, outcome: &mut Outcome) {
    let found = case.dump.snapshot().modules.iter();
    let found: Vec<Module> =
        found.map(|m| Module { start: m.range.start().0, end: m.range.end().0, path: m.path.to_string() }).collect();
    let mut truth = case.modules.to_vec();
    truth.sort();
    if found != truth {
        let missing: Vec<_> = truth.iter().filter(|m| !found.contains(m)).collect();
        let surplus: Vec<_> = found.iter().filter(|m| !truth.contains(m)).collect();
        outcome.say(case, format!("modules missing {missing:x?}, too many {surplus:x?}"));
    }
}
