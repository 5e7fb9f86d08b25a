//! Small pairs of maps, each with one thing different.

use fragscope::addr::Addr;
use fragscope::analyze::diff::{Change, Diff, Fate, Forecast, Mismatch, Outcome, Side, Sure, Way};
use fragscope::analyze::{analyze, diff};
use fragscope::load::{Dump, LoadOptions, from_bytes};
use fragscope::model::{Request, RequestSource, Snapshot};

use super::maps;

/// An i386 process: executable, heap, a gap, a cache, libraries, the stack. Mappings were slid by `slide`, the heap by
/// half of it.
fn process(slide: u64, more: &str) -> String {
    let at = |start: u64, end: u64| format!("{:08x}-{:08x}", start - slide, end - slide);
    let heap = 0x0900_0000 + slide / 2;
    format!(
        "08048000-08050000 r-xp 00000000 fe:00 7 /usr/bin/app\n\
         {heap:08x}-{:08x} rw-p 00000000 00:00 0 [heap]\n{more}\
         {} rw-s 00000000 fe:00 9 /data/cache.bin\n\
         {} r-xp 00000000 fe:00 11 /usr/lib/libssl.so.3\n\
         {} r-xp 00000000 fe:00 12 /usr/lib/libcrypto.so.3\n\
         {} r-xp 00000000 fe:00 13 /usr/lib/libc.so.6\n\
         {} r-xp 00000000 fe:00 14 /usr/lib/ld-linux.so.2\n\
         fff00000-ffffe000 rw-p 00000000 00:00 0 [stack]\n",
        heap + 0x10_0000,
        at(0xf000_0000, 0xf100_0000),
        at(0xf200_0000, 0xf220_0000),
        at(0xf300_0000, 0xf320_0000),
        at(0xf400_0000, 0xf420_0000),
        at(0xf500_0000, 0xf520_0000),
    )
}

fn compare(old: &str, new: &str) -> (Diff, Dump<'static>) {
    let (old, new) = (maps(old), maps(new));
    (of(&[old.snapshot(), new.snapshot()]), new)
}

fn of(snapshots: &[&Snapshot]) -> Diff {
    let analyses: Vec<_> = snapshots.iter().map(|s| analyze(s)).collect();
    let sides: Vec<Side<'_>> =
        snapshots.iter().zip(&analyses).map(|(snapshot, analysis)| Side { snapshot, analysis }).collect();
    diff(&sides).unwrap()
}

const LIBRARY: &str = "70000000-70200000 r-xp 00000000 fe:00 20 /opt/plugin.so\n";

#[test]
fn a_library_in_the_old_gap_is_found_at_the_same_addresses() {
    let (diff, _) = compare(&process(0, ""), &process(0, LIBRARY));
    assert_eq!(diff.outcome, Outcome::SmallerGap);
    assert_eq!(&*diff.culprits[0].like.name, "plugin.so");
    assert_eq!(diff.culprits.len(), 1);
    let gap = diff.old_gap.unwrap();
    assert_eq!((gap.way, gap.sure, gap.now), (Way::SameAddresses, Sure::Certain, Some(gap.then)));
    assert_eq!(gap.standing.len(), 1);
    assert_eq!((gap.standing[0].fate, gap.standing[0].bytes), (Fate::Came, 0x20_0000));
    assert_eq!(diff.culprits[0].largest_without, gap.then.size());
    assert_eq!((diff.modules.came.len(), diff.modules.went.len(), diff.modules.moved.len()), (1, 0, 0));
}

// Heap and mappings are each placed at random: nothing but the library is new.
#[test]
fn a_library_in_the_old_gap_is_found_where_all_addresses_differ() {
    let (diff, new) = compare(&process(0, ""), &process(0x123_4000, LIBRARY));
    assert_eq!(&*diff.culprits[0].like.name, "plugin.so");
    assert_eq!(diff.culprits.len(), 1, "{:?}", diff.culprits);
    let gap = diff.old_gap.unwrap();
    assert_eq!((gap.way, gap.sure), (Way::Neighbours, Sure::Certain));
    let (start, end) = (gap.now.unwrap().start(), gap.now.unwrap().end());
    assert_eq!((start, end), (Addr(0x0900_0000 + 0x123_4000 / 2 + 0x10_0000), Addr(0xf000_0000 - 0x123_4000)));
    let owner = new.snapshot().owner(gap.standing[0].owner).unwrap();
    assert_eq!(owner.name.as_deref(), Some("plugin.so"));
    assert!(!diff.same_addresses);
    assert_eq!((diff.modules.came.len(), diff.modules.moved.len()), (1, 4));
}

#[test]
fn a_heap_that_grew_into_the_gap_is_said_to_have_grown() {
    let grown = process(0, "").replace("09100000 rw-p", "29100000 rw-p");
    let (diff, _) = compare(&process(0, ""), &grown);
    assert_eq!((&*diff.culprits[0].like.name, diff.culprits[0].change), ("[heap]", Change::Grew));
    assert_eq!(diff.culprits[0].bytes, 0x2000_0000);
    assert_eq!(diff.culprits[0].gain, 0x2000_0000);
    let gap = diff.old_gap.unwrap();
    assert_eq!(gap.standing[0].fate, Fate::Grew { from: 0x10_0000, to: 0x2010_0000 });
    assert_eq!(gap.standing[0].bytes, 0x2000_0000);
}

