//! The page's own script and style: small files, joined when the program is built.

/// One concept per file; each may use what those above it define, and [`SHARED`].
const SCRIPTS: [&str; 18] = [
    include_str!("script/data.js"),
    include_str!("script/space.js"),
    include_str!("script/scale.js"),
    include_str!("script/paint.js"),
    include_str!("script/state.js"),
    include_str!("script/ruler.js"),
    include_str!("script/strip.js"),
    include_str!("script/strip_input.js"),
    include_str!("script/overview.js"),
    include_str!("script/grid.js"),
    include_str!("script/tip.js"),
    include_str!("script/details.js"),
    include_str!("script/without.js"),
    include_str!("script/columns.js"),
    include_str!("script/tables.js"),
    include_str!("script/search.js"),
    include_str!("script/page.js"),
    include_str!("script/main.js"),
];

const PAGE: &str = include_str!("page.css");
/// The dark colours: where the system is dark and the reader chose nothing, and where the reader chose them.
const DARK: &str = include_str!("dark.css");

/// What scripts of other pages build on too: elements, sizes as the program writes them, and light or dark.
pub(crate) const SHARED: [&str; 3] =
    [include_str!("script/dom.js"), include_str!("script/format.js"), include_str!("script/theme.js")];

/// The style sheet.
pub(crate) fn style() -> String {
    format!(
        "{PAGE}@media (prefers-color-scheme: dark) {{ :root:not([data-theme=\"light\"]) {{\n{DARK}}} }}\n\
         :root[data-theme=\"dark\"] {{\n{DARK}}}\n"
    )
}

/// The script.
pub(super) fn script() -> String {
    closed(&(SHARED.concat() + &SCRIPTS.concat()))
}

/// A script whose names stay its own.
pub(crate) fn closed(script: &str) -> String {
    format!("'use strict';\n(() => {{\n{script}}})();\n")
}
