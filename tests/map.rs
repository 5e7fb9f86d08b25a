//! `fragscope map` as a user meets it: zoom, places, widths, refusals; hostile names and sizes.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use assert_cmd::cargo::CommandCargoExt;
use fragscope::heaps::NO_HEAPS;
use fragscope::load::{LoadOptions, from_bytes};
use fragscope::report::{self, Around, Context, MapOptions, OwnerIds};
use fragscope::{analyze, model};
use serde_json::Value;
use tempfile::TempDir;

use crate::samples;
use crate::synth::elf_arch;
use crate::synth::elf_core::{Core, Load};
use crate::synth::elf_process::Thread;

const ESCAPE: char = '\u{1b}';

struct Outcome {
    out: String,
    err: String,
    code: i32,
}

fn run_with(args: &[&str], environment: &[(&str, &str)]) -> Outcome {
    let mut command = Command::cargo_bin("fragscope").unwrap();
    command.arg("map").args(args).env_remove("COLUMNS").env_remove("NO_COLOR");
    command.envs(environment.iter().copied()).stdin(Stdio::null());
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Outcome { out: text(output.stdout), err: text(output.stderr), code: output.status.code().unwrap() }
}

fn run(args: &[&str]) -> String {
    let outcome = run_with(args, &[]);
    assert_eq!((outcome.code, outcome.err.as_str()), (0, ""), "{args:?}");
    outcome.out
}

fn refused(args: &[&str]) -> String {
    let outcome = run_with(args, &[]);
    assert_eq!((outcome.code, outcome.out.as_str()), (2, ""), "{args:?}");
    assert_eq!(outcome.err.lines().count(), 1, "{}", outcome.err);
    outcome.err
}

fn sample(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-dumps").join(name).to_string_lossy().into_owned()
}

fn written(folder: &TempDir, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join("dump");
    std::fs::write(&path, bytes).unwrap();
    path
}

/// The cells of the picture: what stands between a row's address and the blanks behind it.
fn rows(picture: &str) -> Vec<(u64, &str)> {
    let parsed = picture.lines().filter_map(|line| {
        let (address, rest) = line.strip_prefix("0x")?.split_once("  ")?;
        let cells = rest.split("  ").next()?;
        Some((u64::from_str_radix(address, 16).ok()?, cells)).filter(|_| !rest.starts_with(':'))
    });
    parsed.collect()
}

#[test]
fn a_32_bit_space_is_16_rows_of_256_mib() {
    let dump = sample("i386-fragmented.core.zst");
    for (width, cells) in [("40", 16), ("80", 64), ("100", 64), ("139", 64), ("280", 256), ("300", 256)] {
        let picture = run(&[&dump, "--width", width]);
        let rows = rows(&picture);
        assert_eq!(rows.len(), 16, "{picture}");
        for (number, (address, row)) in (0..).zip(&rows) {
            assert_eq!((*address, row.chars().count()), (number << 28, cells), "{picture}");
        }
    }
    let fine = run(&[&dump, "--cell", "1M"]);
    assert!(rows(&fine).iter().all(|(_, row)| row.len() == 256) && rows(&fine).len() == 16, "{fine}");
    let coarse = run(&[&dump, "--cell", "16M"]);
    assert!(rows(&coarse).iter().all(|(_, row)| row.len() == 16) && rows(&coarse).len() == 16, "{coarse}");
}

#[test]
fn no_line_is_wider_than_asked_for() {
    for sample in samples::ALL {
        let path = self::sample(sample.file);
        for width in (40..=300).step_by(if cfg!(debug_assertions) { 26 } else { 1 }) {
            for look in [&["--ascii"][..], &["--unicode"]] {
                let picture = run(&[&[&path, "--width", &width.to_string()], look].concat());
                let widest = picture.lines().map(|line| line.chars().count()).max().unwrap();
                assert!(widest <= width, "{widest} columns instead of {width}:\n{picture}");
            }
        }
    }
}

