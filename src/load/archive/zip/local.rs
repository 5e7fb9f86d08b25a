//! The headers before members (APPNOTE 4.3.7), which are all that an archive has if its end was cut off.

use super::extra::{self, IN_EXTRA};
use super::record::Record;
use crate::addr::FileOffset;
use crate::bytes::Reader;
use crate::load::Input;
use crate::load::cursor::end_of;
use crate::model::platform::Endian;

const HEADER: u64 = 30;
const MAGIC: &[u8] = b"PK\x03\x04";
/// Sizes and checksum stand behind the bytes.
const SIZES_BEHIND: u16 = 1 << 3;
const CHUNK: u64 = 1 << 16;

/// Where the bytes behind the header at `at` begin.
///
/// # Errors
/// There is no header.
pub(super) fn data_behind(input: &Input<'_>, at: u64) -> Result<u64, String> {
    let header = input.read_available(FileOffset(at), HEADER);
    let lengths = lengths(&header).filter(|_| header.starts_with(MAGIC));
    let (name, extra) =
        lengths.ok_or_else(|| format!("the header at offset {at}, where it should be, is not there"))?;
    Ok(at + HEADER + name + extra)
}

fn lengths(header: &[u8]) -> Option<(u64, u64)> {
    let mut fields = Reader::at(header, 26, Endian::Little)?;
    Some((u64::from(fields.u16()?), u64::from(fields.u16()?)))
}

/// All headers, one behind the other.
#[derive(Default)]
pub(super) struct Scan {
    at: u64,
}

impl Scan {
    /// The next member.
    ///
    /// # Errors
    /// There is none: an archive without a directory is always a damaged one.
    pub(super) fn next(&mut self, input: &Input<'_>) -> Result<Record, String> {
        let split = input.read_available(FileOffset(0), 4) == b"PK\x07\x08";
        self.at = if self.at == 0 && split { 4 } else { self.at };
        let at = self.at;
        let missing =
            || format!("the archive's directory is missing, and no member follows at offset {at}; fetch it again");
        let header = input.read_available(FileOffset(at), HEADER);
        let (name, extra) = lengths(&header).filter(|_| header.starts_with(MAGIC)).ok_or_else(missing)?;
        let behind = input.read_available(FileOffset(at + HEADER), name + extra);
        let (name, extra) = usize::try_from(name).ok().and_then(|n| behind.split_at_checked(n)).ok_or_else(missing)?;
        let data = at + HEADER + behind.len() as u64;
        let record = parse(&header, name, extra, at, data).ok_or_else(missing)?;
        let record = if record.size.is_some() { record } else { with_end(record, input, data) };
        self.at = data.saturating_add(record.packed);
        Ok(record)
    }
}

fn parse(header: &[u8], name: &[u8], extra: &[u8], at: u64, data: u64) -> Option<Record> {
    let mut fields = Reader::at(header, 6, Endian::Little)?;
    let [flags, method, time, date] = [fields.u16()?, fields.u16()?, fields.u16()?, fields.u16()?];
    let crc = fields.u32()?;
    let (mut packed, mut size) = (u64::from(fields.u32()?), u64::from(fields.u32()?));
    extra::widen(extra, &mut [&mut size, &mut packed]);
    let known = flags & SIZES_BEHIND == 0 && packed != IN_EXTRA;
    let (crc, size) = (known.then_some(crc), known.then_some(size));
    let (name, data) = (name.to_owned(), Some(data));
    Some(Record { name, flags, method, date, time, crc, packed, size, header: at, data, mode: 0 })
}

/// Takes all up to the next header as the member's bytes: what unpacks them finds their end.
fn with_end(record: Record, input: &Input<'_>, data: u64) -> Record {
    const STORED: u16 = 0;
    let next = find(input, data, end_of(input), &[MAGIC, b"PK\x01\x02"]);
    // Stored bytes have no end of their own, but mostly a descriptor follows.
    let end = if record.method == STORED { find(input, data, next, &[b"PK\x07\x08"]) } else { next };
    Record { packed: end - data, ..record }
}

/// Where the first of the signatures begins, or `to`, or the end if that comes before.
fn find(input: &Input<'_>, from: u64, to: u64, signatures: &[&[u8]]) -> u64 {
    let mut at = from;
    while at < to {
        // Three bytes more, as a signature may lie across the border.
        let bytes = input.read_available(FileOffset(at), (to - at).min(CHUNK + 3));
        let found = bytes.windows(4).position(|window| signatures.contains(&window));
        if let Some(found) = found {
            return at + found as u64;
        }
        if (bytes.len() as u64) < CHUNK + 3 {
            return at + bytes.len() as u64;
        }
        at += CHUNK;
    }
    to
}
