//! The limits of the address space in JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Address, Context, Word};
use crate::model::{Evidence, MmapLayout};

/// Floor and ceiling, the grain of allocations, and how much the map can be trusted.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "AddressSpace")]
pub struct AddressSpaceView {
    /// Lowest address that the process could map.
    pub floor: Address,
    /// First address above those it could map.
    pub ceiling: Address,
    /// How the ceiling was found.
    pub ceiling_source: &'static str,
    /// Size of a page in bytes.
    pub page_size: u64,
    /// Alignment of new allocations in bytes.
    pub granularity: u64,
    /// How complete the map is.
    pub evidence: Word<Evidence>,
    /// Direction in which mmap searches: `top-down` or `bottom-up`; null where unknown, and on Windows.
    pub mmap_layout: Option<&'static str>,
    /// Addresses that mmap never considers, first and one past the last; null where it considers all.
    pub mmap_unreachable: Option<[Address; 2]>,
}

impl AddressSpaceView {
    pub(in crate::report) fn new(cx: Context<'_>) -> AddressSpaceView {
        let bounds = cx.snapshot.space.bounds();
        let unreachable = bounds.mmap_layout.and_then(MmapLayout::unreachable);
        AddressSpaceView {
            floor: cx.hex(bounds.range.start()),
            ceiling: cx.hex(bounds.range.end()),
            ceiling_source: bounds.ceiling_source.name(),
            page_size: bounds.page_size,
            granularity: bounds.granularity,
            evidence: Word(cx.snapshot.evidence),
            mmap_layout: bounds.mmap_layout.map(MmapLayout::name),
            mmap_unreachable: unreachable.map(|u| [cx.hex(u.start()), cx.hex(u.end())]),
        }
    }
}