#[test]
fn a_screen_is_enough_for_128_tib() {
    for name in ["linux-x86_64.dmp", "windows-x64.dmp.zst", "x86_64-mapping-limit.core.zst"] {
        let picture = run(&[&sample(name)]);
        assert!(picture.lines().count() <= 50 && picture.contains(" TiB free, the largest gap"), "{picture}");
        for width in ["60", "80", "100", "300"] {
            let picture = run(&[&sample(name), "--width", width]);
            assert!(picture.contains("  cell ") && picture.contains(" TiB free, the largest"), "{picture}");
        }
    }
}

#[test]
fn plain_in_a_pipe_and_otherwise_when_asked() {
    let dump = sample("windows-2gb.dmp.zst");
    let utf8 = [("LC_ALL", "C.UTF-8"), ("COLUMNS", "100")];
    let plain = run_with(&[&dump], &utf8).out;
    assert!(plain.is_ascii() && !plain.contains(ESCAPE), "{plain}");
    let blocks = run(&[&dump, "--unicode"]);
    assert!(blocks.contains('█') && blocks.contains("┣━━━┫") && !blocks.contains(ESCAPE), "{blocks}");
    let colors = run(&[&dump, "--unicode", "--color", "always"]);
    assert!(colors.contains("\u{1b}[38;5;"), "{colors}");
    let none = run_with(&[&dump, "--unicode"], &[("NO_COLOR", "1")]).out;
    assert_eq!(none, blocks);
    assert_eq!(uncolored(&colors), blocks);
}

fn uncolored(text: &str) -> String {
    let mut parts = text.split(ESCAPE);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| all + part.split_once('m').unwrap().1)
}

/// A kind is told by a letter wherever a run of its cells begins, never by colour alone.
#[test]
fn every_run_of_cells_begins_with_a_letter() {
    for sample in samples::ALL {
        let path = self::sample(sample.file);
        let (blocks, letters) = (run(&[&path, "--unicode"]), run(&[&path, "--ascii"]));
        for ((_, row), (_, plain)) in rows(&blocks.replace('╌', ":")).iter().zip(rows(&letters)) {
            let mut before = ' ';
            for (block, letter) in row.chars().zip(plain.chars()) {
                let used = letter.is_ascii_alphabetic();
                let same = used && letter.eq_ignore_ascii_case(&before);
                assert!(!used || same || block == letter, "{row}\n{plain}");
                assert!(!same || ('▁'..='█').contains(&block), "{row}\n{plain}");
                assert!(block != '█' || letter.is_ascii_uppercase(), "{row}\n{plain}");
                before = letter;
            }
        }
    }
}

#[test]
fn a_part_is_drawn_in_the_cells_asked_for() {
    let dump = sample("windows-2gb.dmp.zst");
    let picture = run(&[&dump, "0x50000000+256M", "--cell", "64K"]);
    let parts = rows(&picture);
    assert_eq!((parts.len(), parts[0].0, parts[63].0), (64, 0x5000_0000, 0x5fc0_0000), "{picture}");
    assert!(picture.contains("0x50000000 to 0x60000000, 256 MiB of 2.00 GiB"), "{picture}");
    let fitted = run(&[&dump, "0x50000000-0x50800000"]);
    assert!(fitted.contains("one row is 512 KiB, one cell 8 KiB") && rows(&fitted).len() == 16, "{fitted}");
    let page = run(&[&dump, "0x1e210000+1"]);
    assert!(page.contains("1 B of 2.00 GiB") && rows(&page).len() == 1, "{page}");
}

#[test]
fn what_cannot_be_drawn_is_refused_with_a_sentence() {
    let (large, small) = (sample("linux-x86_64.dmp"), sample("windows-2gb.dmp.zst"));
    let cells = refused(&[&large, "--cell", "4K"]);
    assert!(cells.contains("65,536 cells") && cells.contains("2 GiB or more"), "{cells}");
    assert_eq!(run_with(&[&large, "--cell", "2G"], &[]).code, 0);
    assert!(refused(&[&small, "0x90000000+1M"]).contains("outside of the address space 0x10000-0x7fff0000"));
    assert!(refused(&[&small, "--cell", "3M"]).contains("power of two"));
    assert!(refused(&[&small, "--cell", "0"]).contains("power of two"));
    for args in [&["--width", "39"][..], &["--width", "1001"], &["--around", "nowhere"], &["--ascii", "--unicode"]] {
        assert_eq!(run_with(&[&[small.as_str()], args].concat(), &[]).code, 2, "{args:?}");
    }
    let both = run_with(&[&small, "0x50000000+1M", "--around", "largest-gap"], &[]);
    assert!(both.code == 2 && both.err.contains("cannot be used with"), "{}", both.err);
}

