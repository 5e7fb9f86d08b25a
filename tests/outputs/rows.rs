//! Rows to write: made ones, and any.

use fragscope::triage::out::{self, OutputKind};
use fragscope::triage::{Gate, GateRun, Row, RowSplitter, RowStacks, Status, Summary, Triaged, parse_by, parse_gate};
use proptest::prelude::*;

use crate::nasty;

/// What is written of rows, by the verdict and the operating system.
pub fn written(kind: OutputKind, rows: &[Row], gates: Vec<Gate>) -> String {
    String::from_utf8(bytes(kind, rows, "group", gates)).unwrap()
}

/// The same, grouped by other columns.
pub fn bytes(kind: OutputKind, rows: &[Row], by: &str, gates: Vec<Gate>) -> Vec<u8> {
    let rows = rows.to_vec();
    let summary = Summary { gates, ..Summary::of(&rows, parse_by(by).unwrap()).unwrap() };
    let mut written = Vec::new();
    let command = Some("fragscope triage --need 64M dumps");
    out::write(kind, &mut written, &Triaged { rows: &rows, summary: &summary, command }).unwrap();
    written
}

/// A dump that was read.
pub fn read(file: &str, verdict: &str, largest: u64) -> Row {
    Row {
        tool_version: "1.2.3".into(),
        file: file.into(),
        status: Status::Ok,
        message: None,
        size: Some(1 << 20),
        mtime_ms: Some(1_700_000_000_123),
        format: Some("minidump".into()),
        os: Some("windows".into()),
        cpu: Some("x86".into()),
        bits: Some(32),
        verdict: Some(verdict.into()),
        request: Some(96 << 20),
        free: Some(largest * 3),
        largest: Some(largest),
        fragmentation: Some(200.0 / 3.0),
        stacks: RowStacks { count: Some(200), bytes: Some(200 << 20) },
        splitters: vec![RowSplitter { owner: "stack of thread 7 (worker-3)".into(), gain: 5 << 20 }],
        advice: Some("smaller stacks for worker-*".into()),
        evidence: Some("complete".into()),
        group: Some(format!("{verdict} / 32 / worker-*")),
        ms: 1.25,
        ..Row::default()
    }
}

/// One that was not.
pub fn failed(file: &str, status: Status, message: &str) -> Row {
    Row { tool_version: "1.2.3".into(), ms: 30_000.5, ..Row::failed(file.into(), status, message.into()) }
}

/// A row of each kind, and one for each nasty name, which stands in every text of it.
pub fn made() -> Vec<Row> {
    let mut rows = vec![
        read("dumps/a.dmp", "fragmented", 32 << 20),
        read("dumps/b.dmp", "fragmented", 64 << 20),
        read("dumps/c.dmp", "fits", 1 << 30),
        Row { status: Status::Partial, message: Some("the file ends early".into()), ..read("d", "cannot-tell", 7) },
        failed("dumps/empty.dmp", Status::Unreadable, "the file is empty"),
        failed("dumps/slow.dmp", Status::Timeout, "it took longer than 30 s"),
        failed("dumps/bomb.dmp.gz", Status::OutOfMemory, "it needs more than 1 GiB"),
        failed("dumps/=cmd.dmp", Status::Crashed, "the worker was ended by SIGABRT"),
    ];
    rows.extend(nasty::NAMES.iter().enumerate().map(|(index, name)| nasty_row(name, index)));
    rows
}

/// A row in which every text that is not ours is this name.
pub fn nasty_row(name: &str, index: usize) -> Row {
    let text = || Some(name.to_owned());
    let row = if index.is_multiple_of(3) {
        failed(name, Status::Crashed, name)
    } else {
        read(name, "fragmented", 1 << (index % 40))
    };
    Row {
        message: row.message.map(|_| name.into()),
        process: text(),
        writer: text(),
        crash_reason: text(),
        advice: text(),
        group: text(),
        splitters: vec![RowSplitter { owner: name.into(), gain: 1 }; 3],
        report: text(),
        ..row
    }
}

/// What two gates found in the made rows: one failed, one passed.
pub fn gates() -> Vec<Gate> {
    asked(&made(), &["largest < 64M", "stacks.count > 5000"])
}

/// What gates find in rows.
pub fn asked(rows: &[Row], gates: &[&str]) -> Vec<Gate> {
    let ask = |gate: &&str| {
        let mut run = GateRun::new(parse_gate(gate).unwrap(), 1);
        rows.iter().for_each(|row| run.see(row));
        run.finish()
    };
    gates.iter().map(ask).collect()
}

/// Text that means something to one of the formats.
pub fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => proptest::sample::select(nasty::NAMES.map(String::from).to_vec()),
        3 => proptest::sample::select("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ \t\r\n".chars().map(String::from).collect::<Vec<_>>()),
        1 => any::<char>().prop_map(String::from),
        1 => "[a-z0-9]{1,9}",
    ];
    proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

/// Any row, of which some things are known.
pub fn row() -> impl Strategy<Value = Row> {
    let texts = (text(), text(), text(), proptest::option::of(text()), proptest::option::of(text()));
    let numbers = (any::<Option<u64>>(), proptest::option::of(0u64..6), 0.0..1e6, proptest::option::of(0.0..=100.0));
    (texts, numbers, proptest::sample::select(Status::ALL.to_vec())).prop_map(
        |((file, tool_version, owner, verdict, message), (request, largest, ms, fragmentation), status)| Row {
            tool_version,
            group: verdict.clone(),
            verdict,
            message,
            request,
            largest,
            ms,
            fragmentation,
            mtime_ms: largest,
            splitters: largest.map(|gain| RowSplitter { owner, gain }).into_iter().collect(),
            ..Row::failed(file, status, String::new())
        },
    )
}
