//! The page's own script and style, joined with what it shares with the report when the program is built.

use crate::report::html::assets as shared;

/// One concept per file; each may use what those above it define.
const SCRIPTS: [&str; 16] = [
    include_str!("script/unpack.js"),
    include_str!("script/fields.js"),
    include_str!("script/state.js"),
    include_str!("script/terms.js"),
    include_str!("script/filters.js"),
    include_str!("script/order.js"),
    include_str!("script/shapes.js"),
    include_str!("script/axis.js"),
    include_str!("script/dots.js"),
    include_str!("script/plot.js"),
    include_str!("script/plot_input.js"),
    include_str!("script/details.js"),
    include_str!("script/pages.js"),
    include_str!("script/tables.js"),
    include_str!("script/controls.js"),
    include_str!("script/main.js"),
];

const TRIAGE: &str = include_str!("triage.css");

/// The style sheet.
pub(super) fn style() -> String {
    shared::style() + TRIAGE
}

/// The script.
pub(super) fn script() -> String {
    shared::closed(&(shared::SHARED.concat() + &SCRIPTS.concat()))
}
