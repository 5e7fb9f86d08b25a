//! Small random processes with threads, modules, arenas and other mappings, built directly through the model.

use fragscope::addr::{Addr, AddrRange};
use fragscope::analyze::what_if::{Edit, Pattern, Target};
use fragscope::model::*;
use proptest::prelude::*;

use crate::spaces::{PAGE, with_space};

const FLOOR: u64 = 16;
/// Pages that a process may reach up to, about.
pub const PAGES: u64 = 400;

/// Something on the map, in pages.
#[derive(Clone, Debug)]
pub enum Thing {
    /// A guard, and the stack above it, of a thread of this name.
    Stack { guard: u64, pages: u64, name: usize, known: bool },
    /// Parts with gaps of 0 or 1 page between them.
    Module { parts: Vec<(u64, bool)>, relocatable: Option<bool>, order: Option<u32> },
    /// A heap of one of three arenas, or of one that is not known.
    Heap { pages: u64, arena: Option<u64> },
    /// Anything else.
    Private { pages: u64, reserved: bool },
}

/// A process in the making.
#[derive(Clone, Debug)]
pub struct Plan {
    things: Vec<(u64, Thing, bool)>,
    tail: u64,
    windows: bool,
    layout: Option<MmapLayout>,
    coverage: Coverage,
}

pub const NAMES: [&str; 4] = ["worker-1", "worker-2", "io", "Worker-10"];

fn thing() -> impl Strategy<Value = Thing> {
    prop_oneof![
        3 => (0u64..3, 1u64..12, 0..NAMES.len(), prop::bool::weighted(0.8))
            .prop_map(|(guard, pages, name, known)| Thing::Stack { guard, pages, name, known }),
        3 => (
            prop::collection::vec((1u64..4, prop::bool::weighted(0.2)), 1..4),
            prop_oneof![3 => Just(Some(true)), 1 => Just(Some(false)), 1 => Just(None)],
            prop::option::of(0u32..8),
        )
            .prop_map(|(parts, relocatable, order)| Thing::Module { parts, relocatable, order }),
        2 => (1u64..5, prop::option::of(0u64..3)).prop_map(|(pages, arena)| Thing::Heap { pages, arena }),
        2 => (1u64..6, any::<bool>()).prop_map(|(pages, reserved)| Thing::Private { pages, reserved }),
    ]
}

pub fn plan() -> impl Strategy<Value = Plan> {
    let layout = prop_oneof![
        3 => Just(None),
        2 => Just(Some(MmapLayout::TopDown { skipped: None })),
        1 => (FLOOR..PAGES / 2).prop_map(|p| Some(MmapLayout::BottomUp { base: Addr(p * PAGE) })),
    ];
    let coverage = prop_oneof![
        3 => Just(Coverage::Everything),
        1 => Just(Coverage::Nothing),
        1 => Just(Coverage::Within(vec![range(20, 60), range(80, 90)])),
    ];
    let things = prop::collection::vec((0u64..20, thing(), prop::bool::weighted(0.85)), 0..14);
    (things, 1u64..30, any::<bool>(), layout, coverage).prop_map(|(things, tail, windows, layout, coverage)| Plan {
        things,
        tail,
        windows,
        layout,
        coverage,
    })
}

pub fn range(start: u64, end: u64) -> AddrRange {
    AddrRange::new(Addr(start * PAGE), Addr(end * PAGE)).unwrap()
}

/// The lists of a snapshot while they grow.
#[derive(Default)]
struct Lists {
    regions: Vec<Region>,
    owners: Owners,
    threads: Vec<Thread>,
    modules: Vec<Module>,
}

impl Lists {
    fn region(&mut self, start: u64, pages: u64, owner: OwnerId, state: State) {
        if pages > 0 {
            self.regions.push(Region {
                range: range(start, start + pages),
                state,
                protection: Some(Protection::READ),
                owner,
                mapping: MappingId(self.regions.len() as u32),
                backing: None,
                evidence: Sources::of(Source::Maps),
            });
        }
    }

    /// Puts the thing down at page `at`, and returns the page behind it.
    fn place(&mut self, at: u64, thing: &Thing, movable: bool) -> u64 {
        let owner = |kind| Owner { movable, ..Owner::anonymous(kind, Addr(at * PAGE)) };
        match thing {
            Thing::Stack { guard, pages, name, known } => self.stack(at, *guard, *pages, NAMES[*name], *known, movable),
            Thing::Module { parts, relocatable, order } => self.module(at, parts, *relocatable, *order, movable),
            Thing::Heap { pages, arena } => {
                let arena = arena.map(|number| Addr(0x7000_0000 + number * 0x10_0000));
                let heap = Owner { name: Some("glibc thread arena".into()), arena, ..owner(OwnerKind::Heap) };
                let id = self.owners.add(heap);
                self.region(at, *pages, id, State::Committed);
                self.region(at + pages, 1, id, State::Reserved);
                at + pages + 1
            }
            Thing::Private { pages, reserved } => {
                let id = self.owners.add(owner(OwnerKind::Private));
                self.region(at, *pages, id, if *reserved { State::Reserved } else { State::Committed });
                at + pages
            }
        }
    }

