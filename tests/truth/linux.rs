//! Linux: a dump against /proc/PID/maps and pthread_getattr_np.
//!
//! Which threads' stacks must be exact, and which are exempt:
//!
//! * The memory at the stack's top, where glibc keeps struct pthread, is in the dump: start, end and guard are exact.
//! * The main thread has no struct that says so: its end is exact, its start is the mapping's (pthread_getattr_np gives
//!   what the rlimit would allow).
//! * The memory is not in the dump (filter 0x00, a cut file, what minidumps leave out): the mapping around SP, which is
//!   exact where the thread has one for itself; it must never be called exact.
//! * A fiber without that memory: nothing tells that SP is not in the thread's own stack.

use fragscope::addr::Addr;
use fragscope::load::Dump;
use fragscope::model::{MmapLayout, OwnerKind, PointerWidth, Protection, Region, StackSource, State, Thread};

use crate::oracle::linux_threads::{self, Kind};
use crate::oracle::maps::{Maps, Row, largest, total};

/// How a dump was written, which decides what may be missing from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writer {
    /// Every mapping, with permissions.
    Kernel,
    /// VM_DONTDUMP and vvar may be missing; PROT_NONE is written as r--.
    Gcore,
    /// Every mapping, with permissions and shared flags.
    MapsInside,
}

/// A dump and its truth.
pub struct Case<'a> {
    /// For messages.
    pub name: &'a str,
    /// Who wrote it.
    pub writer: Writer,
    /// What was read.
    pub dump: &'a Dump<'static>,
    /// /proc/PID/maps.
    pub maps: &'a Maps,
    /// pthread_getattr_np.
    pub threads: &'a [linux_threads::Thread],
    /// Where user addresses end on that machine.
    pub ceiling: u64,
    /// How many stacks of exited threads glibc still keeps: as many as had exited, if that is below its 40 MiB.
    pub exited: usize,
}

/// What a comparison found.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Rows of the maps.
    pub rows: usize,
    /// Rows that the dump has too.
    pub rows_found: usize,
    /// Threads of the truth.
    pub threads: usize,
    /// Threads whose struct pthread is in the dump's memory.
    pub exact_possible: usize,
    /// Threads with exactly the bounds of pthread_getattr_np, by struct pthread.
    pub exact: usize,
    /// Threads that have the right bounds without struct pthread: the main thread, or a mapping of their own.
    pub by_map: usize,
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
    let mut outcome = Outcome { rows: case.maps.rows.len(), threads: case.threads.len(), ..Outcome::default() };
    let listed = compare_mappings(case, &mut outcome);
    compare_gaps(case, &listed, &mut outcome);
    compare_threads(case, &mut outcome);
    compare_exited(case, &mut outcome);
    compare_owners(case, &listed, &mut outcome);
    outcome
}

// ---- mappings -------------------------------------------------------------------------------------------------------

/// What was one mapping, put together again.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Mapping {
    start: u64,
    end: u64,
    access: String,
    states: Vec<State>,
    path: Option<String>,
}

/// The regions regrouped by mapping.
fn mappings(dump: &Dump<'_>) -> Vec<Mapping> {
    let snapshot = dump.snapshot();
    let regions = snapshot.space.regions();
    let together = |a: &Region, b: &Region| a.mapping == b.mapping && a.range.end() == b.range.start();
    let groups = regions.chunk_by(together);
    groups
        .map(|parts| Mapping {
            start: parts[0].range.start().0,
            end: parts[parts.len() - 1].range.end().0,
            access: parts[0].protection.map_or("???".into(), access),
            states: parts.iter().map(|part| part.state).collect(),
            path: parts[0].backing.and_then(|file| snapshot.file(file)).map(str::to_owned),
        })
        .collect()
}

fn access(protection: Protection) -> String {
    protection.letters()[..3].to_owned()
}

