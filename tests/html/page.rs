//! A page and its parts, taken apart the way a browser's parser would: a script element ends at the first `</script`.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fragscope::analyze::{advise, analyze};
use fragscope::heaps::NO_HEAPS;
use fragscope::load::{LoadOptions, from_bytes};
use fragscope::model::Snapshot;
use fragscope::report::{self, Context, HtmlOptions, OwnerIds, Report};
use serde_json::Value;

/// One page, and the JSON report of the same snapshot.
pub struct Page {
    pub html: String,
    pub json: Vec<u8>,
}

impl Page {
    pub fn of(snapshot: &Snapshot) -> Page {
        let analysis = analyze(snapshot);
        let counsel = advise(snapshot, &analysis);
        let ids = OwnerIds::new(&snapshot.owners);
        let cx = Context { snapshot, analysis: &analysis, counsel: &counsel, ids: &ids, heaps: &NO_HEAPS };
        let (mut html, mut json) = (Vec::new(), Vec::new());
        report::write_html(&mut html, cx, HtmlOptions::default()).unwrap();
        report::write_json(&mut json, &Report::new(cx)).unwrap();
        Page { html: String::from_utf8(html).unwrap(), json }
    }

    pub fn of_bytes(bytes: &[u8]) -> Page {
        Page::of(from_bytes(bytes, &LoadOptions::default()).unwrap().snapshot())
    }

    /// The text of the element that starts with this tag, up to the first end tag of its kind.
    pub fn element(&self, opening: &str) -> &str {
        let name = opening.trim_start_matches('<').split([' ', '>']).next().unwrap();
        let after = self.html.split_once(opening).unwrap_or_else(|| panic!("no {opening}")).1;
        let body = after.split_once('>').unwrap().1;
        body.split_once(&format!("</{name}")).unwrap().0
    }

    pub fn script(&self) -> &str {
        let start = self.html.rfind("<script>").unwrap() + "<script>".len();
        self.html[start..].split_once("</script").unwrap().0
    }

    pub fn style(&self) -> &str {
        self.html.split_once("<style>").unwrap().1.split_once("</style").unwrap().0
    }

    pub fn map_data(&self) -> Value {
        serde_json::from_str(self.element("<script id=\"map-data\"")).unwrap()
    }

    /// What a browser would save.
    pub fn saved(&self) -> Vec<u8> {
        let packed = STANDARD.decode(self.element("<script id=\"report-json\"").trim()).unwrap();
        let mut json = Vec::new();
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut json).unwrap();
        json
    }

    /// The page without scripts and style: markup and text.
    pub fn markup(&self) -> String {
        let mut left = String::new();
        let mut rest = self.html.as_str();
        while let Some(at) = rest.find("<script").into_iter().chain(rest.find("<style")).min() {
            let end = if rest[at..].starts_with("<script") { "</script>" } else { "</style>" };
            left.push_str(&rest[..at]);
            rest = rest[at..].split_once(end).unwrap().1;
        }
        left + rest
    }

    /// All opening tags of the markup.
    pub fn tags(&self) -> Vec<String> {
        let markup = self.markup();
        let tags = markup.split('<').skip(1).filter(|t| t.starts_with(|c: char| c.is_ascii_alphabetic()));
        tags.map(|t| t.split_once('>').unwrap().0.to_owned()).collect()
    }
}
