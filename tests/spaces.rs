//! Small random address spaces, built directly through the model: what analysis is tested on.

use fragscope::addr::{Addr, AddrRange};
use fragscope::diag::Diagnostics;
use fragscope::model::*;
use proptest::prelude::*;

pub const PAGE: u64 = 0x1000;
pub const FLOOR: u64 = 16;

/// One stretch: pages of gap below it, its own pages, its owner, whether it is reserved.
pub type Stretch = (u64, u64, u32, bool);

pub fn pages(start: u64, end: u64) -> AddrRange {
    AddrRange::new(Addr(start * PAGE), Addr(end * PAGE)).unwrap()
}

/// What is drawn at random.
#[derive(Clone, Debug)]
pub struct Plan {
    pub stretches: Vec<Stretch>,
    pub tail: u64,
    pub granularity: u64,
    pub layout: Option<MmapLayout>,
}

pub fn plan() -> impl Strategy<Value = Plan> {
    let stretch = (0u64..12, 1u64..8, 0u32..6, any::<bool>());
    let granularity = prop_oneof![Just(PAGE), Just(4 * PAGE)];
    (proptest::collection::vec(stretch, 0..14), 0u64..12, granularity, layout())
        .prop_map(|(stretches, tail, granularity, layout)| Plan { stretches, tail: tail + 1, granularity, layout })
}

fn layout() -> impl Strategy<Value = Option<MmapLayout>> {
    let bottom_up = (FLOOR..100).prop_map(|base| MmapLayout::BottomUp { base: Addr(base * PAGE) });
    let top_down = (0u64..100, 1u64..40)
        .prop_map(|(start, size)| MmapLayout::TopDown { skipped: Some(pages(start, start + size)) });
    prop_oneof![
        3 => Just(None),
        1 => Just(Some(MmapLayout::TopDown { skipped: None })),
        1 => bottom_up.prop_map(Some),
        1 => top_down.prop_map(Some),
    ]
}

pub const KINDS: [OwnerKind; 6] =
    [OwnerKind::Stack, OwnerKind::Module, OwnerKind::Heap, OwnerKind::Private, OwnerKind::MappedFile, OwnerKind::Stack];

fn regions(plan: &Plan) -> (Vec<Region>, u64) {
    let mut at = FLOOR;
    let mut regions = Vec::new();
    for (number, (gap, size, owner, reserved)) in plan.stretches.iter().enumerate() {
        let range = pages(at + gap, at + gap + size);
        at += gap + size;
        regions.push(Region {
            range,
            state: if *reserved { State::Reserved } else { State::Committed },
            protection: Some(Protection::READ),
            owner: OwnerId(*owner),
            mapping: MappingId(u32::try_from(number).unwrap()),
            backing: None,
            evidence: Sources::of(Source::Maps),
        });
    }
    (regions, at + plan.tail)
}

pub fn space(plan: &Plan, coverage: Coverage) -> AddressSpace {
    let (regions, end) = regions(plan);
    let bounds = Bounds {
        range: pages(FLOOR, end),
        ceiling_source: CeilingSource::User,
        page_size: PAGE,
        granularity: plan.granularity,
        mmap_layout: plan.layout,
    };
    AddressSpace::new(bounds, coverage, regions).unwrap()
}

pub fn snapshot(plan: &Plan) -> Snapshot {
    with_space(space(plan, Coverage::Everything), Evidence::Complete)
}

pub fn with_space(space: AddressSpace, evidence: Evidence) -> Snapshot {
    let mut owners = Owners::default();
    for (index, kind) in KINDS.into_iter().enumerate() {
        let id = OwnerId(u32::try_from(index).unwrap());
        let first = space.regions().iter().find(|r| r.owner == id);
        owners.add(Owner::anonymous(kind, first.map_or(Addr(0), |r| r.range.start())));
    }
    Snapshot {
        dump: DumpInfo {
            format: DumpFormat::Maps,
            writer: None,
            writer_detail: None,
            pid: None,
            process_name: None,
            truncated: false,
            compression: None,
            reason: None,
        },
        platform: Platform {
            os: Some(Os::Linux),
            cpu: Some(Cpu::X86),
            width: PointerWidth::Bits32,
            endian: Endian::Little,
        },
        evidence,
        evidence_notes: Vec::new(),
        space,
        owners,
        files: Vec::new(),
        threads: Vec::new(),
        modules: Vec::new(),
        unloaded_modules: Vec::new(),
        limits: Limits::default(),
        request: None,
        stated: None,
        deep_would_add: Vec::new(),
        diagnostics: Diagnostics::default(),
    }
}