/// Compares row by row, and returns the truth without the rows that the writer left out.
fn compare_mappings(case: &Case<'_>, outcome: &mut Outcome) -> Maps {
    let found = mappings(case.dump);
    let at = |row: &Row| found.binary_search_by_key(&row.start, |m| m.start).ok().map(|i| &found[i]);
    let has = |row: &Row| at(row).is_some_and(|m| m.end == row.end);
    for row in &case.maps.rows {
        match at(row).filter(|m| m.end == row.end) {
            Some(mapping) => {
                outcome.rows_found += 1;
                compare_attributes(case, row, mapping, outcome);
            }
            None if case.writer == Writer::Gcore && gcore_may_miss(row) => {}
            None => outcome
                .say(case, format!("mapping {:x}-{:x} {} {} is missing", row.start, row.end, row.access, row.path)),
        }
    }
    let surplus =
        found.iter().filter(|m| case.maps.row_at(m.start).is_none_or(|row| (row.start, row.end) != (m.start, m.end)));
    for mapping in surplus {
        outcome.say(case, format!("{:x}-{:x} is no mapping of the process", mapping.start, mapping.end));
    }
    case.maps.without(|row| !has(row))
}

/// gdb leaves out what madvise(MADV_DONTDUMP) marked, which the generator does to anonymous memory only, and vvar.
fn gcore_may_miss(row: &Row) -> bool {
    row.is_anonymous() || row.path.starts_with("[vvar")
}

/// Linux writes no NT_FILE where it might grow beyond 4 MiB: 65,536 mappings (fill_files_note, fs/binfmt_elf.c).
fn names_are_in_the_dump(case: &Case<'_>) -> bool {
    case.writer == Writer::MapsInside || case.maps.rows.len() < 65_535
}

fn compare_attributes(case: &Case<'_>, row: &Row, mapping: &Mapping, outcome: &mut Outcome) {
    let told = format!("{:x}-{:x} {}", row.start, row.end, row.path);
    if row.is_file() && mapping.path.as_deref() != Some(&row.path) && names_are_in_the_dump(case) {
        outcome.say(case, format!("{told}: the file behind it is {:?}", mapping.path));
    }
    if row.is_anonymous() && mapping.path.is_some() {
        outcome.say(case, format!("{told}: anonymous, but {:?} is said to be behind it", mapping.path));
    }
    if case.writer == Writer::Gcore {
        return;
    }
    if mapping.access != row.access {
        outcome.say(case, format!("{told}: access is {}, in truth {}", mapping.access, row.access));
    }
    let state = if row.access == "---" { State::Reserved } else { State::Committed };
    if mapping.states.iter().any(|s| *s != state) {
        outcome.say(case, format!("{told}: {:?}, in truth {state:?}", mapping.states));
    }
}

// ---- free space -----------------------------------------------------------------------------------------------------

fn compare_gaps(case: &Case<'_>, listed: &Maps, outcome: &mut Outcome) {
    let space = &case.dump.snapshot().space;
    let found: Vec<(u64, u64)> = space.holes().map(|h| (h.range.start().0, h.range.end().0)).collect();
    let expected = listed.gaps(case.ceiling);
    let bounds = space.bounds().range;
    if bounds.end().0 != case.ceiling {
        outcome.say(
            case,
            format!(
                "the ceiling is {} ({:?}), in truth {:#x}",
                bounds.end(),
                space.bounds().ceiling_source,
                case.ceiling
            ),
        );
    }
    if total(&found) != total(&expected) {
        outcome.say(case, format!("{} bytes are free, in truth {}", total(&found), total(&expected)));
    }
    if largest(&found) != largest(&expected) {
        outcome.say(case, format!("the largest gap is {} bytes, in truth {}", largest(&found), largest(&expected)));
    }
    if found != expected {
        outcome.say(case, format!("{} gaps, in truth {}, and not the same", found.len(), expected.len()));
    }
    let figures = fragscope::analyze::analyze(case.dump.snapshot()).figures;
    if (figures.total, figures.largest_size()) != (total(&expected), largest(&expected)) {
        outcome.say(case, format!("the analysis says {} free, largest {}", figures.total, figures.largest_size()));
    }
}

// ---- threads --------------------------------------------------------------------------------------------------------

fn compare_threads(case: &Case<'_>, outcome: &mut Outcome) {
    let found = &case.dump.snapshot().threads;
    if found.len() != case.threads.len() && !case.dump.snapshot().dump.truncated {
        outcome.say(case, format!("{} threads, in truth {}", found.len(), case.threads.len()));
    }
    for truth in case.threads {
        match found.iter().find(|thread| thread.id == truth.tid) {
            Some(thread) => compare_thread(case, truth, thread, outcome),
            None => outcome.say(case, format!("thread {} ({}) is missing", truth.tid, truth.name)),
        }
    }
}

