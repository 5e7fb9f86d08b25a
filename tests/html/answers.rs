//! The small pages of `fit` and `what-if`: the content of the text, no script, nothing loaded.

use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::page::Page;

fn run(arguments: &[&str]) -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    let output = Command::new(env!("CARGO_BIN_EXE_fragscope")).args(arguments).current_dir(root).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

const QUESTIONS: [&[&str]; 5] = [
    &["fit", "sample-dumps/windows-2gb.dmp.zst", "96M"],
    &["fit", "sample-dumps/i386-fragmented.core.zst", "700M", "--explain"],
    &["fit", "sample-dumps/windows-x64.dmp.zst", "127T", "--all"],
    &["fit", "sample-dumps/windows-no-map.dmp.zst", "64K"],
    &["what-if", "sample-dumps/windows-2gb.dmp.zst", "stack-size=64K:request-*", "without=kind:teb", "--explain"],
];

fn page(arguments: &[&str]) -> Page {
    Page { html: run(&[arguments, &["--format", "html"]].concat()), json: Vec::new() }
}

/// The words of a text, without what only draws.
fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| c.is_whitespace()).filter(|w| !w.is_empty() && *w != "-" && *w != "note").collect()
}

/// What a reader sees of a page.
fn text_of(page: &Page) -> String {
    let markup = page.markup();
    let mut text = String::new();
    for part in markup.split('<').skip(1) {
        text.push(' ');
        text.push_str(part.split_once('>').unwrap().1);
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

#[test]
fn the_page_says_what_the_text_says() {
    for arguments in QUESTIONS {
        let shown = text_of(&page(arguments));
        for word in words(&run(arguments)) {
            let cut = word.contains('…') || word == "--all" || word == "shows" || word == "them" || word.ends_with(';');
            assert!(cut || shown.contains(word), "{arguments:?}: the page lacks `{word}`");
        }
    }
}

#[test]
fn the_policy_allows_the_pages_own_style_alone() {
    for arguments in QUESTIONS {
        let page = page(arguments);
        let hash = STANDARD.encode(Sha256::digest(page.style().as_bytes()));
        let policy = format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'");
        let head = page.html.split_once("http-equiv=\"Content-Security-Policy\" content=\"").unwrap().1;
        assert_eq!(head.split_once('"').unwrap().0.replace("&#39;", "'"), policy);
        assert!(!page.html.contains("<script"));
        for tag in page.tags() {
            for attribute in [" src=", " style=", " on", "javascript:"] {
                assert!(!tag.contains(attribute), "<{tag}>");
            }
            assert!(!tag.contains(" href=") || tag.contains(" href=\"#"), "<{tag}>");
        }
    }
}

#[test]
fn names_are_text() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("maps");
    let tags = |name: &str, question: &dyn Fn(&str) -> Vec<String>| {
        let line = |start: u64| format!("{start:08x}-{:08x} rw-p 00000000 00:01 1 /{name}\n", start + 0x10_0000);
        std::fs::write(&file, line(0x1000_0000) + &line(0x4000_0000) + &line(0x7000_0000)).unwrap();
        let arguments = question(file.to_str().unwrap());
        let page = page(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(!page.html.contains("<script") && page.html.matches("<style").count() == 1, "{name:?}");
        assert!(!page.html.contains(['\u{202e}', '\u{1b}']), "{name:?}");
        page.tags().into_iter().map(|t| t.split([' ', '/']).next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let fit = |file: &str| vec!["fit".to_owned(), file.to_owned(), "1800M".to_owned()];
    let plain = tags("plain", &fit);
    for name in ["</style><script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "\u{202e}\u{1b}[2J", "<!--<b>"]
    {
        assert_eq!(tags(name, &fit), plain, "{name:?} changed the markup");
    }
}

#[test]
fn typed_names_are_text() {
    let sample = "sample-dumps/windows-2gb.dmp.zst";
    for name in ["*<script>*", "*\"><img src=x>*", "*\u{1b}[2J*"] {
        // Nobody is called so, and the sentence is harmless on a terminal.
        let output = Command::new(env!("CARGO_BIN_EXE_fragscope"))
            .args(["what-if", sample, &format!("without=thread-name:{name}"), "--format", "html"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), said.lines().count()), (Some(2), 1), "{said}");
        assert!(output.stdout.is_empty() && !said.contains('\u{1b}'), "{said:?}");
    }
    // A pattern that somebody is called by is shown as text.
    let page = page(&["what-if", sample, "without=thread-name:request-*"]);
    assert!(page.html.contains("<code>without=thread-name:request-*</code>"));
}
