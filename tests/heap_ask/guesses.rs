//! Guesses of what a chunk is, by made bytes.

use fragscope::addr::{Addr, AddrRange, FileOffset};
use fragscope::analyze::heaps::{Guess, Looks, guess};
use fragscope::model::*;

use super::made::*;

struct Bytes(Vec<u8>);

impl ReadAt for Bytes {
    fn read_at(&self, offset: FileOffset, buf: &mut [u8]) -> std::io::Result<usize> {
        let rest = self.0.get(usize::try_from(offset.0).unwrap()..).unwrap_or_default();
        let length = rest.len().min(buf.len());
        buf[..length].copy_from_slice(&rest[..length]);
        Ok(length)
    }
}

fn module(made: &mut Made, name: &str, start: u64) {
    let owner = made.put((start, start + 0x1000), OwnerKind::Module, Some(name), State::Committed);
    made.modules.push(Module {
        name: name.into(),
        path: name.into(),
        range: range(start, start + 0x3000),
        id: None,
        preferred_base: None,
        relocatable: None,
        load_order: None,
        owner,
    });
    made.more(owner, (start + 0x1000, start + 0x2000), State::Committed);
    made.more(owner, (start + 0x2000, start + 0x3000), State::Committed);
}

/// Code, read-only data, and data of each module.
fn protected(snapshot: &Snapshot) -> Snapshot {
    let regions = snapshot.space.regions().iter().map(|region| {
        let third = snapshot
            .modules
            .iter()
            .find(|m| m.range.covers(region.range))
            .map(|m| (region.range.start().0 - m.range.start().0) / 0x1000);
        let protection = match third {
            Some(0) => Protection::READ.with(Protection::EXECUTE),
            Some(1) => Protection::READ,
            _ => Protection::READ.with(Protection::WRITE),
        };
        Region { protection: Some(protection), ..*region }
    });
    let bounds = *snapshot.space.bounds();
    let space = AddressSpace::new(bounds, Coverage::Everything, regions.collect()).unwrap();
    Snapshot { space, ..snapshot.clone() }
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

#[test]
fn first_words_tell() {
    let mut made = Made::new();
    module(&mut made, "app", 0x0800_0000);
    module(&mut made, "libpython3.11.so.1.0", 0xb700_0000);
    let snapshot = protected(&made.snapshot());
    let heap = u32::try_from(BRK.0).unwrap();
    for (bytes, expected) in [
        (words(&[0; 8]), Guess::Looks(Looks::Zero)),
        (words(&[0x0800_1008, 1, 2, 3]), Guess::Looks(Looks::CppObject(0))),
        (words(&[0x0800_0100, 1, 2, 3]), Guess::Looks(Looks::Function(0))),
        (words(&[0x0800_2100, 1, 2, 3]), Guess::Looks(Looks::PointsInto(0))),
        (words(&[3, 0xb700_2040, 2, 3]), Guess::Looks(Looks::PythonObject(1))),
        // A small number and a pointer at any other module's data are no Python object.
        (words(&[3, 0x0800_2040, 2, 3]), Guess::Unknown),
        (words(&[0xfbad_2488, heap, heap, heap]), Guess::Looks(Looks::File)),
        (words(&[heap + 16, heap + 64, 7, 7]), Guess::Looks(Looks::Links)),
        (b"GET /index.html HTTP/1.1\r\n\0xxxxx".to_vec(), Guess::Looks(Looks::Text)),
        (b"abc\0\x01\x02\x03\x04".to_vec(), Guess::Unknown),
        (words(&[7, 8, 9, 10]), Guess::Unknown),
    ] {
        let data = AddrRange::from_size(Addr(BRK.0 + 0x100), bytes.len() as u64).unwrap();
        let captured = [Captured { range: data, offset: FileOffset(0) }];
        let source = Bytes(bytes.clone());
        let memory = Memory::new(&source, &captured, Endian::Little);
        assert_eq!(guess(&snapshot, memory, data), expected, "{bytes:x?}");
        let elsewhere = AddrRange::from_size(Addr(BRK.0), 16).unwrap();
        assert_eq!(guess(&snapshot, memory, elsewhere), Guess::NotInDump);
    }
}
