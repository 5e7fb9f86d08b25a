//! Floor and ceiling as the user gives them: `--window` and `--ceiling`.

use fragscope::addr::{Addr, AddrRange};
use fragscope::analyze::analyze;
use fragscope::error::LoadError;
use fragscope::load::{Dump, LoadOptions, from_bytes};
use fragscope::model::{CeilingSource, Evidence};

use crate::samples;

const MAPS: &str = "08048000-0804c000 r-xp 00000000 fe:00 7   /usr/bin/app\n\
                    40000000-50000000 rw-p 00000000 00:00 0\n\
                    bffdf000-c0000000 rw-p 00000000 00:00 0   [stack]\n";

fn range(start: u64, end: u64) -> AddrRange {
    AddrRange::new(Addr(start), Addr(end)).unwrap()
}

fn load(options: &LoadOptions) -> Result<Dump<'static>, LoadError> {
    from_bytes(MAPS.as_bytes(), options)
}

#[test]
fn a_window_in_a_gap_of_a_complete_map_is_known_to_be_free() {
    let options = LoadOptions { window: Some(range(0x5100_0000, 0x5200_0000)), ..LoadOptions::default() };
    let dump = load(&options).unwrap();
    assert_eq!(dump.snapshot().evidence, Evidence::Complete);
    assert!(dump.snapshot().space.regions().is_empty());
}

// Addresses above the ceiling are not free: nobody could ever have them.
#[test]
fn a_window_is_cut_at_the_ends_of_the_space() {
    let options = LoadOptions { window: Some(range(0, 0xffff_0000)), ..LoadOptions::default() };
    assert_eq!(load(&options).unwrap().snapshot().space.bounds().range, range(0x1_0000, 0xc000_0000));
}

#[test]
fn a_window_outside_of_the_space_is_refused() {
    let options = LoadOptions { window: Some(range(0xd000_0000, 0xe000_0000)), ..LoadOptions::default() };
    let sentence = load(&options).map(drop).unwrap_err().to_string();
    assert!(sentence.contains("--window") && sentence.contains("0xc0000000"), "{sentence}");
}

#[test]
fn a_ceiling_below_the_floor_is_refused() {
    let options = LoadOptions { ceiling: Some(Addr(0x100)), ..LoadOptions::default() };
    let sentence = load(&options).map(drop).unwrap_err().to_string();
    assert!(sentence.contains("--ceiling") && sentence.contains("0x10000"), "{sentence}");
}

#[test]
fn a_64_bit_list_that_ends_at_a_known_ceiling_tells_it() {
    let dump = samples::named("windows-x64.dmp.zst").load_with(&LoadOptions::default());
    let bounds = dump.snapshot().space.bounds();
    assert_eq!((bounds.range.end(), bounds.ceiling_source), (Addr(0x7fff_ffff_0000), CeilingSource::MemoryInfoList));
}

// A verdict that hangs on a guess says so where it is read, not only at the page's end.
#[test]
fn an_assumed_ceiling_is_among_the_verdicts_reasons() {
    let dump = samples::named("windows-no-map.dmp.zst").load_with(&LoadOptions::default());
    let reasons = analyze(dump.snapshot()).verdict.reasons;
    assert!(reasons.iter().any(|r| r.contains("0x7fff0000 is assumed")), "{reasons:?}");
}
