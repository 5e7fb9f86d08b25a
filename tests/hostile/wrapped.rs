//! Compressed input: damaged wrappers, what unpacks to far more than it is, wrappers in wrappers.

use std::io::{self, Read, Write};
use std::time::Duration;

use fragscope::load::{self, LoadOptions};

use super::examine::{Outcome, examine, is_long_run};
use super::random::Random;
use super::seeds;
use super::watch::watched;

/// A way to pack bytes.
type Packer = fn(&mut dyn Read) -> Vec<u8>;

/// All of them, by the suffix that they usually give.
pub const PACKERS: [(&str, Packer); 4] = [("zst", zst), ("gz", gz), ("xz", xz), ("lz4", lz4)];

fn zst(from: &mut dyn Read) -> Vec<u8> {
    zstd::stream::encode_all(from, 1).unwrap()
}

fn gz(from: &mut dyn Read) -> Vec<u8> {
    let mut to = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    io::copy(from, &mut to).unwrap();
    to.finish().unwrap()
}

fn xz(from: &mut dyn Read) -> Vec<u8> {
    let mut to = liblzma::write::XzEncoder::new(Vec::new(), 0);
    io::copy(from, &mut to).unwrap();
    to.finish().unwrap()
}

fn lz4(from: &mut dyn Read) -> Vec<u8> {
    let mut to = lz4_flex::frame::FrameEncoder::new(Vec::new());
    io::copy(from, &mut to).unwrap();
    to.flush().unwrap();
    to.finish().unwrap()
}

/// Packs bytes that are in memory.
pub fn pack(packer: Packer, bytes: &[u8]) -> Vec<u8> {
    packer(&mut &*bytes)
}

/// A dump, packed in each way.
fn wrapped_dumps() -> Vec<(String, Vec<u8>)> {
    let all = seeds::synthetic();
    let wanted = ["core x86 Kernel", "core x86-64 Gdb13", "minidump Amd64", "maps"];
    let chosen = all.iter().filter(|seed| wanted.contains(&seed.name.as_str()));
    chosen
        .flat_map(|seed| {
            PACKERS.map(|(suffix, packer)| (format!("{}.{suffix}", seed.name), pack(packer, &seed.image.bytes)))
        })
        .collect()
}

#[test]
fn undamaged_wrappers_give_reports() {
    for (name, bytes) in wrapped_dumps() {
        let _watched = watched(name.clone());
        assert_eq!(examine(&bytes, &LoadOptions::default()).0, Outcome::Report, "{name}");
    }
}

#[test]
fn cut_and_damaged_wrappers() {
    let mut random = Random::new(2);
    for (name, whole) in wrapped_dumps() {
        for deep in [false, true] {
            let options = LoadOptions { deep, ..LoadOptions::default() };
            for run in 0..24 {
                let _watched = watched(format!("{name}, deep {deep}, run {run} of random seed 2"));
                let bytes = damaged(&whole, &mut random);
                examine(&bytes, &options);
            }
        }
    }
}

fn damaged(whole: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    match random.below(3) {
        0 => bytes.truncate(random.below(whole.len())),
        1 => bytes[random.below(whole.len().min(64))] ^= 1 << random.below(8),
        _ => bytes[random.below(whole.len())] = random.next() as u8,
    }
    bytes
}

/// A dump that goes on with a gigabyte of zeros is read as far as it says anything. (It is made only once per format:
/// packing it takes longer than reading it.)
#[test]
fn a_gibibyte_of_zeros_behind_a_dump() {
    let zeros = if is_long_run() { 1 << 30 } else { 128 << 20 };
    let seed = seeds::synthetic().into_iter().find(|seed| seed.name == "core x86-64 Kernel").unwrap();
    for (suffix, packer) in PACKERS {
        let _watched = watched(format!("zeros.{suffix}"));
        let bomb = packer(&mut seed.image.bytes.chain(io::repeat(0).take(zeros)));
        let (outcome, cost) = examine(&bomb, &LoadOptions::default());
        println!("dump and zeros.{suffix}: {} bytes, {:.0?}, {} KiB", bomb.len(), cost.time, cost.memory >> 10);
        assert_eq!(outcome, Outcome::Report);
        let bomb = packer(&mut io::repeat(0).take(zeros));
        assert_eq!(examine(&bomb, &LoadOptions::default()).0, Outcome::Sentence);
    }
}

#[test]
fn a_maps_file_without_end() {
    let line = b"00010000-00020000 rw-p 00000000 00:00 0 /x\n";
    let text = line.repeat((96 << 20) / line.len());
    let (outcome, cost) = examine(&pack(zst, &text), &LoadOptions::default());
    println!("96 MiB of maps.zst: {:.0?}, {} KiB", cost.time, cost.memory >> 10);
    assert_eq!(outcome, Outcome::Report);
}

#[test]
fn wrappers_in_wrappers() {
    let core = &seeds::synthetic()[0].image.bytes;
    let twice = pack(gz, &pack(zst, core));
    assert_eq!(examine(&twice, &LoadOptions::default()).0, Outcome::Sentence);
    let again = (0..100).fold(core.clone(), |bytes, _| pack(gz, &bytes));
    assert_eq!(examine(&again, &LoadOptions::default()).0, Outcome::Sentence);
}

/// Frames that ask for more memory than any real file needs are refused, not served.
#[test]
fn frames_that_ask_for_gigabytes() {
    // Zstandard (RFC 8878, 3.1.1.1): magic, a descriptor without single-segment flag, a window descriptor of 2 GiB.
    let window = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, 0x01, 0, 0];
    // The same with the single-segment flag and a content size of 2^63.
    let content = [0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0x80, 1, 0, 0];
    for frame in [&window[..], &content] {
        assert_eq!(examine(frame, &LoadOptions::default()).0, Outcome::Sentence);
    }
}

#[test]
fn millions_of_empty_members() {
    let member = gz(&mut io::empty());
    let core = seeds::synthetic().swap_remove(0).image.bytes;
    let bytes = [pack(gz, &core), member.repeat((8 << 20) / member.len())].concat();
    let (outcome, cost) = examine(&bytes, &LoadOptions::default());
    assert_eq!(outcome, Outcome::Report);
    assert!(cost.time < Duration::from_millis(600), "{:?}", cost.time);
    // Members that hold something are read, however many: bgzip makes one of every 64 KiB.
    let parts: Vec<u8> = core.chunks(1 << 10).flat_map(|part| pack(gz, part)).collect();
    let dump = load::from_bytes(parts, &LoadOptions::default()).unwrap();
    assert!(!dump.snapshot().dump.truncated);
}

/// pzstd begins with a frame to be skipped, which holds the size of the next.
#[test]
fn a_skippable_frame_first() {
    let core = seeds::synthetic().swap_remove(0).image.bytes;
    let skippable = [0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4];
    let bytes = [&skippable[..], &pack(zst, &core)].concat();
    assert_eq!(examine(&bytes, &LoadOptions::default()).0, Outcome::Report);
}
