//! The reports of hostile dumps: written by every renderer, and their figures added up again.

use std::io;

use fragscope::analyze::{Analysis, Counsel, advise, analyze};
use fragscope::heaps::NO_HEAPS;
use fragscope::load::Dump;
use fragscope::report::{
    self, Around, Context, Detail, HtmlOptions, MapOptions, MapReport, MarkdownOptions, OwnerIds, Report, TextOptions,
};
use serde_json::Value;

/// A dump with all that was concluded from it.
pub struct Rendered<'a> {
    pub dump: Dump<'a>,
    analysis: Analysis,
    counsel: Counsel,
    ids: OwnerIds,
}

impl<'a> Rendered<'a> {
    /// Analyses the dump and writes everything that can be written about it to nowhere.
    pub fn of(dump: Dump<'a>) -> Rendered<'a> {
        let analysis = analyze(dump.snapshot());
        let counsel = advise(dump.snapshot(), &analysis);
        let ids = OwnerIds::new(&dump.snapshot().owners);
        let rendered = Rendered { dump, analysis, counsel, ids };
        rendered.write().expect("nothing fails on a sink");
        rendered
    }

    fn context(&self) -> Context<'_> {
        Context {
            snapshot: self.dump.snapshot(),
            analysis: &self.analysis,
            counsel: &self.counsel,
            ids: &self.ids,
            heaps: &NO_HEAPS,
        }
    }

    fn write(&self) -> io::Result<()> {
        let (cx, out) = (self.context(), &mut io::sink());
        report::write_text(out, cx, TextOptions { all: true, explain: true, color: true, unicode: true })?;
        report::write_threads(out, cx, false)?;
        report::write_gdb(out, cx)?;
        self.write_maps()?;
        let bounds = self.dump.snapshot().space.bounds().range;
        report::write_at(out, cx, bounds.start(), false)?;
        report::write_html(out, cx, HtmlOptions::default())?;
        report::write_markdown(out, cx, MarkdownOptions { all: true, explain: true, command: Some("fragscope") })?;
        report::write_threads_markdown(out, cx, None)?;
        report::write_at_markdown(out, cx, bounds.start(), None)?;
        report::write_json(out, &Report::new(cx))
    }

    fn write_maps(&self) -> io::Result<()> {
        let (cx, out) = (self.context(), &mut io::sink());
        let plain = MapOptions { detail: Detail::Full, marks: true, ..MapOptions::default() };
        for columns in [40, 300] {
            let picture = MapOptions { columns, unicode: true, color: true, ..plain.clone() };
            report::write_map(out, cx, &picture)?;
        }
        if let Ok(focus) = report::around(cx, &Around::LargestGap) {
            let range = Some(focus.neighbourhood(self.dump.snapshot().space.bounds().range));
            report::write_map(out, cx, &MapOptions { range, focus: Some(focus), ..plain.clone() })?;
        }
        let map = MapReport::new(cx, &plain).expect("the whole space can be drawn");
        report::write_json(out, &map)
    }

    /// Parses the JSON report and adds its figures up.
    pub fn check_json(&self) {
        let mut text = Vec::new();
        report::write_json(&mut text, &Report::new(self.context())).unwrap();
        let json: Value = serde_json::from_slice(&text).expect("the report is JSON");
        check_tiling(&json);
        check_totals(&json);
    }
}

fn address(value: &Value) -> u64 {
    let text = value.as_str().and_then(|t| t.strip_prefix("0x")).expect("an address");
    u64::from_str_radix(text, 16).expect("an address in hex")
}

fn entries<'v>(json: &'v Value, list: &str) -> impl Iterator<Item = (u64, u64)> + 'v {
    json[list].as_array().expect("a list").iter().map(|entry| (address(&entry["start"]), address(&entry["end"])))
}

/// `gaps` and `regions` tile `floor..ceiling` (docs: the JSON contract).
fn check_tiling(json: &Value) {
    let mut parts: Vec<(u64, u64)> = entries(json, "regions").chain(entries(json, "gaps")).collect();
    parts.sort_unstable();
    let mut border = address(&json["address_space"]["floor"]);
    for (start, end) in parts {
        assert!(start == border && start < end, "{start:#x}..{end:#x} does not begin at {border:#x}");
        border = end;
    }
    assert_eq!(border, address(&json["address_space"]["ceiling"]), "the lists do not reach the ceiling");
}

fn check_totals(json: &Value) {
    let number = |value: &Value| u128::from(value.as_u64().expect("a number"));
    let totals = &json["totals"];
    let sum = ["committed", "reserved", "free", "unknown"].iter().map(|part| number(&totals[part])).sum::<u128>();
    assert_eq!(sum, number(&totals["span"]), "the states do not add up to the span: {totals}");
    let by_kind = totals["by_kind"].as_array().unwrap().iter().map(|kind| number(&kind["bytes"])).sum::<u128>();
    let in_regions = entries(json, "regions").map(|(start, end)| u128::from(end - start)).sum::<u128>();
    assert_eq!(by_kind, in_regions, "the kinds do not add up to the regions: {totals}");
    let stated = &json["stated"];
    if ["none", "partial"].iter().any(|grade| json["address_space"]["evidence"] == *grade) && !stated["free"].is_null()
    {
        // There is no whole map to measure, and a tool that saw it says how much was free.
        assert_eq!(json["free"]["total"], stated["free"]);
        return;
    }
    let in_gaps = entries(json, "gaps").map(|(start, end)| u128::from(end - start)).sum::<u128>();
    assert_eq!(in_gaps, number(&json["free"]["total"]), "the gaps do not add up to the free total");
}
