//! What would help: each known remedy is tried on a copy of the map, and only those that enlarge the largest gap, or
//! lift the limit that refused, are kept.

mod arenas;
mod granules;
pub(super) mod heaps;
mod layout;
mod limit;
mod malloc;
mod mappings;
mod modules;
mod stacks;
mod together;
mod windows;

use super::groups::OwnerGroup;
use super::what_if::{self, Edit, Outcome};
use super::{Analysis, Reach, Splitter, VerdictKind};
use crate::heaps::Heaps;
use crate::model::{OwnerId, Snapshot};

/// A remedy that would help.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Advice {
    /// Which.
    pub remedy: Remedy,
    /// The edits that it was tried as; empty for what changes no map.
    pub edits: Vec<Edit>,
    /// The figures with it.
    pub after: Outcome,
    /// How much larger the largest usable and reachable gap would be, in bytes.
    pub gain: u64,
    /// Memory that would come back, in bytes; `None` for what is not about memory. Where `edits` are empty it is memory
    /// alone, and no address space.
    pub memory: Option<u64>,
    /// What to do, as one sentence with its numbers. Names in it are from the dump.
    pub what: String,
    /// How to do it, a sentence each.
    pub how: Vec<String>,
}

/// The remedies that are tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub enum Remedy {
    /// Smaller thread stacks.
    SmallerStacks,
    /// Fewer threads of one name.
    FewerThreads,
    /// Fewer arenas of glibc's malloc.
    FewerArenas,
    /// The executable's large-address-aware bit.
    LargeAddressAware,
    /// More user address space on 32-bit Windows.
    UserVa,
    /// Modules side by side.
    PackModules,
    /// A module that is loaded later or not at all.
    WithoutModule,
    /// A module at another address (Windows).
    Rebase,
    /// A file that is mapped at once, or in fewer windows.
    FileWindows,
    /// Mappings of one shape out of one larger piece.
    OnePiece,
    /// Less address space reserved.
    LessReserved,
    /// A higher M_MMAP_THRESHOLD of glibc's malloc.
    MmapThreshold,
    /// An M_MMAP_THRESHOLD of glibc's malloc that does not grow.
    FixedMmapThreshold,
    /// A lower M_TRIM_THRESHOLD of glibc's malloc, or less M_TOP_PAD.
    TrimThreshold,
    /// No caches of glibc's malloc by thread.
    NoTcache,
    /// malloc_trim.
    MallocTrim,
    /// Python's small objects elsewhere, or fewer that pin its arenas.
    PythonArenas,
    /// Allocations that fill their granules (Windows).
    Granules,
    /// mmap's usual direction.
    TopDown,
    /// More or fewer mappings.
    MappingLimit,
    /// Several of the others.
    Together,
}

impl Remedy {
    /// All.
    pub const ALL: [Remedy; 21] = [
        Remedy::SmallerStacks,
        Remedy::FewerThreads,
        Remedy::FewerArenas,
        Remedy::LargeAddressAware,
        Remedy::UserVa,
        Remedy::PackModules,
        Remedy::WithoutModule,
        Remedy::Rebase,
        Remedy::FileWindows,
        Remedy::OnePiece,
        Remedy::LessReserved,
        Remedy::MmapThreshold,
        Remedy::FixedMmapThreshold,
        Remedy::TrimThreshold,
        Remedy::NoTcache,
        Remedy::MallocTrim,
        Remedy::PythonArenas,
        Remedy::Granules,
        Remedy::TopDown,
        Remedy::MappingLimit,
        Remedy::Together,
    ];

    /// The word used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Remedy::SmallerStacks => "smaller-stacks",
            Remedy::FewerThreads => "fewer-threads",
            Remedy::FewerArenas => "fewer-arenas",
            Remedy::LargeAddressAware => "large-address-aware",
            Remedy::UserVa => "user-va",
            Remedy::PackModules => "pack-modules",
            Remedy::WithoutModule => "without-module",
            Remedy::Rebase => "rebase",
            Remedy::FileWindows => "file-windows",
            Remedy::OnePiece => "one-piece",
            Remedy::LessReserved => "less-reserved",
            Remedy::MmapThreshold => "mmap-threshold",
            Remedy::FixedMmapThreshold => "fixed-mmap-threshold",
            Remedy::TrimThreshold => "trim-threshold",
            Remedy::NoTcache => "no-tcache",
            Remedy::MallocTrim => "malloc-trim",
            Remedy::PythonArenas => "python-arenas",
            Remedy::Granules => "granules",
            Remedy::TopDown => "top-down",
            Remedy::MappingLimit => "mapping-limit",
            Remedy::Together => "together",
        }
    }
}

