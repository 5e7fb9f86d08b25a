//! The dump itself in JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Address, Context, Word};
use crate::model::{DumpFormat, Os, Reason, ReasonKind, Writer};

/// What the dump is and where it came from.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Dump")]
pub struct DumpView<'a> {
    /// Kind of input.
    pub format: Word<DumpFormat>,
    /// Who wrote it: kernel, gdb, qemu, breakpad, crashpad, wine, and so on.
    pub writer: Option<&'a str>,
    /// Version or variant of the writer.
    pub writer_detail: Option<&'a str>,
    /// Operating system.
    pub os: Option<&'a str>,
    /// Instruction set of the process.
    pub cpu: Option<&'a str>,
    /// Pointer size in bits.
    pub pointer_width: u8,
    /// Process id.
    pub pid: Option<u64>,
    /// Name of the executable (untrusted).
    pub process_name: Option<&'a str>,
    /// Whether the file ends before what its headers promise.
    pub truncated: bool,
    /// How it was compressed.
    pub compression: Option<&'a str>,
    /// Why it was written.
    pub reason: Option<ReasonView<'a>>,
}

/// The signal or exception.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Reason")]
pub struct ReasonView<'a> {
    /// Signal or exception.
    pub kind: Word<ReasonKind>,
    /// Its number.
    pub code: u64,
    /// Its name, such as `SIGABRT`.
    pub name: Option<&'a str>,
    /// The faulting address.
    pub address: Option<Address>,
    /// The thread it happened on.
    pub thread_id: Option<u64>,
}

impl<'a> DumpView<'a> {
    pub(in crate::report) fn new(cx: Context<'a>) -> DumpView<'a> {
        let dump = &cx.snapshot.dump;
        let platform = &cx.snapshot.platform;
        DumpView {
            format: Word(dump.format),
            writer: dump.writer.map(Writer::name),
            writer_detail: dump.writer_detail.as_deref(),
            os: platform.os.map(Os::name),
            cpu: platform.cpu.map(crate::model::Cpu::name),
            pointer_width: platform.width.bits(),
            pid: dump.pid,
            process_name: dump.process_name.as_deref(),
            truncated: dump.truncated,
            compression: dump.compression,
            reason: dump.reason.as_ref().map(|r| ReasonView::new(cx, r)),
        }
    }
}

impl<'a> ReasonView<'a> {
    fn new(cx: Context<'a>, reason: &'a Reason) -> ReasonView<'a> {
        ReasonView {
            kind: Word(reason.kind),
            code: reason.code,
            name: reason.name.as_deref(),
            address: reason.address.map(|a| cx.hex(a)),
            thread_id: reason.thread_id,
        }
    }
}
