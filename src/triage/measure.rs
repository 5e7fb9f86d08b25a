//! A row from the answers about one dump.

use super::{Row, RowSplitter, RowStacks, Status, label};
use crate::analyze::{culprit, stated};
use crate::model::{Cpu, Evidence, Os, Snapshot, Writer};
use crate::report::{Context, FreeView};

/// Splitters that a row names.
const SPLITTERS: usize = 3;

/// What is known of a dump's file from outside.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RowFile {
    /// The input, as it was named; a member of an archive after `!`.
    pub file: String,
    /// Its size in bytes.
    pub size: Option<u64>,
    /// When it was last changed, in milliseconds since 1970.
    pub mtime_ms: Option<u64>,
    /// Fingerprint of its content in hex.
    pub sha256: Option<String>,
    /// Where its full report was written.
    pub report: Option<String>,
}

impl Row {
    /// The row of a dump that was read: the report's figures under the report's words. Where the map is none and no tool
    /// states figures, they are not known. How long it took is for the caller to say.
    pub fn of(cx: Context<'_>, file: RowFile) -> Row {
        let status = status(cx.snapshot);
        let mut row = Row::failed(file.file, status, String::new());
        row.message = (status == Status::Partial).then(|| label::sentence(&message(cx.snapshot)));
        row.size = file.size;
        row.mtime_ms = file.mtime_ms;
        row.sha256 = file.sha256;
        row.report = file.report;
        row.take_process(cx.snapshot);
        row.take_figures(cx);
        row.take_answers(cx);
        row
    }

    /// What was dumped.
    fn take_process(&mut self, snapshot: &Snapshot) {
        let (dump, platform) = (&snapshot.dump, &snapshot.platform);
        self.format = Some(dump.format.name().into());
        self.writer = dump.writer.map(|w| Writer::name(w).into());
        self.os = platform.os.map(|os| Os::name(os).into());
        self.cpu = platform.cpu.map(|cpu| Cpu::name(cpu).into());
        self.bits = Some(platform.width.bits().into());
        self.process = dump.process_name.as_deref().map(label::name);
        self.pid = dump.pid;
        self.crash_reason = dump.reason.as_ref().map(label::reason);
        self.evidence = Some(snapshot.evidence.name().into());
    }

    /// What was measured, or what a tool states.
    fn take_figures(&mut self, cx: Context<'_>) {
        let (snapshot, limits) = (cx.snapshot, &cx.snapshot.limits);
        let has_map = snapshot.evidence > Evidence::None;
        self.take_free(cx);
        let totals = Some(&cx.analysis.totals).filter(|_| has_map);
        let stated = stated::instead_of_map(snapshot);
        self.reserved = stated.and_then(|s| s.reserved).or(totals.map(|t| t.reserved));
        self.committed = stated.and_then(|s| s.committed).or(totals.map(|t| t.committed));
        self.commit_left = limits.commit_left;
        self.vma_count = limits.vma_count;
        let (stacks, modules) = (cx.analysis.stacks, snapshot.modules.len() as u64);
        self.stacks = RowStacks {
            count: (stacks.threads > 0).then_some(stacks.with_stack),
            bytes: Some(stacks.reserved).filter(|bytes| *bytes > 0),
        };
        self.modules = (has_map || modules > 0).then_some(modules);
    }

    /// What is free.
    fn take_free(&mut self, cx: Context<'_>) {
        let free = FreeView::new(cx);
        self.largest_free_vm_block = free.largest_free_vm_block;
        self.tiny_block_size = free.tiny_block_size;
        self.write_combine_size = free.write_combine_size;
        if let Some(stated) = stated::instead_of_map(cx.snapshot) {
            self.free = stated.free;
            self.largest = free.largest.map(|l| l.size).or(stated.largest);
            self.gaps = stated.free_regions;
            self.fragmentation = stated.fragmented_bytes().map(|_| free.external_fragmentation_percent);
        } else if cx.snapshot.evidence > Evidence::None {
            self.free = Some(free.total);
            self.largest = Some(free.largest_reachable.map_or(0, |l| l.size));
            self.gaps = Some(free.gap_count);
            self.fragmentation = Some(free.external_fragmentation_percent);
            self.unusable = Some(free.unusable);
        }
    }

    /// What is said of it.
    fn take_answers(&mut self, cx: Context<'_>) {
        let verdict = &cx.analysis.verdict;
        self.verdict = Some(verdict.kind.name().into());
        self.request = verdict.request.map(|r| r.size);
        self.advice = cx.counsel.advice.first().map(|a| label::sentence(&a.what));
        self.group = Some(group(cx));
        let named = |s: &crate::analyze::Splitter| {
            Some(RowSplitter { owner: label::owner(cx.snapshot.owner(s.owner)?, s.bytes), gain: s.gain })
        };
        self.splitters = cx.analysis.splitters.iter().take(SPLITTERS).filter_map(named).collect();
    }
}

/// What dumps of the same trouble have in common: the verdict, the pointer size, and who splits most (see
/// [`culprit`]).
fn group(cx: Context<'_>) -> String {
    let culprit = culprit(cx.snapshot, cx.analysis, cx.counsel);
    let verdict = cx.analysis.verdict.kind.name();
    let bits = cx.snapshot.width().bits();
    format!("{verdict} / {bits}-bit / {}", culprit.as_deref().unwrap_or("nobody in particular"))
}

fn status(snapshot: &Snapshot) -> Status {
    let whole = snapshot.evidence >= Evidence::NearlyComplete && !snapshot.dump.truncated;
    if whole { Status::Ok } else { Status::Partial }
}

/// Why a row is partial.
fn message(snapshot: &Snapshot) -> String {
    let cut = snapshot.dump.truncated.then(|| {
        let listed = snapshot.diagnostics.to_vec().into_iter().find(|d| d.code.starts_with("truncated"));
        listed.map_or_else(|| "the file ends before what its headers promise".into(), |d| d.message)
    });
    let poor = snapshot.evidence <= Evidence::Partial;
    let notes = snapshot.evidence_notes.iter().filter(|_| poor).cloned();
    let said: Vec<String> = cut.into_iter().chain(notes).collect();
    match said.is_empty() {
        true => format!("the map is {}", snapshot.evidence.name()),
        false => said.join("; "),
    }
}
