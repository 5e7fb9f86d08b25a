//! A page loads nothing, and its policy says so.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::page::Page;
use crate::samples;

fn hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

#[test]
fn the_policy_allows_the_pages_own_script_and_style_alone() {
    for sample in samples::ALL {
        let page = Page::of(sample.load().snapshot());
        let head = page.html.split_once("http-equiv=\"Content-Security-Policy\" content=\"").unwrap().1;
        let policy = head.split_once('"').unwrap().0.replace("&#39;", "'");
        let expected = format!(
            "default-src 'none'; script-src {}; style-src {}; base-uri 'none'; form-action 'none'",
            hash(page.script()),
            hash(page.style())
        );
        assert_eq!(policy, expected, "{}", sample.file);
        let before = page.html.split_once("http-equiv").unwrap().0;
        assert!(!before.contains("<script") && !before.contains("<style"), "the policy stands behind what it rules");
    }
}

#[test]
fn nothing_is_loaded() {
    let page = Page::of(samples::named("windows-2gb.dmp.zst").load().snapshot());
    for tag in page.tags() {
        let name = tag.split([' ', '/']).next().unwrap();
        let loads = ["link", "img", "iframe", "object", "embed", "base", "form", "video", "audio", "svg", "frame"];
        assert!(!loads.contains(&name), "<{tag}>");
        for attribute in [" src=", " srcset=", " action=", " style=", " on", "javascript:"] {
            assert!(!tag.contains(attribute), "<{tag}>");
        }
        assert!(!tag.contains(" href=") || tag.contains(" href=\"#"), "<{tag}>");
    }
    for part in [page.style(), page.script(), &page.markup()] {
        for load in ["http:", "https:", "//cdn", "url(", "@import", "fetch(", "XMLHttpRequest", "import(", "eval("] {
            assert!(!part.contains(load), "{load}");
        }
        for store in ["localStorage", "document.cookie", "innerHTML", "insertAdjacentHTML", "document.write"] {
            assert!(!part.contains(store), "{store}");
        }
    }
}

#[test]
fn the_script_is_strict_and_ends_no_element() {
    let page = Page::of(samples::named("i386-truncated.core").load().snapshot());
    assert!(page.script().starts_with("'use strict';"));
    assert!(!page.script().contains("<!--") && !page.style().contains("</"));
    assert!(page.html.ends_with("</script></body></html>\n"), "the script was cut by an end tag in it");
}
