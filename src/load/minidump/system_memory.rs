//! SystemMemoryInfoStream (21): MINIDUMP_SYSTEM_MEMORY_INFO_1 (minidumpapiset.h), 492 bytes, packed to 4.

use minidump_common::format::MINIDUMP_STREAM_TYPE as Kind;

use super::reading::Reading;
use crate::addr::Addr;
use crate::bytes::Reader;

/// MINIDUMP_SYSMEMINFO1_BASICPERF: the counts of 8 bytes are valid (Windows 8 and later).
const HAS_BASIC_PERFORMANCE: u16 = 2;
/// BasicPerfInfo: AvailablePages, CommittedPages, CommitLimit, 8 bytes each.
const BASIC_PERFORMANCE_AT: usize = 116;
/// PerfInfo's counts of the same, 4 bytes each.
const PERFORMANCE_AT: usize = 192;

/// Counts of pages.
struct Pages {
    available: u64,
    committed: u64,
    limit: u64,
}

/// States page size, granularity, user address limits, and what memory and commit the system had left.
pub(super) fn read(dump: &mut Reading<'_>) {
    let Some(bytes) = dump.small_stream(Kind::SystemMemoryInfoStream, 492) else { return };
    let mut reader = dump.file.reader(&bytes);
    let Some(()) = basic(dump, &mut reader) else { return };
    let page = dump.facts.page_size.unwrap_or(0);
    if let Some(pages) = counts(dump, &bytes) {
        dump.facts.limits.available_physical = pages.available.checked_mul(page);
        dump.facts.limits.commit_left = pages.limit.saturating_sub(pages.committed).checked_mul(page);
    }
}

/// BasicInfo: PageSize at 8, AllocationGranularity at 24, user addresses from 28 on.
fn basic(dump: &mut Reading<'_>, reader: &mut Reader<'_>) -> Option<()> {
    reader.skip(8)?;
    let page = u64::from(reader.u32()?);
    reader.skip(12)?;
    let granularity = u64::from(reader.u32()?);
    let (lowest, highest) = (reader.u64()?, reader.u64()?);
    dump.facts.page_size = Some(page).filter(|p| p.is_power_of_two());
    let windows = &mut dump.facts.windows;
    windows.allocation_granularity = Some(granularity).filter(|g| g.is_power_of_two());
    windows.minimum_user_address = Some(Addr(lowest)).filter(|_| lowest < highest);
    windows.maximum_user_address = Some(Addr(highest)).filter(|_| lowest < highest);
    Some(())
}

fn counts(dump: &Reading<'_>, bytes: &[u8]) -> Option<Pages> {
    let endian = dump.file.endian;
    let flags = Reader::at(bytes, 2, endian)?.u16()?;
    let pages = if flags & HAS_BASIC_PERFORMANCE != 0 {
        let mut reader = Reader::at(bytes, BASIC_PERFORMANCE_AT, endian)?;
        Pages { available: reader.u64()?, committed: reader.u64()?, limit: reader.u64()? }
    } else {
        let mut reader = Reader::at(bytes, PERFORMANCE_AT, endian)?;
        let mut next = || reader.u32().map(u64::from);
        Pages { available: next()?, committed: next()?, limit: next()? }
    };
    (pages.limit > 0).then_some(pages)
}
