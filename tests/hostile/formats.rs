//! Names that are made to harm, through everything that the program prints: beside the same dump with plain names, so
//! that whatever a name adds, be it an escape sequence or a heading, is seen.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::nasty::{NAMES, WRITERS, Writer, plain};

/// What a terminal shows.
const FOR_TERMINALS: [&[&str]; 5] = [
    &["report", "--all", "--explain", "--need", "256M"],
    &["threads"],
    &["map"],
    &["map", "--around", "largest-gap"],
    &["at", "0x401000"],
];

fn print(dump: &Path, arguments: &[&str]) -> String {
    let (command, more) = arguments.split_first().unwrap();
    let output =
        Command::new(env!("CARGO_BIN_EXE_fragscope")).arg(command).arg(dump).args(more).env_remove("NO_COLOR").output();
    let output = output.unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A dump with one name in every place, and the same with a plain name.
struct Twins {
    what: String,
    bad: PathBuf,
    good: PathBuf,
}

/// Each kind of dump with each name, written once for all tests.
fn dumps() -> &'static [Twins] {
    static DUMPS: OnceLock<Vec<Twins>> = OnceLock::new();
    let file = |name: String, bytes: Vec<u8>| {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let twins = |(kind, write): (&str, Writer), index: usize| Twins {
        what: format!("{kind} of {:?}", NAMES[index]),
        bad: file(format!("nasty-{index}.{kind}"), write(&[NAMES[index].to_owned()])),
        good: file(format!("plain-{index}.{kind}"), write(&[plain(index)])),
    };
    DUMPS.get_or_init(|| WRITERS.into_iter().flat_map(|w| (0..NAMES.len()).map(move |i| twins(w, i))).collect())
}

/// Calls `check` with each: its description, its file, and the file of its plain twin.
fn each_dump(check: impl Fn(&str, &Path, &Path)) {
    dumps().iter().for_each(|twins| check(&twins.what, &twins.bad, &twins.good));
}

/// Control characters, line separators, marks that turn the direction of writing, what has no width.
fn harmful(c: char) -> bool {
    (c.is_control() && c != '\n')
        || ('\u{200b}'..='\u{200f}').contains(&c)
        || ('\u{2028}'..='\u{202e}').contains(&c)
        || ('\u{2066}'..='\u{2069}').contains(&c)
        || ('\u{e0000}'..='\u{e007f}').contains(&c)
        || c == '\u{feff}'
}

/// The escape sequences that set colours: from ESC to the first letter.
fn sequences(text: &str) -> BTreeSet<&str> {
    let starts = text.match_indices('\u{1b}').map(|(at, _)| &text[at..]);
    starts.map(|rest| rest.split_inclusive(|c: char| c.is_ascii_alphabetic()).next().unwrap_or(rest)).collect()
}

/// Silence would prove nothing: the plain twin's name is there to be read.
#[test]
fn names_are_shown() {
    each_dump(|what, _, good| {
        for format in ["text", "json", "markdown", "html"] {
            let text = print(good, &["report", "--all", "--format", format]);
            assert!(text.contains("plain-name"), "{what}: {format} shows no name");
        }
    });
}

#[test]
fn no_name_reaches_a_terminal_as_anything_but_text() {
    each_dump(|what, bad, good| {
        for arguments in FOR_TERMINALS {
            let text = print(bad, &[arguments, &["--color", "never"]].concat());
            assert_eq!(text.chars().find(|c| harmful(*c)), None, "{what}: {arguments:?}");
            let colours = [arguments, &["--color", "always"]].concat();
            let (text, own) = (print(bad, &colours), print(good, &colours));
            assert_eq!(sequences(&text).difference(&sequences(&own)).next(), None, "{what}: {arguments:?}");
            let rest = sequences(&text).iter().fold(text.clone(), |text, sequence| text.replace(sequence, ""));
            assert_eq!(rest.chars().find(|c| harmful(*c)), None, "{what}: {arguments:?} in colour");
        }
    });
}

#[test]
fn no_name_adds_a_line() {
    each_dump(|what, bad, good| {
        for arguments in FOR_TERMINALS {
            let text = print(bad, arguments);
            let starts = |t: &str| t.lines().filter(|l| l.starts_with("# heading") || l.starts_with("| x")).count();
            assert_eq!(starts(&text), 0, "{what}: {arguments:?}");
            let lines = print(good, arguments).lines().count();
            // A longer name may be wrapped; a name with lines of its own would add them wherever it is shown.
            assert!(text.lines().count() <= lines + 12, "{what}: {arguments:?} has {} lines", text.lines().count());
        }
    });
}

#[test]
fn no_name_breaks_json() {
    each_dump(|what, bad, _| {
        for arguments in [&["report", "--format", "json"][..], &["threads", "--format", "json"]] {
            let text = print(bad, arguments);
            serde_json::from_str::<serde_json::Value>(&text).unwrap_or_else(|e| panic!("{what}: {e}"));
            assert_eq!(text.chars().find(|c| harmful(*c)), None, "{what}: {arguments:?}");
        }
    });
}

/// What Markdown makes of a text, without its words: headings, tables, HTML, links; and of each cell of a table whether
/// it is text or code or both.
fn skeleton(markdown: &str) -> Vec<String> {
    let mut in_cell = false;
    let mut shape: Vec<String> = Vec::new();
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        match &event {
            Event::Start(Tag::TableCell) => in_cell = true,
            Event::End(TagEnd::TableCell) => in_cell = false,
            _ => {}
        }
        let part = match event {
            Event::Text(_) | Event::Code(_) | Event::SoftBreak if !in_cell => continue,
            Event::Text(_) => "text".into(),
            Event::Code(_) => "code".into(),
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => format!("link to {dest_url}"),
            Event::Html(html) | Event::InlineHtml(html) => format!("HTML {}", html.trim()),
            other => format!("{other:?}"),
        };
        // Text comes in pieces.
        if part != "text" || shape.last().is_none_or(|last| last != "text") {
            shape.push(part);
        }
    }
    shape
}

