//! From facts to a snapshot: draw the partition, find the limits, let everyone claim what is his.
//!
//! Nothing here knows a file format. What a range is called, who owns it and how large the space is are decided once,
//! for all formats.

mod bounds;
mod captured;
mod claims;
mod finish;
mod heaps;
mod index;
mod mmap_layout;
mod modules;
mod partition;
mod stacks;
mod system;

use super::facts::{Facts, RawCoverage, Row};
use super::{Input, LoadOptions};
use crate::addr::{Addr, AddrRange};
use crate::diag::Diagnostics;
use crate::error::LoadError;
use crate::model::{
    AddressSpace, Bounds, Captured, Coverage, DumpInfo, Evidence, Limits, Memory, Module, Os, Owners, Platform,
    PointerWidth, Snapshot, Source, State, Thread,
};
use claims::Claim;
use index::Index;
use partition::Piece;

/// The snapshot in the making: what is read, and who claimed what so far.
struct Draft<'a> {
    facts: &'a Facts,
    pieces: &'a [Piece],
    index: Index<'a>,
    memory: Memory<'a>,
    platform: Platform,
    deep: bool,
    owners: Owners,
    claims: Vec<Claim>,
    modules: Vec<Module>,
    threads: Vec<Thread>,
    /// Each thread's thread pointer (glibc's struct pthread), as the dump or a scan of its stack tells it.
    thread_pointers: Vec<Option<Addr>>,
    /// Where struct pthread keeps the stack's bounds, once a thread has shown it.
    pthread: Option<stacks::PthreadLayout>,
    effort: stacks::Effort,
    /// Stack memory that was seen to be zero.
    zeros: stacks::Zeros,
    /// The executable's large-address-aware bit (Windows), if its headers are in the dump.
    large_address_aware: Option<bool>,
    diagnostics: Diagnostics,
}

impl<'a> Draft<'a> {
    /// A draft in which nobody has claimed anything yet.
    fn new(
        facts: &'a Facts,
        pieces: &'a [Piece],
        memory: Memory<'a>,
        platform: Platform,
        deep: bool,
        diagnostics: Diagnostics,
    ) -> Draft<'a> {
        Draft {
            facts,
            pieces,
            index: Index::new(pieces),
            memory,
            platform,
            deep,
            owners: Owners::default(),
            claims: Vec::new(),
            modules: Vec::new(),
            threads: Vec::new(),
            thread_pointers: Vec::new(),
            pthread: None,
            effort: stacks::Effort::new(deep),
            zeros: stacks::Zeros::default(),
            large_address_aware: None,
            diagnostics,
        }
    }

    /// The piece that holds `addr`.
    fn piece_at(&self, addr: Addr) -> Option<&'a Piece> {
        let next = self.pieces.partition_point(|p| p.range.start() <= addr);
        self.pieces.get(next.checked_sub(1)?).filter(|p| p.range.contains(addr))
    }

    /// From the first to the last piece of the allocation that begins at `base` (Windows).
    fn allocation(&self, base: Addr) -> Option<AddrRange> {
        self.index.allocation(base)
    }
}