#[test]
fn places_are_found_marked_and_named() {
    let dump = sample("windows-2gb.dmp.zst");
    let gap = run(&[&dump, "--around", "largest-gap"]);
    assert!(
        gap.contains("===]")
            && gap.contains(
                "  largest gap 23 MiB
"
            )
            && !gap.contains("^^"),
        "{gap}"
    );
    let two_words = run(&["--around", "thread", "236", &dump]);
    assert_eq!(two_words, run(&[&dump, "--around", "thread:236"]));
    assert_eq!(two_words, run(&[&dump, "--around", "thread 236"]));
    assert_eq!(two_words, run(&[&dump, "--around=thread", "236"]));
    assert!(two_words.contains("stack of thread 236"), "{two_words}");
    let module = run(&[&dump, "--around", "module", "WINFRAG"]);
    assert!(module.contains(" winfrag.exe"), "{module}");
    let address = run(&[&dump, "--around", "0x38a20000"]);
    assert!(address.contains("0x38a20000: "), "{address}");
    let far = run(&[&sample("linux-x86_64.dmp"), "--around", "0x600000000000"]);
    assert!(far.contains("42.7 TiB free <- 0x600000000000: gap of 42.7 TiB"), "{far}");
}

#[test]
fn places_that_are_not_there_name_those_that_are() {
    let dump = sample("windows-2gb.dmp.zst");
    let thread = refused(&[&dump, "--around", "thread", "7"]);
    assert!(thread.contains("no thread 7; the dump has") && thread.contains("88, "), "{thread}");
    let module = refused(&[&dump, "--around", "module:nosuch"]);
    assert!(module.contains("no module `nosuch`; the dump has") && module.contains(".dll"), "{module}");
    let several = refused(&[&dump, "--around", "module", ".dll"]);
    assert!(several.contains("is in the names of"), "{several}");
    assert!(refused(&[&dump, "--around", "0xfffffff0"]).contains("outside of the address space"));
    let maps = TempDir::new().unwrap();
    let path = written(&maps, b"00010000-00020000 rw-p 0 0:0 0\n");
    assert!(refused(&[path.to_str().unwrap(), "--around", "thread", "1"]).contains("lists no threads"));
    assert!(refused(&[path.to_str().unwrap(), "--around", "module", "x"]).contains("lists no modules"));
}

#[test]
fn a_small_pin_is_seen_in_a_free_megabyte() {
    let folder = TempDir::new().unwrap();
    let maps = b"00010000-00020000 r-xp 0 fe:00 1 /bin/app\n40080000-40081000 rw-p 0 0:0 0\n\
                 50000000-50100000 rw-p 0 0:0 0\nbffdf000-c0000000 rw-p 0 0:0 0 [stack]\n";
    let path = written(&folder, maps);
    let picture = run(&[path.to_str().unwrap(), "--cell", "1M"]);
    let rows = rows(&picture);
    assert_eq!((&rows[4].1[..3], &rows[5].1[..3]), ("p..", "P[="), "{picture}");
    assert!(rows[11].1.ends_with("]s") && rows.len() == 12, "{picture}");
}

#[test]
fn json_adds_up_and_obeys_its_schema() {
    let schema = serde_json::to_value(report::schema_of::<report::MapReport<'static>>()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for sample in samples::ALL {
        let path = self::sample(sample.file);
        for args in [&[][..], &["--around", "largest-gap"]] {
            let json: Value = serde_json::from_str(&run(&[&[&path, "--format", "json"], args].concat())).unwrap();
            let errors: Vec<String> = validator.iter_errors(&json).map(|e| e.to_string()).take(3).collect();
            assert!(errors.is_empty(), "{}: {errors:?}", sample.file);
            assert_tiles(&json);
        }
    }
}

