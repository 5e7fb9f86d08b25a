//! The document around the sections.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::data::{MapData, Part};
use super::{HtmlOptions, assets, capture, embed, evidence, figures, heap, picture, remedies, shell, tables, verdict};
use crate::report::text::head::{PLAIN, word};
use crate::report::text::process_name;
use crate::report::{Context, Tool};

/// The whole document.
pub(super) fn page(cx: Context<'_>, options: HtmlOptions) -> Markup {
    let script = assets::script();
    let part = Part::of(cx, options.focus);
    let report = embed::packed_report(cx);
    html! {
        (DOCTYPE)
        html lang="en" {
            (head(cx, &script))
            body data-section=[options.section.id()] {
                (top(cx))
                main id="main" {
                    (verdict::markup(cx))
                    (remedies::markup(cx))
                    (figures::markup(cx))
                    (picture::markup(cx, &part))
                    (picture::without(cx))
                    (heap::markup(cx))
                    (tables::lists(cx))
                    (evidence::markup(cx))
                    (capture::markup(cx))
                }
                (overlays())
                (footer(report.is_some()))
                (data(cx, options, &part, report))
                script { (PreEscaped(&script)) }
            }
        }
    }
}

fn head(cx: Context<'_>, script: &str) -> Markup {
    shell::head(&format!("{}: {}", process_name(cx, PLAIN), word(cx)), Some(script), &assets::style())
}

fn top(cx: Context<'_>) -> Markup {
    html! {
        header class="bar" {
            a class="skip" href="#main" { "Skip to the report" }
            p class="brand" { "fragscope" }
            p class="subject" { (process_name(cx, PLAIN)) }
            div class="tools script" hidden {
                div class="search" role="search" {
                    input id="search" type="search" autocomplete="off" spellcheck="false"
                        placeholder="Address, name or thread" aria-label="Search by address, name or thread id"
                        aria-controls="search-results";
                    div id="search-results" role="group" aria-label="Search results" hidden {}
                }
                button type="button" id="save-json" { "Save JSON" }
                button type="button" id="theme" aria-label="Light or dark" title="Light or dark" { "◐" }
            }
        }
    }
}

/// What floats above the page.
fn overlays() -> Markup {
    html! {
        div id="tip" role="tooltip" hidden {}
        aside id="details" aria-label="Details of the selection" tabindex="-1" hidden {}
        p id="live" class="unseen" role="status" aria-live="polite" {}
    }
}

fn footer(has_report: bool) -> Markup {
    let tool = Tool::this();
    html! {
        footer {
            p {
                (tool.name) " " (tool.version) ". Addresses are those of the dumped process; ends are exclusive. "
                "This page loads nothing and sends nothing."
            }
            @if !has_report { p class="notice" { "The report's JSON is too large for a page; --format json writes it." } }
        }
    }
}

/// The map for the script, and the report's JSON for whoever saves it.
fn data(cx: Context<'_>, options: HtmlOptions, part: &Part, report: Option<String>) -> Markup {
    html! {
        script id="map-data" type="application/json" { (PreEscaped(embed::json(&MapData::new(cx, options, part)))) }
        script id="report-json" type="application/gzip+base64" data-name=(file_name(cx)) {
            (PreEscaped(report.unwrap_or_default()))
        }
    }
}

/// What the saved JSON is called: letters and digits of the process's name.
fn file_name(cx: Context<'_>) -> String {
    let name = cx.snapshot.dump.process_name.as_deref().unwrap_or_default();
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
    let pid = cx.snapshot.dump.pid.map(|p| format!("-{p}")).unwrap_or_default();
    format!("fragscope-{plain}{pid}.json").replace("--", "-").replace("-.", ".")
}
