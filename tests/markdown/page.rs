//! A parsed page, as the tests look at it.

use fragscope::analyze::{Analysis, advise, analyze};
use fragscope::heaps::NO_HEAPS;
use fragscope::load::{Dump, LoadOptions, from_bytes};
use fragscope::model::Snapshot;
use fragscope::report::{self, Context, Detail, MapOptions, MarkdownOptions, OwnerIds};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Everything that is written as Markdown about a snapshot: the report, short and long, threads, each region, the map.
pub fn pages(snapshot: &Snapshot, command: &str) -> Vec<String> {
    let analysis = analyze(snapshot);
    pages_of(snapshot, &analysis, command)
}

fn pages_of(snapshot: &Snapshot, analysis: &Analysis, command: &str) -> Vec<String> {
    let counsel = advise(snapshot, analysis);
    let ids = OwnerIds::default();
    let cx = Context { snapshot, analysis, counsel: &counsel, ids: &ids, heaps: &NO_HEAPS };
    let mut pages = vec![Vec::new(); 4];
    let command = Some(command);
    report::write_markdown(&mut pages[0], cx, MarkdownOptions { all: false, explain: false, command }).unwrap();
    report::write_markdown(&mut pages[1], cx, MarkdownOptions { all: true, explain: true, command }).unwrap();
    report::write_threads_markdown(&mut pages[2], cx, command).unwrap();
    let full = MapOptions { marks: true, detail: Detail::Full, ..MapOptions::default() };
    report::write_map_markdown(&mut pages[3], cx, &full, command).unwrap();
    let places = snapshot.space.regions().iter().take(3).map(|r| r.range.start());
    for addr in places.chain([snapshot.space.bounds().range.start()]) {
        let mut page = Vec::new();
        report::write_at_markdown(&mut page, cx, addr, command).unwrap();
        pages.push(page);
    }
    pages.into_iter().map(|page| String::from_utf8(page).unwrap()).collect()
}

/// The pages about a dump.
pub fn pages_about(bytes: &[u8]) -> Vec<String> {
    let dump: Dump<'_> = from_bytes(bytes, &LoadOptions::default()).unwrap();
    pages(dump.snapshot(), "fragscope report core --format markdown")
}

/// What a page consists of, names left out.
#[derive(Default, Debug)]
pub struct Shape {
    pub links: usize,
    pub headings: Vec<String>,
    pub html: Vec<String>,
    /// Cells of each table's rows, the header first.
    pub tables: Vec<Vec<usize>>,
    pub blocks: usize,
    /// What stands outside of code.
    pub text: String,
    /// Marks that are neither ours nor expected: rules, quotes, images, footnotes, strikethrough, math.
    pub others: Vec<String>,
}

/// Parses a page as GitHub does.
pub fn parse(page: &str) -> Shape {
    let mut shape = Shape::default();
    let (mut in_heading, mut in_block) = (false, false);
    for event in Parser::new_ext(page, Options::all() - Options::ENABLE_SMART_PUNCTUATION) {
        match event {
            Event::Start(tag) => {
                in_heading |= matches!(tag, Tag::Heading { .. });
                in_block |= matches!(tag, Tag::CodeBlock(_));
                start(&mut shape, &tag);
            }
            Event::End(TagEnd::Heading(_)) => in_heading = false,
            Event::End(TagEnd::CodeBlock) => in_block = false,
            Event::End(_) | Event::SoftBreak | Event::Code(_) => {}
            Event::Text(text) if in_block => drop(text),
            Event::Text(text) => {
                shape.text.push_str(&text);
                shape.text.push('\n');
                if in_heading {
                    shape.headings.last_mut().unwrap().push_str(&text);
                }
            }
            Event::Html(html) | Event::InlineHtml(html) => shape.html.push(html.trim().to_owned()),
            other => shape.others.push(format!("{other:?}")),
        }
    }
    shape
}

fn start(shape: &mut Shape, tag: &Tag<'_>) {
    match tag {
        Tag::Heading { .. } => shape.headings.push(String::new()),
        Tag::Link { .. } => shape.links += 1,
        Tag::Table(_) => shape.tables.push(Vec::new()),
        Tag::TableHead | Tag::TableRow => shape.tables.last_mut().unwrap().push(0),
        Tag::TableCell => *shape.tables.last_mut().unwrap().last_mut().unwrap() += 1,
        Tag::CodeBlock(_) => shape.blocks += 1,
        Tag::Paragraph | Tag::List(None) | Tag::Item | Tag::Strong | Tag::HtmlBlock => {}
        other => shape.others.push(format!("{other:?}")),
    }
}

/// What holds of every page, whatever the names in it.
pub fn check(page: &str) -> Shape {
    assert!(page.len() <= report::LONGEST, "{} bytes", page.len());
    let control = page.chars().find(|c| c.is_control() && *c != '\n');
    assert_eq!(control, None, "{page}");
    let shape = parse(page);
    assert_eq!((shape.links, shape.others.as_slice()), (0, [].as_slice()), "{page}");
    let ours = |html: &String| {
        ["<details>", "</details>"].contains(&html.as_str())
            || html
                .strip_prefix("<summary>")
                .and_then(|h| h.strip_suffix("</summary>"))
                .is_some_and(|h| !h.contains('<'))
    };
    let foreign = shape.html.iter().find(|html| !ours(html));
    assert_eq!(foreign, None, "{page}");
    let count = |tag: &str| shape.html.iter().filter(|html| html.as_str() == tag).count();
    assert_eq!(count("<details>"), count("</details>"), "{page}");
    for rows in &shape.tables {
        assert!(rows.iter().all(|cells| *cells == rows[0]), "{rows:?}\n{page}");
    }
    check_cells(page);
    check_text(&shape.text, page);
    shape
}

/// The parser fills rows up and cuts them; so the source is counted, too: no cell holds a mark that parts cells.
fn check_cells(page: &str) {
    let mut columns = None;
    for line in page.lines() {
        let cells = line.starts_with("| ").then(|| line.matches('|').count());
        if let (Some(now), Some(before)) = (cells, columns) {
            assert_eq!(now, before, "{line}");
        }
        columns = cells;
    }
}

/// Outside of code nothing stands that GitHub, GitLab or Jira would make a mention, a reference or an address of.
fn check_text(text: &str, page: &str) {
    for mark in ["@", "#", "!", "$", "~", "&", "`", "*", "_", "[", "]", "|", "\\", "://", "www."] {
        assert!(!text.contains(mark), "{mark} stands outside of code in {text}\n{page}");
    }
    let commit = |word: &str| word.len() >= 7 && word.bytes().all(|b| b.is_ascii_hexdigit());
    assert_eq!(text.split_whitespace().find(|word| commit(word)), None, "{page}");
}
