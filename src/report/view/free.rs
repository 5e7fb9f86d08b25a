//! The figures of the free address space in JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Address, Context, Word};
use crate::analyze::figures::percentage;
use crate::analyze::{Bucket, Largest, stated};
use crate::model::{Certainty, Evidence, Stated};

/// Figures over all gaps, in bytes. Where there is no whole map but a tool's own summary, `total`, `gap_count`, `largest`
/// and the fragmentation are what that states, as in the report's `stated`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Free")]
pub struct FreeView {
    /// F: sum of all gaps.
    pub total: u64,
    /// Whether the figures are upper bounds, because the map is incomplete.
    pub upper_bound: bool,
    /// Sum of all usable gaps.
    pub usable: u64,
    /// Free bytes in granules that are cut by a region.
    pub unusable: u64,
    /// How many gaps.
    pub gap_count: u64,
    /// L: the largest usable gap; null if nothing is usable.
    pub largest: Option<LargestView>,
    /// The largest usable gap that mmap reaches; null if it reaches none.
    pub largest_reachable: Option<LargestView>,
    /// (total − largest) / total in percent; 0 when nothing is free.
    pub external_fragmentation_percent: f64,
    /// Share of the free bytes that is useless for the request, from 0 to 1; null without a request.
    pub unusable_free_index: Option<f64>,
    /// How many times the request would fit; null without a request.
    pub slots: Option<u64>,
    /// How many more threads would find room.
    pub room_for_threads: ThreadRoomView,
    /// Gaps by power of two, ascending.
    pub histogram: Vec<BucketView>,
    /// Socorro: the largest free region.
    pub largest_free_vm_block: Option<u64>,
    /// Socorro: sum of the free regions below 1 MiB.
    pub tiny_block_size: Option<u64>,
    /// Socorro: committed write-combined memory (Windows).
    pub write_combine_size: Option<u64>,
    /// Mappings of the process as Linux counts them.
    pub vma_count: Option<u64>,
    /// vm.max_map_count, where the dump tells; 65,530 is assumed elsewhere.
    pub vma_limit: Option<u64>,
}

/// A free range.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Largest")]
pub struct LargestView {
    /// First usable address.
    pub start: Address,
    /// First address after it.
    pub end: Address,
    /// In bytes.
    pub size: u64,
    /// How sure it is that all of it is free.
    pub certainty: Word<Certainty>,
}

/// Gaps of `from` to below `to` bytes.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Bucket")]
pub struct BucketView {
    /// Smallest size, a power of two.
    pub from: u64,
    /// First size that is too large.
    pub to: u64,
    /// How many gaps.
    pub count: u64,
    /// Their sum.
    pub bytes: u64,
}

/// Room for more threads.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "ThreadRoom")]
pub struct ThreadRoomView {
    /// Address space of one stack with its guard.
    pub stack_bytes: u64,
    /// Whether most stacks of this process have that size; else it is the platform's default.
    pub from_threads: bool,
    /// How many fit.
    pub threads: u64,
}

impl FreeView {
    /// The figures of a snapshot, or those that a tool states where there is no whole map.
    pub fn new(cx: Context<'_>) -> FreeView {
        let figures = &cx.analysis.figures;
        let limits = &cx.snapshot.limits;
        let fit = cx.analysis.request_fit;
        let room = cx.analysis.thread_room;
        let measured = FreeView {
            total: figures.total,
            upper_bound: cx.snapshot.evidence != Evidence::Complete,
            usable: figures.usable,
            unusable: figures.unusable(),
            gap_count: cx.analysis.gaps.len() as u64,
            largest: figures.largest.map(|l| LargestView::new(cx, l)),
            largest_reachable: figures.largest_reachable.map(|l| LargestView::new(cx, l)),
            external_fragmentation_percent: figures.external_fragmentation_percent(),
            unusable_free_index: fit.map(|f| f.unusable_free_index),
            slots: fit.map(|f| f.slots),
            room_for_threads: ThreadRoomView {
                stack_bytes: room.stack,
                from_threads: room.from_threads,
                threads: room.slots,
            },
            histogram: figures.histogram.iter().map(BucketView::new).collect(),
            largest_free_vm_block: figures.socorro.largest_free_vm_block,
            tiny_block_size: figures.socorro.tiny_block_size,
            write_combine_size: figures.socorro.write_combine_size,
            vma_count: limits.vma_count,
            vma_limit: limits.vma_limit,
        };
        match stated::instead_of_map(cx.snapshot) {
            Some(stated) => measured.replaced(cx, stated),
            None => measured,
        }
    }

    /// A tool's own figures, where there is no whole map: what it does not state is an upper bound.
    fn replaced(self, cx: Context<'_>, stated: &Stated) -> FreeView {
        let total = stated.free.unwrap_or(self.total);
        let largest = stated.largest_at.map(|range| LargestView {
            start: cx.hex(range.start()),
            end: cx.hex(range.end()),
            size: range.size(),
            certainty: Word(Certainty::Free),
        });
        let outside = stated.fragmented_bytes().map_or(0.0, |(part, free)| percentage(part, free));
        let room = self.room_for_threads;
        let threads = stated::most_threads(stated, room.stack_bytes).unwrap_or(room.threads);
        FreeView {
            total,
            usable: total,
            unusable: 0,
            gap_count: stated.free_regions.unwrap_or(self.gap_count),
            largest,
            largest_reachable: None,
            external_fragmentation_percent: outside,
            unusable_free_index: None,
            slots: None,
            room_for_threads: ThreadRoomView { threads, ..room },
            histogram: Vec::new(),
            largest_free_vm_block: stated.largest,
            tiny_block_size: None,
            ..self
        }
    }
}

impl LargestView {
    fn new(cx: Context<'_>, largest: Largest) -> LargestView {
        let gap = cx.analysis.gaps.get(largest.gap);
        LargestView {
            start: cx.hex(largest.range.start()),
            end: cx.hex(largest.range.end()),
            size: largest.range.size(),
            certainty: Word(gap.map_or(Certainty::NotListed, |g| g.certainty)),
        }
    }
}

impl BucketView {
    fn new(bucket: &Bucket) -> BucketView {
        let &Bucket { from, to, count, bytes } = bucket;
        BucketView { from, to, count, bytes }
    }
}
