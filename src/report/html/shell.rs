//! What pages have around their sections.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{assets, policy};
use crate::report::Tool;

/// What stands before the body: the policy lets this script run, and nothing else; `None` lets none.
pub(crate) fn head(title: &str, script: Option<&str>, style: &str) -> Markup {
    let policy = script.map_or_else(|| policy::without_script(style), |script| policy::policy(script, style));
    html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(policy);
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="referrer" content="no-referrer";
            title { (title) " – fragscope" }
            style { (PreEscaped(style)) }
        }
    }
}

/// A page without script about a subject; `main` is what it says, `source` whose addresses these are.
pub(super) fn plain_page(subject: &str, title: &str, source: &str, main: &Markup) -> Markup {
    let tool = Tool::this();
    html! {
        (DOCTYPE)
        html lang="en" {
            (head(&format!("{subject}: {title}"), None, &assets::style()))
            body {
                header class="bar" {
                    a class="skip" href="#main" { "Skip to the answer" }
                    p class="brand" { "fragscope" }
                    p class="subject" { (subject) }
                }
                main id="main" { (main) }
                footer { p {
                    (tool.name) " " (tool.version) ". Addresses are those of the " (source) "; ends are exclusive. "
                    "This page loads nothing and sends nothing."
                } }
            }
        }
    }
}
