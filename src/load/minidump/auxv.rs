//! LinuxAuxv (0x47670008): /proc/PID/auxv, pairs of words ended by AT_NULL (breakpad minidump_format.h, getauxval(3)).

use minidump_common::format::MINIDUMP_STREAM_TYPE as Kind;

use super::reading::Reading;
use crate::addr::Addr;
use crate::model::PointerWidth;

/// Far above the kernel's 0.4 KB.
const LONGEST: u64 = 1 << 14;

/// Takes what the vector tells of the executable, ld.so, the vdso and the main stack.
pub(super) fn read(dump: &mut Reading<'_>) {
    let Some(bytes) = dump.small_stream(Kind::LinuxAuxv, LONGEST) else { return };
    let width = dump.facts.width.unwrap_or(PointerWidth::Bits64);
    let mut reader = dump.file.reader(&bytes);
    while let (Some(key), Some(value)) = (reader.word(width), reader.word(width)) {
        if key == 0 {
            break;
        }
        take(dump, key, value);
    }
}

/// Numbers of elf.h.
fn take(dump: &mut Reading<'_>, key: u64, value: u64) {
    let auxv = &mut dump.facts.auxv;
    let addr = (value != 0).then_some(Addr(value));
    match key {
        3 => auxv.phdr = addr,
        6 => dump.facts.page_size = Some(value).filter(|v| v.is_power_of_two()),
        7 => auxv.base = addr,
        9 => auxv.entry = addr,
        15 | 25 | 31 => auxv.in_main_stack = auxv.in_main_stack.or(addr),
        33 => auxv.vdso = addr,
        _ => {}
    }
}
