//! ExceptionStream (6): MINIDUMP_EXCEPTION_STREAM (minidumpapiset.h), 168 bytes. Breakpad puts signal numbers and Mach
//! exceptions in it.

use minidump_common::format::MINIDUMP_STREAM_TYPE as Kind;

use super::file::{DumpFile, Location};
use super::reading::Reading;
use super::{context, exception_name};
use crate::bytes::Reader;
use crate::model::{Os, Reason, ReasonKind, Request, RequestSource};

/// EXCEPTION_ACCESS_VIOLATION and EXCEPTION_IN_PAGE_ERROR: parameter 1 is the address that was accessed.
const WITH_ADDRESS: [u32; 2] = [0xc000_0005, 0xc000_0006];
/// Out of memory, as Chromium's and Firefox's allocators raise it: parameter 0 is the size that was asked for.
const OUT_OF_MEMORY: u32 = 0xe000_0008;

/// What the stream holds.
struct Exception {
    thread: u32,
    code: u32,
    address: u64,
    parameters: [Option<u64>; 2],
    context: Option<Location>,
}

/// States why the dump was written, marks the thread, and takes its registers from the moment of the exception.
pub(super) fn read(dump: &mut Reading<'_>) {
    let Some(bytes) = dump.small_stream(Kind::ExceptionStream, 168) else { return };
    let Some(exception) = parse(dump.file, &bytes) else { return };
    dump.facts.reason = Some(reason(dump, &exception));
    if dump.facts.os == Some(Os::Windows) && exception.code == OUT_OF_MEMORY {
        dump.facts.request = request(dump, &exception);
    }
    let Some(index) = dump.facts.threads.iter().position(|t| t.id == u64::from(exception.thread)) else { return };
    let registers = exception.context.and_then(|at| context::read(dump.file, at, dump.architecture));
    if let (Some(thread), Some(slot)) = (dump.facts.threads.get_mut(index), dump.registers.get_mut(index)) {
        thread.crashed = true;
        *slot = registers.or(*slot);
    }
}

/// A stream that is cut short still gives what its first part has.
fn parse(file: DumpFile<'_>, bytes: &[u8]) -> Option<Exception> {
    let mut reader = file.reader(bytes);
    let thread = reader.u32()?;
    reader.skip(4)?;
    let code = reader.u32()?;
    reader.skip(12)?;
    let address = reader.u64()?;
    let count = reader.u32()?;
    reader.skip(4)?;
    let first = reader.u64().filter(|_| count >= 1);
    let second = reader.u64().filter(|_| count >= 2);
    let context = Reader::at(bytes, 160, file.endian).and_then(|mut r| Location::read(&mut r));
    Some(Exception { thread, code, address, parameters: [first, second], context })
}

fn reason(dump: &Reading<'_>, exception: &Exception) -> Reason {
    let os = dump.facts.os;
    let is_signal = os.is_some_and(Os::is_linux);
    let accessed =
        exception.parameters[1].filter(|_| os == Some(Os::Windows) && WITH_ADDRESS.contains(&exception.code));
    Reason {
        kind: if is_signal { ReasonKind::Signal } else { ReasonKind::Exception },
        code: u64::from(exception.code),
        name: exception_name::of(os, exception.code).map(Into::into),
        address: Some(dump.addresses.masked(accessed.unwrap_or(exception.address))),
        thread_id: Some(u64::from(exception.thread)),
    }
}

fn request(dump: &Reading<'_>, exception: &Exception) -> Option<Request> {
    let size = dump.addresses.masked(exception.parameters[0]?).0;
    (size > 0).then_some(Request { size, align: None, source: RequestSource::ExceptionParameter })
}
