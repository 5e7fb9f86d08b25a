//! The answers as people and programs read them: one serialised [`Report`], and text made from the same sources.
//!
//! Renderers write to whatever they are given and never print; nothing here knows how a dump was read.

mod at;
mod capture;
mod diff;
pub mod escape;
mod explain;
mod fit;
mod heap;
pub(crate) mod html;
mod json;
mod limits;
mod map;
pub(crate) mod markdown;
mod section;
pub(crate) mod text;
mod threads_table;
mod view;
mod watch;
mod what_if;

pub use at::write_at;
pub use capture::{write_recipes, write_recipes_markdown};
pub use diff::{
    BlameView, Compared, DiffContext, DiffOptions, DiffReport, DiffedView, FigureView, FollowerView, KindGrowthView,
    LikeGrowthView, LikeView, ModuleChangeView, ModulesDiffView, OldGapView, StandingInGapView, TallyView,
    ThreadCountView, TrendView, write_diff, write_diff_markdown,
};
pub use fit::{FitOptions, write_fit};
pub use heap::{HeapOptions, write_heap, write_heap_markdown};
pub use html::{
    HtmlOptions, Section, write_diff_html, write_fit_html, write_heap_html, write_html, write_what_if_html,
};
pub use json::write_json;
pub use map::{
    Around, CellRunView, Detail, Focus, MapError, MapOptions, MapReport, MarkView, USUAL_COLUMNS, around, check_map,
    write_map,
};
pub use markdown::{
    LONGEST, MarkdownOptions, write_answer_markdown, write_at_markdown, write_map_markdown, write_markdown,
    write_threads_markdown,
};
pub use text::{TextOptions, write_text};
pub use threads_table::{write_gdb, write_threads};
pub use view::*;
pub use watch::{FrameOptions, Moment, Sample, write_frame, write_sample};
pub use what_if::{WhatIfOptions, write_what_if};
