//! The directory at an archive's end (APPNOTE 4.3.12 to 4.3.16).

use super::extra;
use super::record::Record;
use crate::addr::FileOffset;
use crate::bytes::Reader;
use crate::load::Input;
use crate::model::platform::Endian;

/// Size of the end record, and of the longest comment behind it.
const END: u64 = 22;
const LONGEST_COMMENT: u64 = 0xffff;
const HEADER: u64 = 46;
/// Behind the last member may stand a signature, or an end record.
const ENDS: [&[u8]; 3] = [b"PK\x05\x06", b"PK\x06\x06", b"PK\x05\x05"];

/// The directory, read member by member.
pub(super) struct Directory {
    at: u64,
    /// How many members it is said to have, and how many were read.
    claimed: u64,
    read: u64,
}

/// Looks for it. `None` if there is none, or none that begins with a member.
pub(super) fn find(input: &Input<'_>) -> Option<Directory> {
    let len = input.len()?;
    let start = len.saturating_sub(END + LONGEST_COMMENT);
    let tail = input.read_available(FileOffset(start), END + LONGEST_COMMENT);
    let found = tail.windows(4).zip(start..).filter(|(window, _)| window == b"PK\x05\x06").map(|(_, at)| at);
    // The last one counts that leads to a directory: the comment behind it may hold anything.
    found.collect::<Vec<u64>>().into_iter().rev().find_map(|at| read_end(input, at))
}

fn read_end(input: &Input<'_>, at: u64) -> Option<Directory> {
    let end = input.read_available(FileOffset(at), END);
    let mut end = Reader::at(&end, 10, Endian::Little)?;
    let claimed = u64::from(end.u16()?);
    end.skip(4)?;
    let directory = u64::from(end.u32()?);
    let (claimed, directory) = wide_end(input, at).unwrap_or((claimed, directory));
    let first = input.read_available(FileOffset(directory), 4);
    let fine = first == b"PK\x01\x02" || (claimed == 0 && ENDS.contains(&first.as_slice()));
    fine.then_some(Directory { at: directory, claimed, read: 0 })
}

/// The end record of 64 bits, to which a locator before the end record points.
fn wide_end(input: &Input<'_>, end: u64) -> Option<(u64, u64)> {
    let locator = input.read_available(FileOffset(end.checked_sub(20)?), 20);
    let mut locator = Reader::new(locator.strip_prefix(b"PK\x06\x07")?, Endian::Little);
    locator.skip(4)?;
    let wide = input.read_available(FileOffset(locator.u64()?), 56);
    let wide = wide.strip_prefix(b"PK\x06\x06")?;
    let mut wide = Reader::at(wide, 28, Endian::Little)?;
    let claimed = wide.u64()?;
    wide.skip(8)?;
    Some((claimed, wide.u64()?))
}

impl Directory {
    /// The next member, or `None` behind the last.
    pub(super) fn next(&mut self, input: &Input<'_>) -> Result<Option<Record>, String> {
        let header = input.read_available(FileOffset(self.at), HEADER);
        if !header.starts_with(b"PK\x01\x02") {
            return self.end(&header);
        }
        let at = self.at;
        let cut = || format!("the directory ends within the member at offset {at}; fetch the archive again");
        let mut fixed = Reader::new(&header, Endian::Little);
        let lengths = Lengths::parse(&header).ok_or_else(cut)?;
        let behind = input.read_available(FileOffset(at + HEADER), lengths.name + lengths.extra);
        let (name, extra) =
            usize::try_from(lengths.name).ok().and_then(|n| behind.split_at_checked(n)).ok_or_else(cut)?;
        let record = parse(&mut fixed, name, extra).ok_or_else(cut)?;
        self.at += HEADER + lengths.name + lengths.extra + lengths.comment;
        self.read += 1;
        Ok(Some(record))
    }

    /// An end before the claimed count is damage. (More than 65,535 members are claimed modulo 65,536 by some writers.)
    fn end(&self, header: &[u8]) -> Result<Option<Record>, String> {
        let (claimed, read, at) = (self.claimed, self.read, self.at);
        let ends_well = ENDS.iter().any(|end| header.starts_with(end));
        if ends_well && claimed <= read {
            return Ok(None);
        }
        Err(format!(
            "the directory claims {claimed} entries and has {read}, up to offset {at}; fetch the archive again"
        ))
    }
}

struct Lengths {
    name: u64,
    extra: u64,
    comment: u64,
}

impl Lengths {
    fn parse(header: &[u8]) -> Option<Lengths> {
        let mut fields = Reader::at(header, 28, Endian::Little)?;
        let [name, extra, comment] = [fields.u16()?, fields.u16()?, fields.u16()?].map(u64::from);
        Some(Lengths { name, extra, comment })
    }
}

fn parse(fixed: &mut Reader<'_>, name: &[u8], extra: &[u8]) -> Option<Record> {
    const UNIX: u16 = 3;
    fixed.skip(4)?;
    let made_by = fixed.u16()? >> 8;
    fixed.skip(2)?;
    let [flags, method, time, date] = [fixed.u16()?, fixed.u16()?, fixed.u16()?, fixed.u16()?];
    let crc = Some(fixed.u32()?);
    let (mut packed, mut size) = (u64::from(fixed.u32()?), u64::from(fixed.u32()?));
    fixed.skip(10)?;
    let attributes = fixed.u32()?;
    let mode = if made_by == UNIX { attributes >> 16 } else { 0 };
    let mut header = u64::from(fixed.u32()?);
    extra::widen(extra, &mut [&mut size, &mut packed, &mut header]);
    let name = name.to_owned();
    Some(Record { name, flags, method, date, time, crc, packed, size: Some(size), header, data: None, mode })
}
