//! One part of N: inputs are dealt out by a hash of their names, the same on every machine.

use std::path::{Path, PathBuf};

use super::digest;

/// Part `index` of `count`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shard {
    index: u32,
    count: u32,
}

/// Most parts, for their numbers have five digits.
const MOST: u32 = 99_999;

/// Reads `I/N`.
///
/// # Errors
/// A sentence that says what is accepted.
pub fn parse_shard(text: &str) -> Result<Shard, String> {
    let numbers = text.split_once('/').and_then(|(i, n)| Some((i.trim().parse().ok()?, n.trim().parse().ok()?)));
    match numbers {
        Some((index, count)) if index < count && count <= MOST => Ok(Shard { index, count }),
        Some((index, count)) if count > 0 && count <= MOST => {
            Err(format!("part {index} of {count} is none; parts count from 0 to {}", count - 1))
        }
        _ => Err(format!("`{text}` is no part; write I/N with N up to {MOST}, as 0/16 for the first of 16")),
    }
}

impl Shard {
    /// Whether an input of this name, as it was given, is of this part: each is of exactly one.
    pub fn takes(self, name: &[u8]) -> bool {
        digest::number(name) % u64::from(self.count) == u64::from(self.index)
    }

    /// `out-00003-of-00016.jsonl` for `out.jsonl`.
    pub fn part_of(self, path: &Path) -> PathBuf {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let ending = ending_of(&name);
        let dots = ending.matches('.').count();
        let stem = (0..dots).fold(path.to_owned(), |stem, _| stem.with_extension(""));
        let mut part = stem.file_name().unwrap_or_default().to_owned();
        part.push(format!("-{:05}-of-{:05}{ending}", self.index, self.count));
        path.with_file_name(part)
    }
}

/// The ending of an output's name, with its dot; `.junit.xml` is one.
pub fn ending_of(name: &str) -> &str {
    let junit = name.len().checked_sub(".junit.xml".len()).filter(|_| name.ends_with(".junit.xml"));
    let dot = junit.or(name.rfind('.')).filter(|at| *at > 0);
    dot.and_then(|at| name.get(at..)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read() {
        assert_eq!(parse_shard("3/16"), Ok(Shard { index: 3, count: 16 }));
        assert_eq!(parse_shard("0/1"), Ok(Shard { index: 0, count: 1 }));
        for text in ["", "3", "/", "16/16", "0/0", "-1/4", "1/100000", "a/b", "1/2/3"] {
            assert!(parse_shard(text).is_err(), "{text}");
        }
        assert!(parse_shard("16/16").unwrap_err().contains("from 0 to 15"));
    }

    #[test]
    fn each_name_is_of_one_part() {
        for count in [1, 2, 7, 16] {
            let mut sizes = vec![0; count as usize];
            for n in 0..2000 {
                let name = format!("crashes/{n}.dmp");
                let of: Vec<u32> =
                    (0..count).filter(|index| Shard { index: *index, count }.takes(name.as_bytes())).collect();
                assert_eq!(of.len(), 1, "{name}");
                sizes[of[0] as usize] += 1;
            }
            assert!(sizes.iter().all(|size| size * count as usize > 1000), "{sizes:?}");
        }
    }

    #[test]
    fn the_hash_is_the_same_everywhere() {
        // printf a | sha256sum: ca978112ca1bbdca…, and 0xca978112ca1bbdca % 16 is 10.
        assert!(Shard { index: 10, count: 16 }.takes(b"a"));
    }

    #[test]
    fn parts_have_names_of_their_own() {
        let shard = Shard { index: 3, count: 16 };
        let part = |name: &str| shard.part_of(Path::new(name)).to_string_lossy().replace('\\', "/");
        assert_eq!(part("out/all.jsonl"), "out/all-00003-of-00016.jsonl");
        assert_eq!(part("all.junit.xml"), "all-00003-of-00016.junit.xml");
        assert_eq!(part("all"), "all-00003-of-00016");
        assert_eq!(part("a.b.csv"), "a.b-00003-of-00016.csv");
    }
}