/// Makes the snapshot, and the sorted list of captured memory that belongs to it.
///
/// # Errors
/// If the facts hold neither a region nor a thread.
pub(super) fn assemble(
    mut facts: Facts,
    input: &Input<'_>,
    options: &LoadOptions,
) -> Result<(Snapshot, Vec<Captured>), LoadError> {
    refuse_empty(&facts)?;
    let mut diagnostics = std::mem::take(&mut facts.diagnostics);
    let captured = captured::sorted(std::mem::take(&mut facts.memory));
    let platform = platform_of(&facts, &mut diagnostics);
    add_rows(&mut facts, &Memory::new(input, &captured, platform.endian), platform, options);
    let coverage = coverage_of(&facts.coverage);
    let pieces = partition::partition(std::mem::take(&mut facts.rows), &coverage, &mut diagnostics);
    let memory = Memory::new(input, &captured, platform.endian);
    let draft = Draft::new(&facts, &pieces, memory, platform, options.deep, diagnostics);
    let mut claimed = claim_all(draft, options)?;
    let window_shows_all = options.window.is_none() || pieces.is_empty();
    let space = close(pieces, &facts, coverage, &mut claimed);
    let deep_would_add = deep_would_add(&facts, &memory, input);
    let snapshot = Snapshot {
        dump: dump_info(&facts, input),
        platform,
        evidence: evidence(&facts, &space, window_shows_all),
        evidence_notes: facts.evidence_notes,
        space,
        owners: claimed.owners,
        files: facts.files.into_iter().map(Into::into).collect(),
        threads: claimed.threads,
        modules: claimed.modules,
        unloaded_modules: facts.unloaded_modules,
        limits: Limits { large_address_aware: claimed.large_address_aware, ..facts.limits },
        request: options.request.or(facts.request),
        stated: facts.stated,
        deep_would_add,
        diagnostics: claimed.diagnostics,
    };
    Ok((snapshot, captured))
}

/// What the claimants found; it outlives the pieces that they looked at.
struct Claimed {
    bounds: Bounds,
    large_address_aware: Option<bool>,
    owners: Owners,
    claims: Vec<Claim>,
    modules: Vec<Module>,
    threads: Vec<Thread>,
    diagnostics: Diagnostics,
}

fn claim_all(mut draft: Draft<'_>, options: &LoadOptions) -> Result<Claimed, LoadError> {
    modules::claim(&mut draft);
    stacks::claim(&mut draft);
    heaps::claim(&mut draft);
    system::claim(&mut draft);
    let hints = bounds::Hints {
        main_stack_end: stacks::main_stack_end(&draft),
        large_address_aware: draft.large_address_aware,
    };
    let mut bounds = bounds::find(draft.facts, draft.pieces, &draft.platform, &hints, options, &mut draft.diagnostics)?;
    bounds.mmap_layout = mmap_layout::detect(&draft, bounds.range.end());
    Ok(Claimed {
        bounds,
        large_address_aware: draft.large_address_aware,
        owners: draft.owners,
        claims: draft.claims,
        modules: draft.modules,
        threads: draft.threads,
        diagnostics: draft.diagnostics,
    })
}

/// Settles the claims and makes the space. The pieces go as the regions come: a process at its mapping limit has
/// 65,530 of each.
fn close(pieces: Vec<Piece>, facts: &Facts, coverage: Coverage, claimed: &mut Claimed) -> AddressSpace {
    let mut owned = claims::apply(pieces, std::mem::take(&mut claimed.claims));
    finish::own_the_rest(&mut owned, facts, &mut claimed.owners);
    let space = finish::close(owned, claimed.bounds, coverage, &mut claimed.diagnostics);
    finish::settle_owner_starts(space.regions(), &mut claimed.owners);
    space
}

/// The reader's sentences, and one for the memory that lies behind what was unpacked.
fn deep_would_add(facts: &Facts, memory: &Memory<'_>, input: &Input<'_>) -> Vec<String> {
    let mut sentences = facts.deep_would_add.clone();
    if memory.ranges().iter().any(|c| input.needs_deep(c.offset)) {
        sentences.push(
            "--deep would unpack the process's memory: exact stack bounds, module ids, heaps by their shape".to_owned(),
        );
    }
    sentences
}

fn refuse_empty(facts: &Facts) -> Result<(), LoadError> {
    let said = facts.stated.is_some();
    if facts.rows.is_empty() && facts.threads.is_empty() && facts.modules.is_empty() && !said {
        return Err(LoadError::NothingInIt(
            "the headers are there, but no region, thread or module could be read; capture a new dump".into(),
        ));
    }
    Ok(())
}

