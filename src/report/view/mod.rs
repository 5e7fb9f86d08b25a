//! The one serialised report. Its shape is a contract: names may be added, none changes.
//!
//! The long lists are made entry by entry while they are written, so a report costs no memory of its own.

mod advice;
mod barrier;
mod capture;
mod dump;
mod fit;
mod free;
mod gap;
mod heads;
mod heap;
mod heap_part;
mod heap_python;
mod heap_returns;
mod heap_serving;
mod heap_shares;
mod hex;
mod lazy;
mod limits;
mod memory;
mod module;
mod note;
mod owner;
mod owner_ids;
mod region;
mod root;
mod space;
mod splitter;
mod stated;
mod thread;
mod totals;
mod verdict;
mod what_if;
mod word;

pub use advice::{AdviceView, OwnerGroupView};
pub use barrier::BarrierView;
pub use capture::{CaptureAdviceView, CaptureReport, StepView};
pub use dump::{DumpView, ReasonView};
pub use fit::{CandidateView, FitReport, FitRequestView, FitView, StandingView};
pub use free::{BucketView, FreeView, LargestView, ThreadRoomView};
pub use gap::GapView;
pub use heads::{AtReport, ThreadsReport};
pub use heap::{
    ArenaView, BinView, BlockerView, FreeChunksView, HeapReport, HeapTallyView, HeapTotalsView, HeapView, HeapWalkView,
    SizeClassView, TrimView, TroubleView, TuningView,
};
pub use heap_part::{HeapPartView, HeapRole};
pub use heap_python::PythonTotalsView;
pub use heap_returns::{PinView, ReservationsView, ReturnsView};
pub use heap_serving::{ArenaAnswerView, BrkView, GrowthStepView, ObstacleView, ServingView};
pub use heap_shares::HeapSharesView;
pub use hex::Address;
pub use lazy::List;
pub use limits::{CgroupView, LimitsView, OvercommitView};
pub use memory::MemoryView;
pub use module::{ModuleView, UnloadedModuleView};
pub use note::{DiagnosticView, PlaceView};
pub(super) use owner::file_name;
pub use owner::{OwnerIdText, OwnerView};
pub use owner_ids::OwnerIds;
pub use region::{Evidence, RegionView};
pub use root::{Report, SCHEMA_VERSION, Tool, schema, schema_of};
pub use space::AddressSpaceView;
pub use splitter::{GroupView, SplitterView};
pub use stated::{StatedUsageView, StatedView};
pub use thread::{StackTotalsView, StackView, ThreadView};
pub use totals::{KindTotalsView, TotalsView};
pub use verdict::{RequestView, VerdictView};
pub use what_if::{OutcomeView, WhatIfReport, WhatIfView};
pub use word::{Vocabulary, Word};

use crate::addr::Addr;
use crate::analyze::{Analysis, Counsel};
use crate::heaps::Heaps;
use crate::model::{OwnerId, PointerWidth, Region, Snapshot};

/// What every view is made from.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The process.
    pub snapshot: &'a Snapshot,
    /// The answers about it.
    pub analysis: &'a Analysis,
    /// What would help.
    pub counsel: &'a Counsel,
    /// What tells owners of equal ids apart.
    pub ids: &'a OwnerIds,
    /// What is inside its heaps.
    pub heaps: &'a Heaps,
}

impl<'a> Context<'a> {
    pub(super) fn hex(self, addr: Addr) -> Address {
        Address::new(addr, self.snapshot.width())
    }

    fn width(self) -> PointerWidth {
        self.snapshot.width()
    }

    pub(super) fn owner(self, id: OwnerId) -> Option<OwnerView<'a>> {
        OwnerView::of(self, id)
    }

    fn owner_of(self, region: Option<&Region>) -> Option<OwnerView<'a>> {
        self.owner(region?.owner)
    }
}