    fn stack(&mut self, at: u64, guard: u64, pages: u64, name: &str, known: bool, movable: bool) -> u64 {
        let id = self.threads.len() as u64 + 1;
        let start = Addr(at * PAGE);
        let named = Owner::named(OwnerKind::Stack, start, name);
        let owner = self.owners.add(Owner { thread_id: Some(id), movable, ..named });
        self.region(at, guard, owner, State::Reserved);
        self.region(at + guard, pages, owner, State::Committed);
        let stack = Stack {
            range: range(at + guard, at + guard + pages),
            reserved: Some((guard + pages) * PAGE),
            committed: Some(pages * PAGE),
            used: None,
            guard: Some(guard * PAGE),
            source: if known { StackSource::Pthread } else { StackSource::SharedRegion },
            owner,
        };
        let (sp, pc) = (Some(Addr((at + guard) * PAGE)), None);
        self.threads.push(Thread { id, name: Some(name.into()), crashed: false, sp, pc, stack: Some(stack) });
        at + guard + pages
    }

    fn module(
        &mut self,
        at: u64,
        parts: &[(u64, bool)],
        relocatable: Option<bool>,
        load_order: Option<u32>,
        movable: bool,
    ) -> u64 {
        let name = format!("m{}.so", self.modules.len());
        let start = Addr(at * PAGE);
        let owner = self.owners.add(Owner { movable, ..Owner::named(OwnerKind::Module, start, name.as_str()) });
        let mut end = at;
        for (pages, gap) in parts {
            self.region(end, *pages, owner, State::Committed);
            end += pages + u64::from(*gap);
        }
        let end = end - u64::from(parts.last().unwrap().1);
        self.modules.push(Module {
            path: format!("/lib/{name}").into(),
            name: name.into(),
            range: range(at, end),
            id: None,
            preferred_base: None,
            relocatable,
            load_order,
            owner,
        });
        end
    }
}

pub fn process(plan: &Plan) -> Snapshot {
    let mut lists = Lists::default();
    // Windows gives out multiples of 64 KiB.
    let grain = if plan.windows { 16 } else { 1 };
    let mut at = FLOOR;
    for (gap, thing, movable) in &plan.things {
        at = lists.place((at + gap).next_multiple_of(grain), thing, *movable);
    }
    let bounds = Bounds {
        range: range(FLOOR, at + plan.tail),
        ceiling_source: CeilingSource::User,
        page_size: PAGE,
        granularity: grain * PAGE,
        mmap_layout: plan.layout.filter(|_| !plan.windows),
    };
    let space = AddressSpace::new(bounds, plan.coverage.clone(), lists.regions).unwrap();
    let limits = Limits { vma_count: Some(space.regions().len() as u64), ..Limits::default() };
    let base = with_space(space, Evidence::Complete);
    let os = if plan.windows { Os::Windows } else { Os::Linux };
    Snapshot {
        platform: Platform { os: Some(os), ..base.platform },
        owners: lists.owners,
        threads: lists.threads,
        modules: lists.modules,
        limits,
        request: Some(Request { size: 8 * PAGE, align: Some(PAGE), source: RequestSource::User }),
        ..base
    }
}

fn names() -> impl Strategy<Value = Pattern> {
    prop::sample::select(vec!["worker-*", "io", "*", "worker-1?", "w*2"]).prop_map(Pattern::new)
}

fn target() -> impl Strategy<Value = Target> {
    prop_oneof![
        (1u64..8).prop_map(Target::Thread),
        names().prop_map(Target::ThreadName),
        prop::sample::select(vec!["m0*", "m?.so", "/lib/*", "m2.so"]).prop_map(|n| Target::Module(Pattern::new(n))),
        prop::sample::select(OwnerKind::ALL.to_vec()).prop_map(Target::Kind),
        (FLOOR..PAGES).prop_map(|page| Target::Region(Addr(page * PAGE))),
    ]
}

/// Any edit.
pub fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        4 => (1u64..10, prop::option::of(names()))
            .prop_map(|(pages, threads)| Edit::StackSize { bytes: pages * PAGE, threads }),
        4 => target().prop_map(Edit::Without),
        1 => Just(Edit::LargeAddressAware),
        1 => (1u64..=6).prop_map(|halves| Edit::UserVa(halves << 29)),
        2 => Just(Edit::PackModules),
        3 => (0u32..5, FLOOR..PAGES).prop_map(|(number, page)| Edit::Rebase {
            module: Pattern::new(&format!("m{number}.so")),
            to: Addr(page * PAGE),
        }),
        1 => (0u32..6).prop_map(|power| Edit::Granularity(PAGE << power)),
        1 => Just(Edit::TopDown),
        2 => (1u64..5).prop_map(Edit::ArenaMax),
        2 => (FLOOR..PAGES, 1u64..4).prop_map(|(page, pages)| Edit::Add(range(page, page + pages))),
    ]
}

/// Bytes of the owners that `meant` picks.
pub fn bytes_of(snapshot: &Snapshot, meant: impl Fn(OwnerId) -> bool) -> u64 {
    snapshot.space.regions().iter().filter(|r| meant(r.owner)).map(|r| r.range.size()).sum()
}
