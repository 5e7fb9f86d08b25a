//! The smaller documents: threads alone, one address. Each carries the same head as the report.

use schemars::JsonSchema;
use serde::Serialize;

use super::root::{SCHEMA_VERSION, Tool, threads};
use super::{Address, AddressSpaceView, Context, DumpView, GapView, List, RegionView, StackTotalsView, ThreadView};
use crate::addr::Addr;
use crate::analyze::{Location, Spot, locate};

/// What `threads --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ThreadsReport<'a> {
    /// Version of this shape.
    pub schema_version: u32,
    /// What made it.
    pub tool: Tool,
    /// The dump.
    pub dump: DumpView<'a>,
    /// Threads, the crashed one first where known.
    pub threads: List<'a, ThreadView<'a>>,
    /// Thread stacks in sum.
    pub stack_totals: StackTotalsView,
}

/// What `at --format json` prints. Of `region` and `gap` at most one is not null; both are outside of the space.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AtReport<'a> {
    /// Version of this shape.
    pub schema_version: u32,
    /// What made it.
    pub tool: Tool,
    /// The dump.
    pub dump: DumpView<'a>,
    /// Limits and trust.
    pub address_space: AddressSpaceView,
    /// The address asked about.
    pub address: Address,
    /// The region that holds it.
    pub region: Option<RegionView<'a>>,
    /// The gap that holds it.
    pub gap: Option<GapView<'a>>,
    /// The nearest region below.
    pub region_below: Option<RegionView<'a>>,
    /// The nearest region above.
    pub region_above: Option<RegionView<'a>>,
    /// The nearest gap below.
    pub gap_below: Option<GapView<'a>>,
    /// The nearest gap above.
    pub gap_above: Option<GapView<'a>>,
}

impl<'a> ThreadsReport<'a> {
    /// The threads of a snapshot.
    pub fn new(cx: Context<'a>) -> ThreadsReport<'a> {
        ThreadsReport {
            schema_version: SCHEMA_VERSION,
            tool: Tool::this(),
            dump: DumpView::new(cx),
            threads: threads(cx),
            stack_totals: StackTotalsView::new(cx),
        }
    }
}

impl<'a> AtReport<'a> {
    /// What is at `addr`, and around it.
    pub fn new(cx: Context<'a>, addr: Addr) -> AtReport<'a> {
        let location = locate::locate(&cx.snapshot.space, &cx.analysis.gaps, addr);
        let (region, gap) = match location.spot {
            Spot::Region(index) => (Some(index), None),
            Spot::Gap(index) => (None, Some(index)),
            Spot::Outside => (None, None),
        };
        AtReport::around(cx, location, region, gap)
    }

    fn around(cx: Context<'a>, location: Location, region: Option<usize>, gap: Option<usize>) -> AtReport<'a> {
        let region_view = |index: Option<usize>| Some(RegionView::new(cx, cx.snapshot.space.regions().get(index?)?));
        let gap_view = |index: Option<usize>| Some(GapView::new(cx, *cx.analysis.gaps.get(index?)?));
        AtReport {
            schema_version: SCHEMA_VERSION,
            tool: Tool::this(),
            dump: DumpView::new(cx),
            address_space: AddressSpaceView::new(cx),
            address: cx.hex(location.addr),
            region: region_view(region),
            gap: gap_view(gap),
            region_below: region_view(location.region_below),
            region_above: region_view(location.region_above),
            gap_below: gap_view(location.gap_below),
            gap_above: gap_view(location.gap_above),
        }
    }
}
