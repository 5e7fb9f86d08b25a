//! NT_AUXV: the auxiliary vector (include/uapi/linux/auxvec.h).

use crate::addr::Addr;
use crate::bytes::Reader;
use crate::load::facts::Auxv;
use crate::model::{Endian, PointerWidth};

const AT_NULL: u64 = 0;
const AT_PHDR: u64 = 3;
const AT_PAGESZ: u64 = 6;
const AT_BASE: u64 = 7;
const AT_ENTRY: u64 = 9;
const AT_PLATFORM: u64 = 15;
const AT_RANDOM: u64 = 25;
const AT_EXECFN: u64 = 31;
const AT_SYSINFO_EHDR: u64 = 33;

/// Reads the descriptor as far as it goes. Returns the vector, and AT_PAGESZ if it is a power of two.
///
/// The BSDs share the keys up to AT_ENTRY; above, theirs mean other things.
pub(super) fn read(desc: &[u8], width: PointerWidth, endian: Endian, is_linux: bool) -> (Auxv, Option<u64>) {
    let mut at = Reader::new(desc, endian);
    let mut auxv = Auxv::default();
    let mut page_size = None;
    while let (Some(key), Some(value)) = (at.word(width), at.word(width)) {
        let address = Some(Addr(value)).filter(|a| a.0 != 0);
        match key {
            AT_NULL => break,
            AT_PHDR => auxv.phdr = address,
            AT_PAGESZ => page_size = Some(value).filter(|p| p.is_power_of_two()),
            AT_BASE => auxv.base = address,
            AT_ENTRY => auxv.entry = address,
            AT_PLATFORM | AT_RANDOM | AT_EXECFN if is_linux => auxv.in_main_stack = auxv.in_main_stack.max(address),
            AT_SYSINFO_EHDR if is_linux => auxv.vdso = address,
            _ => {}
        }
    }
    (auxv, page_size)
}