/// A row of a table that has other cells than the row above, which GitHub cuts and other readers do not: `|` splits a
/// cell even in code, unless a backslash stands in front.
fn uneven_row(markdown: &str) -> Option<&str> {
    let bars = |line: &str| line.replace("\\|", "").matches('|').count();
    let rows = markdown.lines().zip(markdown.lines().skip(1)).filter(|(a, b)| a.starts_with('|') && b.starts_with('|'));
    rows.map(|(above, row)| (bars(above), row)).find(|(above, row)| *above != bars(row)).map(|(_, row)| row)
}

#[test]
fn no_name_becomes_markup_in_markdown() {
    each_dump(|what, bad, good| {
        for more in [&[][..], &["--redact"]] {
            let arguments = [&["report", "--format", "markdown", "--need", "256M"], more].concat();
            let (text, own) = (print(bad, &arguments), print(good, &arguments));
            assert_eq!(text.chars().find(|c| harmful(*c)), None, "{what}: {more:?}");
            assert_eq!(uneven_row(&text), None, "{what}: {more:?}");
            let (shape, meant) = (skeleton(&text), skeleton(&own));
            let first = shape.iter().zip(&meant).find(|(a, b)| a != b);
            assert!(shape == meant, "{what}: {more:?}: {first:?}, {} and {} in\n{text}", shape.len(), meant.len());
        }
    });
}

/// GitHub and GitLab make links of bare addresses, and mentions of names with @, outside code.
#[test]
fn no_name_calls_anybody_in_markdown() {
    each_dump(|what, bad, _| {
        let text = print(bad, &["report", "--format", "markdown"]);
        let mut in_code = false;
        for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::CodeBlock(_)) => in_code = true,
                Event::End(TagEnd::CodeBlock) => in_code = false,
                Event::Text(words) if !in_code => {
                    for call in ["https://", "@everyone", "#1"] {
                        assert!(!words.contains(call), "{what}: {call} outside code: {words}");
                    }
                }
                _ => {}
            }
        }
    });
}
