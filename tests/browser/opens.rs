//! Every sample's page opens: drawn, silent, alone, whole.

use serde_json::json;

use super::page::Page;
use super::report::{Report, address};

/// Nothing is complained of, nothing asked of a network, and the whole space is in view.
pub fn quietly(page: &Page, name: &str, report: &Report) {
    assert_eq!(page.console(), [""; 0], "{name}");
    assert_eq!(page.requests(&report.html), [""; 0], "{name}");
    let space = &report.json["address_space"];
    let view = |border: &str| address(&page.attribute("#strip", border).unwrap());
    for (shown, meant) in [("data-start", "floor"), ("data-end", "ceiling")] {
        assert_eq!(view(shown), address(space[meant].as_str().unwrap()), "{name}: {shown}");
    }
}

/// Both canvases have something drawn into them: more than a few colours, over most of their width.
pub fn something_in_both_pictures(page: &Page, name: &str, _report: &Report) {
    for canvas in ["#strip", "#grid"] {
        let colours = page.run(
            "const c = document.querySelector(arguments[0]); \
             const data = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; \
             const seen = new Set(new Uint32Array(data.buffer)); return seen.size;",
            &[json!(canvas)],
        );
        assert!(colours.as_u64().unwrap() >= 3, "{name}: {canvas} has {colours} colours");
    }
}

pub fn rows_of_the_report(page: &Page, name: &str, report: &Report) {
    for list in ["gaps", "barriers", "splitters", "threads", "modules", "regions"] {
        let rows = page.count(&format!("#{list} tbody tr[data-start][data-end]"));
        let meant = report.list(list).len();
        assert!(rows > 0 || meant == 0, "{name}: {list} shows none of {meant}");
        assert!(rows <= meant as u64, "{name}: {list} shows {rows} of {meant}");
    }
}

pub fn saves_the_json_to_the_byte(page: &Page, name: &str, report: &Report) {
    let saved = saved_json(page);
    assert!(saved.as_bytes() == report.json_text, "{name}: {} and {} bytes", saved.len(), report.json_text.len());
}

/// What the page would write into the file, taken on its way: from the blob that is made for the download.
fn saved_json(page: &Page) -> String {
    page.run(
        "window.blobs = []; const make = URL.createObjectURL; \
         URL.createObjectURL = blob => { blobs.push(blob); return make.call(URL, blob); };",
        &[],
    );
    page.click("#save-json");
    // Unpacking takes a while.
    page.wait_for("blobs.length");
    let text = page.run_async("return await blobs[blobs.length - 1].text()", &[]);
    text.as_str().expect("Save JSON makes a file").to_owned()
}
