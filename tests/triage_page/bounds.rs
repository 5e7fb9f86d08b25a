//! However many rows there are, the page stays one that a browser opens, and says what it left out.

use std::io::{self, Write};

use fragscope::triage::page::write_html;
use fragscope::triage::{Row, Rows, Triaged};

use super::made::Made;
use super::page::{html, summary};

/// The same row again and again.
struct Same(u64, Row);

impl Rows for Same {
    fn each(&self, visit: &mut dyn FnMut(&Row) -> io::Result<()>) -> io::Result<()> {
        (0..self.0).try_for_each(|_| visit(&self.1))
    }
}

#[test]
fn rows_above_the_bound_are_left_out_and_the_page_says_so() {
    let plain = Row::failed("a".into(), fragscope::triage::Status::Timeout, "late".into());
    let few = html(&Same(1000, plain.clone()), &summary(&Same(1, plain.clone()), &[]));
    assert!(!few.contains("id=\"left-out\""));
    let rows = Same(200_500, plain);
    let many = html(&rows, &summary(&Same(1, Row::default()), &[]));
    assert!(many.contains("This page holds the first 200,000 of 200,500 dumps"), "{}", &many[many.len() - 300..]);
    assert!(many.contains("triage of 200,500 dumps"), "the head is of all");
}

/// Random rows cost most: fingerprints and sizes do not pack.
#[test]
fn a_thousand_rows_are_less_than_half_a_megabyte() {
    let rows = Made(1000);
    let size = html(&rows, &summary(&rows, &["group"])).len();
    println!("1,000 rows: {size} bytes");
    assert!(size < 500_000, "{size} bytes");
}

/// Fails after some bytes, as a full disk does.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or_else(|| io::Error::other("full"))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_is_an_error() {
    let rows = Made(3000);
    let summary = summary(&rows, &[]);
    for room in [0, 1000, 40_000, 200_000] {
        let written = write_html(&mut Full(room), &Triaged { rows: &rows, summary: &summary, command: None });
        assert_eq!(written.unwrap_err().to_string(), "full");
    }
}