/// Adds the rows that come from elsewhere than a list: exact stacks, the crash reporter's reservation,
/// `--assume-used`, Windows' shared user data.
fn add_rows(facts: &mut Facts, memory: &Memory<'_>, platform: Platform, options: &LoadOptions) {
    dumped_ranges_to_pages(facts);
    let stacks = stacks::rows_by_teb(facts, memory, platform.width);
    facts.rows.extend(stacks);
    add_declared_rows(facts, options);
}

/// Small minidumps hold parts of pages; a page is occupied as a whole.
fn dumped_ranges_to_pages(facts: &mut Facts) {
    let page = facts.page_size.unwrap_or(0x1000);
    for row in facts.rows.iter_mut().filter(|r| matches!(r.source, Source::MemoryList | Source::ThreadStack)) {
        row.range = row.range.grown_to(page);
    }
}

fn add_declared_rows(facts: &mut Facts, options: &LoadOptions) {
    let reporter = facts.reservations.iter().map(|r| (*r, Source::Annotation, State::Reserved));
    let assumed = options.assume_used.iter().map(|r| (*r, Source::Assumed, State::Committed));
    let (shared_data, size) = system::SHARED_USER_DATA;
    let windows = (facts.os == Some(Os::Windows)).then(|| AddrRange::from_size(shared_data, size)).flatten();
    let platform = windows.into_iter().map(|r| (r, Source::Platform, State::Committed));
    let rows: Vec<Row> =
        reporter.chain(assumed).chain(platform).map(|(range, source, state)| Row::new(range, state, source)).collect();
    facts.rows.extend(rows);
}

fn platform_of(facts: &Facts, diagnostics: &mut Diagnostics) -> Platform {
    let width = facts.width.unwrap_or_else(|| width_by_addresses(facts, diagnostics));
    Platform { os: facts.os, cpu: facts.cpu, width, endian: facts.endian }
}

/// Where the input does not tell: a 64-bit Linux process has its stack far above 4 GiB.
fn width_by_addresses(facts: &Facts, diagnostics: &mut Diagnostics) -> PointerWidth {
    let top = facts.rows.iter().map(|r| r.range.end().0).max().unwrap_or(0);
    let width = if top > 1 << 32 { PointerWidth::Bits64 } else { PointerWidth::Bits32 };
    diagnostics.info("width-by-addresses", format!("{}-bit, concluded from the addresses", width.bits()), None);
    width
}

fn coverage_of(raw: &RawCoverage) -> Coverage {
    match raw {
        RawCoverage::Everything => Coverage::Everything,
        RawCoverage::Nothing => Coverage::Nothing,
        RawCoverage::Within(ranges) => Coverage::Within(union(ranges.clone())),
    }
}

/// Sorts ranges and joins those that touch.
fn union(mut ranges: Vec<AddrRange>) -> Vec<AddrRange> {
    ranges.sort_unstable();
    ranges.dedup_by(|next, kept| {
        let joined = next.start() <= kept.end();
        if joined {
            *kept = kept.hull(*next);
        }
        joined
    });
    ranges
}

fn dump_info(facts: &Facts, input: &Input<'_>) -> DumpInfo {
    DumpInfo {
        format: facts.format,
        writer: facts.writer,
        writer_detail: facts.writer_detail.as_deref().map(Into::into),
        pid: facts.pid,
        process_name: facts.process_name.as_deref().map(Into::into),
        truncated: facts.truncated,
        compression: input.compression().map(super::Compression::name),
        reason: facts.reason.clone(),
    }
}

/// The format's grade, lowered where the list of regions does not reach the bounds, or nothing is left. A window
/// may show nothing of a map that has regions: then it lies in a gap.
fn evidence(facts: &Facts, space: &AddressSpace, window_shows_all: bool) -> Evidence {
    let covered = space.coverage().bytes_within(space.bounds().range) == space.bounds().range.size();
    match facts.evidence {
        _ if window_shows_all && space.regions().is_empty() => Evidence::None,
        Evidence::Complete if !covered => Evidence::Partial,
        grade => grade,
    }
}
