//! A hundred thousand rows, which are made while they are walked: what is written of them costs no memory for each.

use std::io;

use allocation_counter::measure;
use fragscope::triage::out::{self, OutputKind};
use fragscope::triage::{Row, Rows, Summary, Triaged, parse_by};

use super::rows::{failed, read};

/// Rows that exist only one at a time.
struct Made(u64);

impl Rows for Made {
    fn each(&self, visit: &mut dyn FnMut(&Row) -> io::Result<()>) -> io::Result<()> {
        (0..self.0).try_for_each(|i| {
            let file = format!("dumps/{i:09}.dmp");
            match i % 50 {
                0 => visit(&failed(&file, fragscope::triage::Status::Crashed, "the worker was ended by SIGSEGV")),
                _ => visit(&read(&file, "fragmented", (i * 7919) % (1 << 30))),
            }
        })
    }
}

/// Bytes at most in use at a time while an output is written.
fn peak(kind: OutputKind, rows: &Made) -> u64 {
    let summary = Summary::of(rows, parse_by("group").unwrap()).unwrap();
    let triaged = Triaged { rows, summary: &summary, command: None };
    measure(|| out::write(kind, &mut io::sink(), &triaged).unwrap()).bytes_max
}

#[test]
fn outputs_take_as_much_memory_for_few_rows_as_for_many() {
    for kind in [OutputKind::Jsonl, OutputKind::Csv, OutputKind::Markdown, OutputKind::Junit, OutputKind::Text] {
        let (few, many) = (peak(kind, &Made(1_000)), peak(kind, &Made(100_000)));
        assert!(many < few + 64_000, "{kind:?}: {few} bytes for few rows, {many} for many");
    }
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_keeps_one_group_of_rows() {
    let (few, many) = (peak(OutputKind::Parquet, &Made(10_000)), peak(OutputKind::Parquet, &Made(100_000)));
    assert!(many < few * 3 / 2, "{few} bytes for one group, {many} for ten");
}

#[test]
fn a_summary_keeps_few_bytes_of_each_row() {
    let rows = Made(100_000);
    let info = measure(|| drop(Summary::of(&rows, parse_by("group").unwrap()).unwrap()));
    // A list that grows is for a moment there twice.
    assert!(info.bytes_max < 20 * 100_000, "{} bytes", info.bytes_max);
}

#[test]
fn a_group_for_each_row_is_bounded_in_what_is_read() {
    let rows = Made(100_000);
    let summary = Summary::of(&rows, parse_by("file").unwrap()).unwrap();
    assert_eq!(summary.groups.len(), 100_000);
    let triaged = Triaged { rows: &rows, summary: &summary, command: None };
    for (kind, longest) in [(OutputKind::Markdown, 60_000), (OutputKind::Text, 6_000)] {
        let mut written = Vec::new();
        out::write(kind, &mut written, &triaged).unwrap();
        assert!(written.len() <= longest, "{kind:?}: {} bytes", written.len());
        assert!(String::from_utf8(written).unwrap().contains("more of 100,000 groups"));
    }
}
