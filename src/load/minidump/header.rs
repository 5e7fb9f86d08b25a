//! The file's header: MINIDUMP_HEADER (minidumpapiset.h), 32 bytes.

use crate::error::LoadError;
use crate::load::Input;
use crate::load::minidump::file::DumpFile;
use crate::model::Endian;

/// What the header says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Header {
    /// High half of the version: dbghelp's own (0x6 for 6.x, then the build's low bits); 0 from other writers.
    pub implementation: u16,
    /// How many slots the directory claims to have.
    pub stream_count: u32,
    /// Where the directory lies, in bytes from the start of the file.
    pub directory: u64,
    /// MINIDUMP_TYPE: what the writer was asked for.
    pub flags: u64,
}

/// MiniDumpWithFullMemory: all accessible memory was asked for.
pub(super) const WITH_FULL_MEMORY: u64 = 2;
/// Size of MINIDUMP_HEADER.
const SIZE: u64 = 32;

/// Reads the header, and the byte order by its signature: Breakpad on big-endian machines wrote `PMDM`.
///
/// # Errors
/// If the file ends inside it.
pub(super) fn read<'i>(input: &'i Input<'i>) -> Result<(DumpFile<'i>, Header), LoadError> {
    let little = DumpFile { input, endian: Endian::Little };
    let bytes = little.exactly(0, SIZE, "the minidump header")?;
    let endian = if bytes.starts_with(b"PMDM") { Endian::Big } else { Endian::Little };
    let file = DumpFile { input, endian };
    let header = parse(file, &bytes).unwrap_or(Header { implementation: 0, stream_count: 0, directory: 0, flags: 0 });
    Ok((file, header))
}

fn parse(file: DumpFile<'_>, bytes: &[u8]) -> Option<Header> {
    let mut reader = file.reader(bytes);
    reader.skip(4)?;
    let version = reader.u32()?;
    let stream_count = reader.u32()?;
    let directory = u64::from(reader.u32()?);
    reader.skip(8)?;
    let flags = reader.u64()?;
    Some(Header { implementation: u16::try_from(version >> 16).ok()?, stream_count, directory, flags })
}
