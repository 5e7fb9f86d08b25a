//! Addresses as minidumps write them: always 64 bits, whatever the process.
//!
//! dbghelp sign-extends 32-bit addresses from 2 GiB on (`0xffffffff9fff0000`; seen in Firefox dumps, 22 entries of a
//! MemoryInfoList and 4 of a MemoryList). The 64-bit side of a WOW64 process has addresses above 4 GiB, which are no
//! part of its 32-bit address space.

use crate::addr::{Addr, AddrRange};
use crate::model::PointerWidth;

/// The end of a 32-bit address space.
const END_32: u64 = 1 << 32;

/// Brings raw addresses to the width of the process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Addresses {
    narrow: bool,
}

impl Addresses {
    /// For a process of this width; addresses stay as they are where it is not known.
    pub fn new(width: Option<PointerWidth>) -> Addresses {
        Addresses { narrow: width == Some(PointerWidth::Bits32) }
    }

    /// The address, or `None` if it lies above a 32-bit process's space.
    pub fn addr(self, raw: u64) -> Option<Addr> {
        match raw >> 32 {
            0 => Some(Addr(raw)),
            0xffff_ffff if self.narrow => Some(low_half(raw)),
            _ if self.narrow => None,
            _ => Some(Addr(raw)),
        }
    }

    /// The address with the upper half dropped in a 32-bit process: fault addresses hold anything there
    /// (`0xffffffff00000045` in Breakpad's minidump_32bit_crash_addr).
    pub fn masked(self, raw: u64) -> Addr {
        if self.narrow { low_half(raw) } else { Addr(raw) }
    }

    /// The range, cut at the end of the space. `None` if it is empty or [`addr`](Self::addr) has none.
    pub fn range(self, base: u64, size: u64) -> Option<AddrRange> {
        let whole = AddrRange::from_size_clipped(self.addr(base)?, size)?;
        if !self.narrow {
            return Some(whole);
        }
        AddrRange::new(whole.start(), whole.end().min(Addr(END_32)))
    }
}

fn low_half(raw: u64) -> Addr {
    Addr(raw & (END_32 - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sign_extended_addresses_lose_their_upper_half() {
        let narrow = Addresses::new(Some(PointerWidth::Bits32));
        assert_eq!(narrow.addr(0xffff_ffff_9fff_0000), Some(Addr(0x9fff_0000)));
        assert_eq!(narrow.addr(0x7ffa_0000_0000), None);
        assert_eq!(narrow.range(0xffff_ffff_ffff_0000, 0x2_0000).unwrap().end(), Addr(0x1_0000_0000));
        assert_eq!(narrow.masked(0xffff_ffff_0000_0045), Addr(0x45));
    }

    #[test]
    fn wide_addresses_stay() {
        let wide = Addresses::new(Some(PointerWidth::Bits64));
        assert_eq!(wide.addr(0xffff_ffff_ff60_0000), Some(Addr(0xffff_ffff_ff60_0000)));
        assert_eq!(wide.range(0x1000, 0), None);
    }
}
