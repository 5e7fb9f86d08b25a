//! The header page of a PE module: memory content for minidumps.
//!
//! Source: Microsoft's "PE Format" specification (`IMAGE_DOS_HEADER`, `IMAGE_FILE_HEADER`, `IMAGE_OPTIONAL_HEADER32` and
//! `64` of `winnt.h`). The PE signature is put at 0x80; from there: machine +4, Characteristics +22, and the optional
//! header +24 with (PE32 / PE32+) magic +0, ImageBase +28 / +24, SizeOfImage +56, DllCharacteristics +70,
//! SizeOfStackReserve +72.

use super::bytes::{Endian, Writer};

/// Machine numbers, IMAGE_FILE_MACHINE_*.
pub mod machine {
    /// I386.
    pub const X86: u16 = 0x14c;
    /// AMD64.
    pub const AMD64: u16 = 0x8664;
    /// ARMNT.
    pub const ARM: u16 = 0x1c4;
    /// ARM64.
    pub const ARM64: u16 = 0xaa64;
}

/// Bits of Characteristics.
pub mod characteristics {
    /// IMAGE_FILE_RELOCS_STRIPPED: only loadable at its ImageBase.
    pub const RELOCS_STRIPPED: u16 = 0x0001;
    /// IMAGE_FILE_EXECUTABLE_IMAGE.
    pub const EXECUTABLE_IMAGE: u16 = 0x0002;
    /// IMAGE_FILE_LARGE_ADDRESS_AWARE: handles addresses above 2 GB.
    pub const LARGE_ADDRESS_AWARE: u16 = 0x0020;
    /// IMAGE_FILE_DLL.
    pub const DLL: u16 = 0x2000;
}

/// IMAGE_DLLCHARACTERISTICS_HIGH_ENTROPY_VA.
pub const HIGH_ENTROPY_VA: u16 = 0x0020;
/// IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE: takes part in ASLR.
pub const DYNAMIC_BASE: u16 = 0x0040;

/// A header page in the making.
#[derive(Clone, Copy, Debug)]
pub struct PeImage {
    machine: u16,
    image_base: u64,
    size: u32,
    characteristics: u16,
    dll_characteristics: u16,
    stack_reserve: u64,
}

impl PeImage {
    /// An executable with DYNAMIC_BASE, and LARGE_ADDRESS_AWARE if 64-bit; 1 MiB of stack reserve.
    pub fn new(machine: u16, image_base: u64, size: u32) -> PeImage {
        let wide = is_wide(machine);
        let aware = if wide { characteristics::LARGE_ADDRESS_AWARE } else { 0 };
        let characteristics = characteristics::EXECUTABLE_IMAGE | aware;
        PeImage {
            machine,
            image_base,
            size,
            characteristics,
            dll_characteristics: DYNAMIC_BASE,
            stack_reserve: 0x10_0000,
        }
    }

    /// Adds bits to Characteristics.
    pub fn with(mut self, bits: u16) -> PeImage {
        self.characteristics |= bits;
        self
    }

    /// Takes bits from Characteristics.
    pub fn without(mut self, bits: u16) -> PeImage {
        self.characteristics &= !bits;
        self
    }

    /// Replaces DllCharacteristics.
    pub fn dll_characteristics(mut self, bits: u16) -> PeImage {
        self.dll_characteristics = bits;
        self
    }

    /// Sets SizeOfStackReserve, the default for new threads.
    pub fn stack_reserve(mut self, bytes: u64) -> PeImage {
        self.stack_reserve = bytes;
        self
    }

    /// The page, 4096 bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let mut w = Writer::new(Endian::Little, is_wide(self.machine));
        w.bytes(b"MZ");
        w.pad_to(0x3c);
        w.u32(0x80);
        w.pad_to(0x80);
        w.bytes(b"PE\0\0");
        self.file_header(&mut w);
        self.optional_header(&mut w);
        w.pad_to(0x1000);
        w.into_bytes()
    }

    fn file_header(&self, w: &mut Writer) {
        w.u16(self.machine);
        w.u16(0);
        w.u32(0x5f00_0000);
        w.zeros(8);
        w.u16(if w.wide() { 240 } else { 224 });
        w.u16(self.characteristics);
    }

    fn optional_header(&self, w: &mut Writer) {
        let start = w.position();
        w.u16(if w.wide() { 0x20b } else { 0x10b });
        w.pad_to(start + if w.wide() { 24 } else { 28 });
        w.word(self.image_base);
        w.u32(0x1000);
        w.u32(0x200);
        w.pad_to(start + 56);
        w.u32(self.size);
        w.u32(0x400);
        w.pad_to(start + 68);
        w.u16(3);
        w.u16(self.dll_characteristics);
        [self.stack_reserve, 0x1000, 0x10_0000, 0x1000].into_iter().for_each(|size| w.word(size));
        w.u32(0);
        w.u32(16);
        w.zeros(16 * 8);
    }
}

fn is_wide(machine: u16) -> bool {
    matches!(machine, machine::AMD64 | machine::ARM64)
}
