//! Notes that tell a thread's thread pointer: NT_386_TLS and NT_ARM_TLS.

use crate::addr::Addr;
use crate::bytes::Reader;
use crate::model::{Endian, PointerWidth};

/// sizeof(struct user_desc), arch/x86/include/uapi/asm/ldt.h: entry_number, base_addr, limit, flags.
const USER_DESC_SIZE: usize = 16;

/// NT_386_TLS: the base of the GDT entry that gs selects; `None` if the note does not have that entry, or it is empty.
///
/// Kernels write three entries, 12 to 14 under a 64-bit kernel and 6 to 8 under a 32-bit one.
pub(super) fn i386(desc: &[u8], entry: u32, endian: Endian) -> Option<Addr> {
    let of_entry = |bytes: &[u8]| {
        let mut at = Reader::new(bytes, endian);
        (at.u32()? == entry).then(|| at.u32()).flatten()
    };
    let base = desc.chunks_exact(USER_DESC_SIZE).find_map(of_entry)?;
    Some(Addr(u64::from(base))).filter(|a| a.0 != 0)
}

/// NT_ARM_TLS: TPIDR_EL0, and TPIDR2_EL0 behind it in newer kernels (arch/arm64/kernel/ptrace.c).
pub(super) fn arm(desc: &[u8], width: PointerWidth, endian: Endian) -> Option<Addr> {
    Reader::new(desc, endian).word(width).map(Addr).filter(|a| a.0 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_entry_that_gs_selects() {
        let mut desc = Vec::new();
        for (number, base) in [(12u32, 0xf7c8_4700u32), (13, 0x1000), (14, 0)] {
            [number, base, 0xf_ffff, 0x51].iter().for_each(|w| desc.extend(w.to_le_bytes()));
        }
        assert_eq!(i386(&desc, 12, Endian::Little), Some(Addr(0xf7c8_4700)));
        assert_eq!(i386(&desc, 14, Endian::Little), None);
        assert_eq!(i386(&desc, 6, Endian::Little), None);
    }
}