/// A gain counts from this share of the largest gap: a hundredth.
pub(super) const LEAST_GAIN: u64 = 100;

/// What remedies are judged on.
pub(super) struct Patient<'a> {
    pub snapshot: &'a Snapshot,
    pub before: Outcome,
    /// Whether the largest gap could grow by what can move or go, and the map tells.
    pub moving_helps: bool,
    pub reach: Reach,
    pub splitters: &'a [Splitter],
    pub groups: &'a [OwnerGroup],
    pub analysis: &'a Analysis,
    pub heaps: &'a Heaps,
}

/// All remedies that help, those first that would leave the largest gap; what lifts a limit comes before all.
pub(super) fn find(patient: &Patient<'_>) -> Vec<Advice> {
    let anywhere =
        [limit::try_it(patient), layout::try_it(patient), windows::try_it(patient), granules::try_it(patient)];
    let mut advice: Vec<Advice> = anywhere.into_iter().flatten().collect();
    if patient.moving_helps {
        advice.extend(try_moving(patient));
    }
    advice.extend(heaps::that_matter(patient));
    advice.extend(together::try_it(patient, &advice));
    let lifts = |a: &Advice| a.remedy == Remedy::MappingLimit;
    advice.sort_by_key(|a| (!lifts(a), std::cmp::Reverse((a.gain, a.memory)), a.remedy));
    advice
}

/// What moves owners or makes them smaller.
fn try_moving(patient: &Patient<'_>) -> impl Iterator<Item = Advice> {
    let smaller = stacks::try_smaller(patient);
    let all = smaller.first().map_or(0, |a| a.gain);
    [
        smaller,
        stacks::try_pools(patient, all),
        stacks::try_fewer(patient),
        arenas::try_it(patient),
        modules::try_packed(patient),
        modules::try_without(patient),
        mappings::try_files(patient),
        mappings::try_shapes(patient),
        mappings::try_reserved(patient),
        malloc::try_threshold(patient),
    ]
    .into_iter()
    .flatten()
}

impl Patient<'_> {
    /// The advice if its edits can be made and help.
    fn attempt(&self, remedy: Remedy, edits: Vec<Edit>, what: String, how: Vec<String>) -> Option<Advice> {
        self.tried(remedy, edits, what, how).filter(|advice| self.matters(advice))
    }

    /// The same if its edits can be made, whatever they give.
    fn tried(&self, remedy: Remedy, edits: Vec<Edit>, what: String, how: Vec<String>) -> Option<Advice> {
        let after = Outcome::measure(&what_if::apply(self.snapshot, &edits).ok()?);
        let gain = after.largest.saturating_sub(self.before.largest);
        Some(Advice { remedy, edits, after, gain, memory: None, what, how })
    }

    /// Whether the largest gap grows. Next to a large gap a small gain helps nobody, unless it lets the request in.
    fn matters(&self, advice: &Advice) -> bool {
        let lets_in = advice.after.verdict == VerdictKind::Fits && self.before.verdict != VerdictKind::Fits;
        advice.gain > 0 && (lets_in || advice.gain >= self.before.largest / LEAST_GAIN)
    }

    /// How many owners an edit takes out, and their sum in bytes: a name as it is typed may mean more than one group.
    fn taken_out(&self, edit: &Edit) -> (u64, u64) {
        let Ok(left) = what_if::apply(self.snapshot, std::slice::from_ref(edit)) else { return (0, 0) };
        let mut stands = vec![false; self.snapshot.owners.len()];
        for (snapshot, value) in [(self.snapshot, true), (&left, false)] {
            for region in snapshot.space.regions() {
                if let Some(flag) = stands.get_mut(region.owner.0 as usize) {
                    *flag = value;
                }
            }
        }
        let gone = |id: OwnerId| stands.get(id.0 as usize).copied().unwrap_or(false);
        let regions = self.snapshot.space.regions().iter().filter(|r| gone(r.owner));
        (stands.iter().filter(|flag| **flag).count() as u64, regions.map(|r| r.range.size()).sum())
    }
}
