//! Windows dumps against what VirtualQuery and the threads themselves said when they were written: the CSV files beside
//! the samples made with winfrag.

use std::path::{Path, PathBuf};

use fragscope::addr::Addr;
use fragscope::load::facts::{Facts, RowLabel};
use fragscope::model::{Source, State};

use super::real_dumps;

/// Dump, and the beginning of its CSV files' names.
fn dumps() -> Vec<(PathBuf, PathBuf)> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-dumps");
    let own = ["windows-2gb", "windows-laa", "windows-x64"];
    let own = own.map(|name| (samples.join(format!("{name}.dmp.zst")), samples.join(name)));
    let wine = real_dumps::folder().map(|f| (f.join("wine/i686-laa.us-info.dmp.zst"), f.join("wine/i686-laa")));
    own.into_iter().chain(wine).filter(|(dump, _)| dump.exists()).collect()
}

/// The rows of a CSV file below its heading; numbers are hexadecimal with `0x`, without (`hex`), or decimal.
fn csv(stem: &Path, part: &str) -> Vec<Vec<String>> {
    let path = PathBuf::from(format!("{}.{part}.csv", stem.display()));
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

fn number(text: &str) -> u64 {
    match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).unwrap(),
        None => text.parse().unwrap(),
    }
}

/// Addresses of the thread files, which may lack the `0x`.
fn address(text: &str) -> u64 {
    u64::from_str_radix(text.trim_start_matches("0x"), 16).unwrap()
}

#[test]
fn rows_equal_the_walk_of_virtual_query() {
    for (dump, stem) in dumps() {
        let facts = real_dumps::facts(&real_dumps::bytes(&dump));
        let walk: Vec<Vec<u64>> =
            csv(&stem, "virtualquery").iter().map(|row| row.iter().map(|n| number(n)).collect()).collect();
        let taken: Vec<_> = walk.iter().filter(|row| row[2] != 0x1_0000).collect();
        let rows: Vec<_> = facts.rows.iter().filter(|r| r.source == Source::MemoryInfo).collect();
        assert_eq!(rows.len(), taken.len(), "{}", dump.display());
        for (row, truth) in rows.into_iter().zip(taken) {
            assert_eq!([row.range.start().0, row.range.size()], truth[..2], "{}", dump.display());
            assert_eq!(row.state == State::Reserved, truth[2] == 0x2000);
            let label = match truth[4] {
                0x100_0000 => RowLabel::Image,
                0x4_0000 => RowLabel::Mapped,
                _ => RowLabel::Private,
            };
            assert_eq!((row.label, row.allocation), (label, Some(Addr(truth[5]))));
        }
        println!("{}: {} rows", dump.display(), walk.len());
    }
}

#[test]
fn threads_and_modules_equal_the_truth() {
    for (dump, stem) in dumps() {
        let facts = real_dumps::facts(&real_dumps::bytes(&dump));
        let threads = csv(&stem, "threads");
        assert_eq!(facts.threads.len(), threads.len(), "{}", dump.display());
        threads.iter().for_each(|truth| thread(&facts, truth));
        let modules = csv(&stem, "modules");
        for truth in &modules {
            let base = address(&truth[0]);
            let found = facts.modules.iter().find(|m| m.range.start().0 == base).unwrap();
            assert_eq!((found.range.size(), &found.path), (number(&truth[1]), &truth[2]));
        }
        println!("{}: {} threads, {} modules", dump.display(), threads.len(), modules.len());
    }
}

/// Columns: tid, teb, stack base, stack limit, lowest reserved address. The stack pointer and the stack memory lie inside.
fn thread(facts: &Facts, truth: &[String]) {
    let found = facts.threads.iter().find(|t| t.id == number(&truth[0])).unwrap();
    assert_eq!(found.teb, Some(Addr(address(&truth[1]))), "thread {}", found.id);
    let (base, lowest) = (address(&truth[2]), address(&truth[4]));
    assert!(found.sp.is_some_and(|sp| (lowest..base).contains(&sp.0)), "{found:?}");
    assert_eq!(found.stack_memory.map(|r| r.end().0), Some(base), "thread {}", found.id);
}