#[test]
fn a_file_that_moved_into_the_gap_is_said_to_have_moved() {
    let cache = "f0000000-f1000000 rw-s 00000000 fe:00 9 /data/cache.bin\n";
    let elsewhere = "80000000-81000000 rw-s 00000000 fe:00 9 /data/cache.bin\n";
    let (diff, _) = compare(&process(0, ""), &process(0, elsewhere).replace(cache, ""));
    let gap = diff.old_gap.unwrap();
    assert!(matches!(gap.standing[0].fate, Fate::Moved { from } if from.start() == Addr(0xf000_0000)), "{gap:?}");
    assert_eq!((&*diff.culprits[0].like.name, diff.culprits[0].change), ("cache.bin", Change::Moved));
    assert_eq!(diff.culprits[0].bytes, 0, "as much is taken as before");
}

// Each on its own would free nothing but its own place.
#[test]
fn what_came_with_a_library_is_counted_with_it() {
    let with_data = "70000000-70200000 r-xp 00000000 fe:00 20 /opt/plugin.so\n\
                     70200000-74200000 rw-p 00000000 00:00 0\n\
                     74200000-74300000 r-xp 00000000 fe:00 21 /opt/libhelper.so\n";
    let (diff, _) = compare(&process(0, ""), &process(0, with_data));
    let first = &diff.culprits[0];
    assert_eq!(&*first.like.name, "plugin.so");
    assert_eq!(first.with.len(), 2, "{first:?}");
    assert_eq!(first.largest_without, diff.old_gap.unwrap().then.size());
    assert_eq!(first.bytes, 0x430_0000);
}

#[test]
fn a_hundred_like_mappings_are_one_culprit() {
    let leak: String = (0..100u64)
        .map(|i| 0xe000_0000 - i * 0x20_0000)
        .map(|at| format!("{at:08x}-{:08x} rw-p 00000000 00:00 0\n", at + 0x10_0000))
        .rev()
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect();
    let (diff, _) = compare(&process(0, ""), &process(0, &leak));
    let first = &diff.culprits[0];
    assert_eq!((&*first.like.name, first.members.len()), ("private of 1 MiB", 100));
    assert_eq!((first.bytes, first.mappings), (100 << 20, 100));
    assert_eq!(diff.growth[0].like, first.like);
}

// `libssl.so.3` at an address of its own is the same file, and one of another name at its place is not.
#[test]
fn what_stands_at_the_place_of_something_that_is_gone_is_no_culprit() {
    let other = process(0, "").replace("libssl.so.3", "libssl.so.4");
    let (diff, _) = compare(&process(0, ""), &other);
    assert!(diff.culprits.is_empty(), "{:?}", diff.culprits);
    assert_eq!((diff.modules.came.len(), diff.modules.went.len()), (1, 1));
    assert_eq!(diff.outcome, Outcome::Otherwise);
}

#[test]
fn what_got_better_is_said_to_be_better() {
    let (diff, _) = compare(&process(0, LIBRARY), &process(0, ""));
    assert_eq!(diff.outcome, Outcome::Better);
    assert!(diff.culprits.is_empty());
}

#[test]
fn processes_of_different_widths_are_compared_with_a_warning() {
    let wide = "00400000-00410000 r-xp 00000000 fe:00 7 /usr/bin/app\n\
                7f0000000000-7f0000200000 r-xp 00000000 fe:00 13 /usr/lib/libc.so.6\n\
                7ffc00000000-7ffc00100000 rw-p 00000000 00:00 0 [stack]\n";
    let (diff, _) = compare(&process(0, ""), wide);
    assert!(diff.mismatches.contains(&Mismatch::Width) && diff.mismatches.contains(&Mismatch::Bounds));
}

/// A process that leaks so many MiB below its cache, with a request.
fn leaking(mib: u64, need: u64) -> Dump<'static> {
    let end = 0xf000_0000 - 0x1000;
    let line = format!("{:08x}-{end:08x} rw-p 00000000 00:00 0\n", end - (mib << 20));
    let options = LoadOptions {
        request: Some(Request { size: need, align: None, source: RequestSource::User }),
        ..LoadOptions::default()
    };
    let text = process(0, &line).into_boxed_str();
    from_bytes(Box::leak(text).as_bytes(), &options).unwrap()
}

// 100 MiB a dump: 3,695 MiB less 100, 200 and so on.
#[test]
fn the_trend_says_when_a_request_no_longer_fits() {
    let dumps: Vec<Dump<'_>> = [100, 200, 300, 400].map(|mib| leaking(mib, 2048 << 20)).into();
    let snapshots: Vec<&Snapshot> = dumps.iter().map(Dump::snapshot).collect();
    let diff = of(&snapshots);
    let trend = diff.trend.unwrap();
    assert!((trend.bytes_per_dump.unwrap() + (100 << 20) as f64).abs() < 1.0);
    let left = analyze(snapshots[3]).figures.largest_reachable_size() as f64 - 2048.0 * 1024.0 * 1024.0;
    let Forecast::After(dumps) = trend.forecast else { panic!("{trend:?}") };
    assert!((dumps - left / (100 << 20) as f64).abs() < 0.01, "{dumps}");
    assert_eq!(diff.old_gap.unwrap().standing[0].since, Some(1));
}

#[test]
fn what_stands_in_the_old_gap_is_dated() {
    let texts = [process(0, ""), process(0, ""), process(0, LIBRARY), process(0, LIBRARY)];
    let dumps: Vec<Dump<'_>> = texts.iter().map(|text| maps(text)).collect();
    let diff = of(&dumps.iter().map(Dump::snapshot).collect::<Vec<_>>());
    assert_eq!(diff.old_gap.unwrap().standing[0].since, Some(2));
}
