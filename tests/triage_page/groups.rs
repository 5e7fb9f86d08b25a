//! Groups as the page shows them without script.

use fragscope::triage::{Row, Status};

use super::made::Kept;
use super::page::{html, summary};

#[test]
fn rows_grouped_by_a_size_have_it_with_its_unit() {
    let row = |largest| Row { largest, ..Row::failed("core".into(), Status::Ok, String::new()) };
    let rows = [row(Some(32 << 20)), row(None)];
    let rows = Kept(&rows);
    let page = html(&rows, &summary(&rows, &["largest"]));
    let table = page.split_once("<table id=\"groups\"").unwrap().1.split_once("</table>").unwrap().0;
    for expected in
        ["<td class=\"num\">1</td><td class=\"num\">32 MiB</td>", "<td class=\"num\">1</td><td class=\"num\">–</td>"]
    {
        assert!(table.contains(expected), "{expected}: {table}");
    }
}
