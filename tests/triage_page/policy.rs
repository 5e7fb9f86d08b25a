//! The page loads nothing, and its policy says so.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::made::Made;
use super::page::{html, summary};

fn hash(text: &str) -> String {
    format!("&#39;sha256-{}&#39;", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

fn script(page: &str) -> &str {
    page[page.rfind("<script>").unwrap() + "<script>".len()..].split_once("</script").unwrap().0
}

fn style(page: &str) -> &str {
    page.split_once("<style>").unwrap().1.split_once("</style").unwrap().0
}

#[test]
fn the_policy_allows_the_pages_own_script_and_style_alone() {
    let rows = Made(30);
    let page = html(&rows, &summary(&rows, &["group"]));
    let head = page.split_once("http-equiv=\"Content-Security-Policy\" content=\"").unwrap().1;
    let policy = head.split_once('"').unwrap().0.replace('\'', "&#39;");
    let (script, style) = (hash(script(&page)), hash(style(&page)));
    let expected =
        format!("default-src 'none'; script-src {script}; style-src {style}; base-uri 'none'; form-action 'none'");
    assert_eq!(policy, expected.replace('\'', "&#39;"));
}

#[test]
fn nothing_is_loaded_and_no_text_becomes_markup() {
    let rows = Made(30);
    let page = html(&rows, &summary(&rows, &["group"]));
    for part in [script(&page), style(&page)] {
        for load in ["http:", "https:", "//cdn", "url(", "@import", "fetch(", "XMLHttpRequest", "import(", "eval("] {
            assert!(!part.contains(load), "{load}");
        }
        for store in
            ["localStorage", "document.cookie", "innerHTML", "insertAdjacentHTML", "document.write", ".style.cssText"]
        {
            assert!(!part.contains(store), "{store}");
        }
    }
    assert!(script(&page).starts_with("'use strict';"));
    assert!(page.ends_with("</script></body></html>\n"), "the script was cut by an end tag in it");
}
