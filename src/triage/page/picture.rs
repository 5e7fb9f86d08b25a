//! The place where the script draws the plot.

use maud::{Markup, html};

/// Plot, its controls and its legend.
pub(super) fn markup() -> Markup {
    html! {
        section id="picture" aria-labelledby="picture-title" {
            div class="head" {
                h2 id="picture-title" { "Largest gap against " span id="x-name" { "what is left" } }
                p class="remark" id="picture-remark" {}
            }
            noscript { p class="notice" {
                "The plot, sorting and filters need script, which is off. What stands below are the first groups and rows."
            } }
            div class="stage script" hidden {
                div class="controls" role="group" aria-label="Plot" {
                    label { "across " select id="x-column" {} }
                    ul id="legend" class="legend" aria-label="Verdicts" {}
                }
                div id="plot" class="plot" tabindex="0" role="application" aria-roledescription="scatter plot"
                    aria-labelledby="picture-title" aria-describedby="plot-help" {
                    canvas id="dots" aria-hidden="true" {}
                    canvas id="marks" aria-hidden="true" {}
                    a id="dot" target="_blank" rel="noopener" tabindex="-1" hidden {}
                }
                p id="plot-help" class="help" {
                    "A dot per dump. Drag a rectangle to see its rows alone, Escape lets go. "
                    "With the keyboard ← and → go from dot to dot, ↑ and ↓ by largest gap; Enter opens the report or the row."
                }
            }
        }
    }
}
