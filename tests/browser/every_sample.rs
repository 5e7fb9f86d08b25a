//! The page of every sample, opened once and put through everything that one does with a page.

use super::page::Page;
use super::report::Report;
use super::{looks, opens, selection, tick_boxes, view};
use crate::samples::{ALL, Sample};

type Check = fn(&Page, &str, &Report);

/// In this order: first what needs a page that nobody has touched.
const CHECKS: [(&str, Check); 19] = [
    ("opens quietly", opens::quietly),
    ("something in both pictures", opens::something_in_both_pictures),
    ("rows of the report", opens::rows_of_the_report),
    ("saves its JSON", opens::saves_the_json_to_the_byte),
    ("names for screen readers", looks::everything_has_a_name),
    ("each splitter's tick box", tick_boxes::each_splitter_gives_the_reports_figure),
    ("each group's tick box", tick_boxes::each_group_gives_the_reports_figure),
    ("click on a row", selection::a_click_on_a_row_shows_it_in_the_picture),
    ("click into the grid", view::the_grid_leads_the_strip),
    ("wheel in bands", view::the_wheel_zooms_into_what_it_points_at),
    ("wheel", view::the_wheel_keeps_what_is_under_the_pointer),
    ("closest view", view::the_closest_view_does_not_drift),
    ("keys", view::keys_zoom_and_pan_and_home_shows_all_again),
    ("drag", view::dragging_pans),
    ("limits of the view", view::the_view_stays_in_the_space),
    ("click into the picture", selection::a_click_into_the_picture_chooses_what_is_there),
    ("tip", selection::the_pointer_is_told_what_it_is_over),
    ("search", selection::addresses_and_names_are_found),
    ("widths", looks::no_width_makes_the_page_scroll_sideways),
];

/// Names the check that fails: the panic itself names sample and place.
struct Doing(&'static str, &'static str);

impl Drop for Doing {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("{}: failed at: {}", self.0, self.1);
        }
    }
}

fn walk(samples: impl Iterator<Item = &'static Sample>) {
    let page = page_or_skip!();
    for sample in samples {
        let report = Report::of_sample(sample);
        report.open(&page);
        for (what, check) in CHECKS {
            let _doing = Doing(sample.file, what);
            check(&page, sample.file, report);
        }
        assert_eq!(page.console(), [""; 0], "{}", sample.file);
        assert_eq!(page.requests(&report.html), [""; 0], "{}", sample.file);
    }
}

// Two halves, for two cores.

#[test]
fn linux() {
    walk(ALL.iter().filter(|sample| !sample.file.starts_with("windows") && !sample.file.starts_with("x86_64")));
}

#[test]
fn windows_and_64_bits() {
    walk(ALL.iter().filter(|sample| sample.file.starts_with("windows") || sample.file.starts_with("x86_64")));
}
