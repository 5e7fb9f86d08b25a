//! What is done to a dump before it is read. Every mutation is small enough to be printed, and repeats exactly.

use super::random::Random;
use crate::synth::bytes::{Endian, Image, Mark};

/// One change, or many.
#[derive(Clone, Debug)]
pub enum Mutation {
    /// Nothing.
    None,
    /// Only the first bytes are left.
    Cut(usize),
    /// The field with this number among [`Image::fields`] gets a value.
    Falsify { field: usize, value: u64 },
    /// A seed of [`Random`]: one to eight random changes.
    Random(u64),
}

/// The mutations that need no chance: a cut at each boundary, each field with each extreme value.
pub fn systematic(image: &Image) -> Vec<Mutation> {
    let cuts = image.cuts().into_iter().map(Mutation::Cut);
    let fields = image.fields().enumerate().flat_map(|(field, mark)| {
        let values = extremes(image, mark);
        values.into_iter().map(move |value| Mutation::Falsify { field, value })
    });
    cuts.chain(fields).collect()
}

/// Values at which arithmetic breaks, if it does.
fn extremes(image: &Image, mark: &Mark) -> Vec<u64> {
    let bits = 8 * (mark.end - mark.start) as u32;
    let max = u64::MAX >> (64 - bits);
    let sign = 1 << (bits - 1);
    let len = image.bytes.len() as u64;
    let own = number(image.endian, &image.bytes[mark.start..mark.end]);
    let wanted = [0, 1, max, max - 1, sign, sign - 1, max & !0xfff, len - 1, len, len + 1, own.wrapping_add(1), !own];
    let mut values: Vec<u64> = wanted.into_iter().map(|v| v & max).filter(|v| *v != own).collect();
    values.sort_unstable();
    values.dedup();
    values
}

fn number(endian: Endian, bytes: &[u8]) -> u64 {
    let fold = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
    match endian {
        Endian::Big => bytes.iter().fold(0, fold),
        Endian::Little => bytes.iter().rev().fold(0, fold),
    }
}

/// The mutated file. `donor` is what random splices take pieces from.
pub fn apply(image: &Image, mutation: &Mutation, donor: &[u8]) -> Vec<u8> {
    match mutation {
        Mutation::None => image.bytes.clone(),
        Mutation::Cut(length) => image.cut(*length).to_vec(),
        Mutation::Falsify { field, value } => {
            let mut bytes = image.bytes.clone();
            let mark = image.fields().nth(*field).expect("a field of this image");
            put(&mut bytes[mark.start..mark.end], image.endian, *value);
            bytes
        }
        Mutation::Random(seed) => random(image, &mut Random::new(*seed), donor),
    }
}

fn put(target: &mut [u8], endian: Endian, value: u64) {
    let size = target.len();
    match endian {
        Endian::Little => target.copy_from_slice(&value.to_le_bytes()[..size]),
        Endian::Big => target.copy_from_slice(&value.to_be_bytes()[8 - size..]),
    }
}

fn random(image: &Image, random: &mut Random, donor: &[u8]) -> Vec<u8> {
    let mut bytes = image.bytes.clone();
    let fields: Vec<&Mark> = image.fields().collect();
    for _ in 0..1 + random.below(8) {
        match random.below(10) {
            0..4 if !fields.is_empty() => falsify_one(&mut bytes, image, fields[random.below(fields.len())], random),
            0..6 => flip_bit(&mut bytes, random),
            6 => overwrite_block(&mut bytes, random),
            7 => splice(&mut bytes, donor, random),
            8 => write_word(&mut bytes, random),
            _ => bytes.truncate(random.below(bytes.len() + 1)),
        }
    }
    bytes
}

fn falsify_one(bytes: &mut [u8], image: &Image, mark: &Mark, random: &mut Random) {
    // An earlier change may have cut the field off.
    if let Some(target) = bytes.get_mut(mark.start..mark.end) {
        let value = match random.once_in(4) {
            true => random.next() >> random.below(64),
            false => *random.pick(&extremes(image, mark)),
        };
        put(target, image.endian, value);
    }
}

/// Headers stand at the beginning of a dump and decide most: half of all places are among the first 4 KiB.
fn position(len: usize, random: &mut Random) -> usize {
    if random.once_in(2) { random.below(len.min(0x1000)) } else { random.below(len) }
}

fn flip_bit(bytes: &mut [u8], random: &mut Random) {
    let at = position(bytes.len(), random);
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 1 << random.below(8);
    }
}

fn overwrite_block(bytes: &mut [u8], random: &mut Random) {
    let at = position(bytes.len(), random);
    let end = (at + 1 + random.below(64)).min(bytes.len());
    let fill = *random.pick(&[0, 0xff, 0x80, b'A']);
    bytes.get_mut(at..end).unwrap_or_default().fill(fill);
}

/// Puts a piece of another dump in, over what was there or between it.
fn splice(bytes: &mut Vec<u8>, donor: &[u8], random: &mut Random) {
    let from = random.below(donor.len());
    let piece = &donor[from..(from + random.below(512)).min(donor.len())];
    let at = position(bytes.len(), random);
    let replaced = if random.once_in(2) { piece.len() } else { 0 };
    let end = (at + replaced).min(bytes.len());
    bytes.splice(at..end, piece.iter().copied());
}

/// An aligned word that is small, huge or an offset in the file.
fn write_word(bytes: &mut [u8], random: &mut Random) {
    let size = *random.pick(&[2, 4, 8]);
    let at = position(bytes.len(), random) / size * size;
    let value = match random.below(4) {
        0 => random.below(bytes.len() + 2) as u64,
        1 => u64::MAX - random.below(0x1_0000) as u64,
        2 => 1 << random.below(64),
        _ => random.next(),
    };
    if let Some(target) = bytes.get_mut(at..at + size) {
        put(target, Endian::Little, value);
    }
}