fn compare_thread(case: &Case<'_>, truth: &linux_threads::Thread, thread: &Thread, outcome: &mut Outcome) {
    let sp = thread.sp.map_or(0, |sp| sp.0);
    if sp.abs_diff(truth.sp) > truth.sp_slack {
        outcome.say(case, format!("thread {}: SP is {sp:#x}, in truth {:#x}", truth.name, truth.sp));
    }
    match truth.kind {
        Kind::Main => compare_main(case, thread, outcome),
        _ if top_is_in_the_dump(case.dump, truth) => compare_exact(case, truth, thread, outcome),
        Kind::Fiber => compare_lost_fiber(case, truth, thread, outcome),
        _ => compare_by_map(case, truth, thread, outcome),
    }
}

/// Whether the dump holds the last 4 KiB of the stack, where struct pthread is.
fn top_is_in_the_dump(dump: &Dump<'_>, truth: &linux_threads::Thread) -> bool {
    let mut page = [0u8; 0x1000];
    truth.end != 0 && dump.memory().read_exact(Addr(truth.end - 0x1000), &mut page)
}

fn bounds_of(thread: &Thread) -> Option<(u64, u64, Option<u64>)> {
    thread.stack.map(|stack| (stack.range.start().0, stack.range.end().0, stack.guard))
}

fn compare_exact(case: &Case<'_>, truth: &linux_threads::Thread, thread: &Thread, outcome: &mut Outcome) {
    outcome.exact_possible += 1;
    let by_pthread = thread.stack.is_some_and(|stack| stack.source == StackSource::Pthread);
    if by_pthread && bounds_of(thread) == Some((truth.start, truth.end, Some(truth.guard))) {
        outcome.exact += 1;
        return;
    }
    let found = thread.stack.map(|s| (s.range, s.guard, s.source));
    outcome.say(
        case,
        format!(
            "thread {} ({}): stack {found:x?}, in truth {:x}-{:x}, guard {:x}",
            truth.tid, truth.name, truth.start, truth.end, truth.guard
        ),
    );
}

fn compare_main(case: &Case<'_>, thread: &Thread, outcome: &mut Outcome) {
    let Some(row) = case.maps.named("[stack]") else {
        return outcome.say(case, "the truth has no [stack]".into());
    };
    match bounds_of(thread) {
        Some((start, end, _)) if (start, end) == (row.start, row.end) => outcome.by_map += 1,
        found => outcome.say(case, format!("main stack {found:x?}, in truth {:x}-{:x}", row.start, row.end)),
    }
    let owner = thread.stack.and_then(|s| case.dump.snapshot().owner(s.owner)).map(|o| o.movable);
    if owner != Some(false) {
        outcome.say(case, "the main stack is not pinned".into());
    }
}

/// Without its memory: exact if the thread's stack is a mapping for itself, else a mapping that holds it.
fn compare_by_map(case: &Case<'_>, truth: &linux_threads::Thread, thread: &Thread, outcome: &mut Outcome) {
    let row = case.maps.row_at(truth.sp);
    let alone = row.is_some_and(|row| (row.start, row.end) == (truth.start, truth.end));
    match bounds_of(thread) {
        Some((start, end, guard)) if alone => {
            match (start, end) == (truth.start, truth.end) && guard_fits(guard, truth) {
                true => outcome.by_map += 1,
                false => outcome.say(
                    case,
                    format!("thread {}: {start:x}-{end:x} guard {guard:x?} by map, in truth {truth:x?}", truth.name),
                ),
            }
        }
        Some((start, end, _)) if start <= truth.sp && truth.sp < end => {}
        found => outcome.say(case, format!("thread {}: {found:x?} does not hold its SP {:x}", truth.name, truth.sp)),
    }
    if thread.stack.is_some_and(|stack| stack.source == StackSource::Pthread) {
        outcome.say(case, format!("thread {}: called exact without its memory", truth.name));
    }
}

