//! The map in JSON.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use super::super::{Address, AddressSpaceView, Context, DumpView, SCHEMA_VERSION, Tool};
use super::marks::{self, Mark};
use super::plan::{Plan, Strip};
use super::{MapError, MapOptions};
use crate::addr::AddrRange;
use crate::analyze::{ByContent, CellContent, Grid};

/// What `map --format json` prints. `cells` and `skipped` together are the range, each byte once.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MapReport<'a> {
    /// Version of this shape.
    pub schema_version: u32,
    /// What made it.
    pub tool: Tool,
    /// The dump.
    pub dump: DumpView<'a>,
    /// Limits and trust.
    pub address_space: AddressSpaceView,
    /// What is shown.
    pub range: RangeView,
    /// Size of a cell in bytes; null where bands have their own, and where nothing is in use.
    pub cell: Option<u64>,
    /// Cells in a full row.
    pub cells_per_row: usize,
    /// Parts in rows of cells, by address: one, or of a range above 4 GiB those that are in use.
    pub bands: Vec<BandView>,
    /// Gaps between the bands, by address.
    pub skipped: Vec<CellRunView>,
    /// Cells, by address. Neighbours of one band that are wholly of one and the same content are one entry.
    pub cells: Vec<CellRunView>,
    /// What `--around` asked for.
    pub focus: Option<FocusView>,
    /// Stack pointers in the range, by address.
    pub marks: Vec<MarkView>,
    /// Bytes by content of all that is shown.
    pub bytes: BytesView,
}

/// A range.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "MapRange")]
pub struct RangeView {
    /// First address.
    pub start: Address,
    /// First address after it.
    pub end: Address,
}

/// A part in rows of cells.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "MapBand")]
pub struct BandView {
    /// First address.
    pub start: Address,
    /// First address after it.
    pub end: Address,
    /// Size of its cells in bytes; they begin at its multiples.
    pub cell: u64,
}

/// One cell as far as it is shown, or several that are alike.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "MapCells")]
pub struct CellRunView {
    /// First address.
    pub start: Address,
    /// First address after it.
    pub end: Address,
    /// Bytes by content; what is absent is 0.
    pub bytes: BytesView,
}

/// A stack pointer.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "MapMark")]
pub struct MarkView {
    /// Where it points.
    pub sp: Address,
    /// Whose it is.
    pub thread_id: u64,
    /// Whether that thread crashed.
    pub crashed: bool,
}

/// What the picture is about.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "MapFocus")]
pub struct FocusView {
    /// First address.
    pub start: Address,
    /// First address after it.
    pub end: Address,
    /// What it is (untrusted).
    pub name: String,
}

/// Bytes by content, as `{"module": 4096}`; what is absent is 0.
#[derive(Clone, Copy, Debug)]
pub struct BytesView(ByContent);

impl Serialize for BytesView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(content, bytes)| (content.name(), bytes)))
    }
}

impl JsonSchema for BytesView {
    fn schema_name() -> Cow<'static, str> {
        "MapBytes".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let number = || serde_json::json!({ "type": "integer", "minimum": 1 });
        let names = CellContent::ALL.map(|content| (content.name().to_owned(), number()));
        let properties: serde_json::Map<String, serde_json::Value> = names.into_iter().collect();
        json_schema!({ "type": "object", "properties": properties, "additionalProperties": false })
    }
}

impl<'a> MapReport<'a> {
    /// What [`write_map`](super::write_map) would draw.
    ///
    /// # Errors
    /// A range outside of the address space, or too many cells.
    pub fn new(cx: Context<'a>, options: &MapOptions) -> Result<MapReport<'a>, MapError> {
        let plan = Plan::new(cx, options)?;
        let range = |range: AddrRange| (cx.hex(range.start()), cx.hex(range.end()));
        let (start, end) = range(plan.shown);
        Ok(MapReport {
            schema_version: SCHEMA_VERSION,
            tool: Tool::this(),
            dump: DumpView::new(cx),
            address_space: AddressSpaceView::new(cx),
            range: RangeView { start, end },
            cell: plan.cell(),
            cells_per_row: plan.per_row,
            bands: bands(cx, &plan),
            skipped: skipped(cx, &plan),
            cells: cells(cx, &plan),
            focus: options.focus.as_ref().map(|focus| {
                let (start, end) = range(focus.range);
                FocusView { start, end, name: focus.name.clone() }
            }),
            marks: marks(cx, &plan),
            bytes: BytesView(plan.sum()),
        })
    }
}

fn bands(cx: Context<'_>, plan: &Plan) -> Vec<BandView> {
    let grids = plan.bands().map(|(grid, _)| grid);
    let view = |grid: Grid| {
        let range = grid.range();
        BandView { start: cx.hex(range.start()), end: cx.hex(range.end()), cell: grid.cell() }
    };
    grids.map(view).collect()
}

fn skipped(cx: Context<'_>, plan: &Plan) -> Vec<CellRunView> {
    let gaps = plan.strips.iter().filter_map(|strip| match strip {
        Strip::Gap(range, bytes) => Some(run(cx, *range, *bytes)),
        Strip::Band(..) => None,
    });
    gaps.collect()
}

fn run(cx: Context<'_>, range: AddrRange, bytes: ByContent) -> CellRunView {
    CellRunView { start: cx.hex(range.start()), end: cx.hex(range.end()), bytes: BytesView(bytes) }
}

fn cells(cx: Context<'_>, plan: &Plan) -> Vec<CellRunView> {
    plan.bands().flat_map(|(grid, cells)| runs(grid, cells)).map(|(range, bytes)| run(cx, range, bytes)).collect()
}

/// The cells of one band, alike neighbours together.
fn runs(grid: Grid, cells: &[ByContent]) -> Vec<(AddrRange, ByContent)> {
    let mut runs: Vec<(AddrRange, ByContent)> = Vec::new();
    let ranges = (0..).zip(cells).filter_map(|(index, cell)| Some((grid.cell_range(index)?, cell)));
    for (range, cell) in ranges {
        match runs.last_mut().filter(|(_, before)| alike(before, cell)) {
            Some((whole, sum)) => (*whole, *sum) = (whole.hull(range), sum.plus(cell)),
            None => runs.push((range, *cell)),
        }
    }
    runs
}

fn alike(a: &ByContent, b: &ByContent) -> bool {
    a.iter().count() == 1 && b.iter().count() == 1 && a.dominant() == b.dominant()
}

fn marks(cx: Context<'_>, plan: &Plan) -> Vec<MarkView> {
    let view = |m: Mark| MarkView { sp: cx.hex(m.sp), thread_id: m.thread, crashed: m.crashed };
    marks::of(&cx.snapshot.threads).into_iter().filter(|m| plan.shown.contains(m.sp)).map(view).collect()
}