fn number(address: &Value) -> u64 {
    u64::from_str_radix(address.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
}

fn assert_tiles(json: &Value) {
    let list = |name: &str| json[name].as_array().unwrap().clone();
    let mut parts = [list("cells"), list("skipped")].concat();
    parts.sort_by_key(|part| number(&part["start"]));
    let mut at = number(&json["range"]["start"]);
    for part in &parts {
        let bytes: u64 = part["bytes"].as_object().unwrap().values().map(|b| b.as_u64().unwrap()).sum();
        assert_eq!((number(&part["start"]), number(&part["end"])), (at, at + bytes));
        at += bytes;
    }
    assert_eq!(at, number(&json["range"]["end"]));
}

/// One line of marks below a row, however many threads there are.
#[test]
fn a_thousand_threads_are_one_line_below_a_row() {
    let mut core = Core::new(elf_arch::X86).load(Load::new(0x8048000, 0x1000, "r-x"));
    for i in 0..1000u64 {
        core = core.thread(Thread::new(0x7fff_0000 + u32::try_from(i).unwrap()).sp(0x4000_0800 + i * 0x10_0000));
        core = core.load(Load::new(0x4000_0000 + i * 0x10_0000, 0x1000, "rw-"));
    }
    let folder = TempDir::new().unwrap();
    let path = written(&folder, &core.build().bytes);
    let picture = run(&[path.to_str().unwrap()]);
    let marks = picture.lines().filter(|line| line.contains("threads") || line.contains("more")).count();
    assert!(marks <= 6 && picture.contains("^48 threads"), "{picture}");
    assert!(picture.lines().all(|line| line.len() <= 100), "{picture}");
}

#[test]
fn names_reach_the_terminal_as_text() {
    let folder = TempDir::new().unwrap();
    let maps = "00400000-00401000 r-xp 0 fe:00 1 /tmp/\u{1b}]0;x\u{7}\u{202e}\u{9b}31m.so\n";
    let path = written(&folder, maps.as_bytes());
    let path = path.to_str().unwrap();
    for args in [&["--around", "0x400000"][..], &["--around", "module", "so"], &["--unicode"]] {
        let picture = run(&[&[path], args].concat());
        assert!(!picture.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{picture:?}");
    }
    let sentence = refused(&[path, "--around", "module", "\u{1b}[31m\u{202e}"]);
    assert!(!sentence.contains(ESCAPE) && !sentence.contains('\u{202e}'), "{sentence:?}");
    let usage = run_with(&[path, "--around", "\u{1b}[31m"], &[]);
    assert!(usage.code == 2 && !usage.err.contains(ESCAPE), "{:?}", usage.err);
}

#[test]
fn sixty_thousand_mappings_are_quick_and_fit() {
    let rows = (1..60_000u64).map(|i| format!("{:x}-{:x} rw-p 0 0:0 0\n", i << 14, (i << 14) + 4096));
    let maps: String = rows.collect();
    let dump = from_bytes(maps.as_bytes(), &LoadOptions::default()).unwrap();
    let snapshot: &model::Snapshot = dump.snapshot();
    let analysis = analyze::analyze(snapshot);
    let ids = OwnerIds::new(&snapshot.owners);
    let counsel = analyze::Counsel::default();
    let cx = Context { snapshot, analysis: &analysis, counsel: &counsel, ids: &ids, heaps: &NO_HEAPS };
    let start = Instant::now();
    let mut picture = Vec::new();
    report::write_map(&mut picture, cx, &MapOptions::default()).unwrap();
    assert!(start.elapsed() < Duration::from_millis(500), "{:?}", start.elapsed());
    assert!(picture.len() < 10_000);
    let focus = report::around(cx, &Around::LargestGap).unwrap();
    assert_eq!(focus.range, analysis.figures.largest.unwrap().range);
}
