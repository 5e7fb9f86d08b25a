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
    /// Lowest address that a bottom-up mmap considers.
    pub mmap_base: Option<Address>,
}

impl AddressSpaceView {
    pub(super) fn new(cx: Context<'_>) -> AddressSpaceView {
        let bounds = cx.snapshot.space.bounds();
        let base = match bounds.mmap_layout {
            Some(MmapLayout::BottomUp { base }) => Some(cx.hex(base)),
            Some(MmapLayout::TopDown) | None => None,
        };
        AddressSpaceView {
            floor: cx.hex(bounds.range.start()),
            ceiling: cx.hex(bounds.range.end()),
            ceiling_source: bounds.ceiling_source.name(),
            page_size: bounds.page_size,
            granularity: bounds.granularity,
            evidence: Word(cx.snapshot.evidence),
            mmap_layout: bounds.mmap_layout.map(MmapLayout::name),
            mmap_base: base,
        }
    }
}