/// By the map alone a guardless stack above another's reservation has a guard: only a small one may be claimed.
fn guard_fits(guard: Option<u64>, truth: &linux_threads::Thread) -> bool {
    guard.is_none() || guard == Some(truth.guard) || truth.guard == 0
}

fn compare_lost_fiber(case: &Case<'_>, truth: &linux_threads::Thread, thread: &Thread, outcome: &mut Outcome) {
    if thread.stack.is_some_and(|stack| stack.source == StackSource::Pthread) {
        outcome.say(case, format!("fiber {}: called exact without its memory", truth.name));
    }
}

/// Stacks that exited threads left in glibc's cache are no living thread's, and all of them are found where the memory
/// of the living ones is in the dump.
fn compare_exited(case: &Case<'_>, outcome: &mut Outcome) {
    let owners = case.dump.snapshot().owners.iter().map(|(_, owner)| owner);
    let found = owners
        .filter(|o| o.kind == OwnerKind::Stack && o.thread_id.is_none() && o.name.as_deref() == Some("exited thread"))
        .count();
    let whole = outcome.exact + 1 == outcome.threads && case.writer != Writer::MapsInside;
    let wanted = if whole { case.exited } else { found.min(case.exited) };
    if found != wanted {
        outcome.say(case, format!("{found} stacks of exited threads, in truth {}", case.exited));
    }
}

// ---- owners ---------------------------------------------------------------------------------------------------------

/// The truth's own labels: [heap], [stack], vdso and vvar, files.
fn compare_owners(case: &Case<'_>, listed: &Maps, outcome: &mut Outcome) {
    for row in &listed.rows {
        let wanted = match row.path.as_str() {
            "[stack]" => OwnerKind::Stack,
            "[vdso]" | "[vvar]" | "[vvar_vclock]" => OwnerKind::Vdso,
            _ if !names_are_in_the_dump(case) => continue,
            "[heap]" if heap_is_ambiguous(case, row) => continue,
            "[heap]" => OwnerKind::Heap,
            _ if row.is_file() && is_library_path(&row.path) => OwnerKind::Module,
            _ if row.is_file() && is_data_path(&row.path) => OwnerKind::MappedFile,
            _ => continue,
        };
        compare_owner(case, row, wanted, outcome);
    }
}

/// Without its memory in the dump, the heap looks like any private mapping; its place tells only if nothing but the
/// executable's bss lies between. In a crowded space, and in i386's bottom-up layout, something may.
fn heap_is_ambiguous(case: &Case<'_>, heap: &Row) -> bool {
    let dump = case.dump.snapshot();
    let bottom_up = matches!(dump.space.bounds().mmap_layout, Some(MmapLayout::BottomUp { .. }));
    let crowded = bottom_up && dump.width() == PointerWidth::Bits32;
    let executable = case.maps.rows.iter().rfind(|row| row.start < heap.start && row.path.ends_with("/fragment"));
    let exe_end = executable.map_or(heap.start, |row| row.end);
    let between = |row: &&Row| exe_end < row.start && row.start < heap.start;
    let in_the_dump = case.dump.memory().captured_at(Addr(heap.start)).is_some();
    !in_the_dump && (crowded || case.maps.rows.iter().any(|row| between(&row)))
}

fn compare_owner(case: &Case<'_>, row: &Row, wanted: OwnerKind, outcome: &mut Outcome) {
    let snapshot = case.dump.snapshot();
    let owner = snapshot.space.region_at(Addr(row.start)).and_then(|region| snapshot.owner(region.owner));
    let kind = owner.map(|o| o.kind);
    if kind != Some(wanted) {
        outcome.say(case, format!("{:x}-{:x} {} belongs to {kind:?}, not {wanted:?}", row.start, row.end, row.path));
    }
    let named = owner.and_then(|o| o.name.as_deref()).is_some_and(|name| row.path.contains(name));
    if wanted == OwnerKind::Module && !named {
        outcome.say(case, format!("{:x} {} belongs to another module", row.start, row.path));
    }
}

fn is_library_path(path: &str) -> bool {
    path.contains(".so") || path.ends_with("/fragment")
}

fn is_data_path(path: &str) -> bool {
    ["cache.bin", "spool.tmp (deleted)"].iter().any(|name| path.ends_with(name))
}
