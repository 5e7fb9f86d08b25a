//! The memory of a Windows thread environment block, and of what a WOW64 thread keeps of its x86 registers.
//!
//! Offsets (32 bit / 64 bit): ExceptionList 0, StackBase 4 / 8, StackLimit 8 / 0x10, Self 0x18 / 0x30, process and thread
//! id 0x20, 0x24 / 0x40, 0x48, Peb 0x30 / 0x60, DeallocationStack 0xe0c / 0x1478, TlsSlots 0xe10 / 0x1480. Sources: NT_TIB
//! of `winnt.h`; the rest from public symbols of ntdll (`dt _TEB`), stable since Windows XP and Vista.
//!
//! WOW64: the 64-bit TEB's ExceptionList points to the 32-bit TEB; its `TlsSlots[1]` (WOW64_TLS_CPURESERVED) to 2 bytes
//! Flags, 2 bytes Machine (0 on Windows 7), and the x86 context from 4 on. All of it was seen so in llvm's
//! fizzbuzz_wow64.dmp (Windows 7), where the 32-bit TEB lies 0x2000 behind the 64-bit one.

use super::bytes::{Endian, Writer};
use super::minidump_context::Context;

/// A TEB in the making.
#[derive(Clone, Copy, Debug)]
pub struct Teb {
    wide: bool,
    address: u64,
    thread: u32,
    base: u64,
    limit: u64,
    deallocation: u64,
    teb32: u64,
    cpu_reserved: u64,
}

impl Teb {
    /// The TEB of a 32-bit thread at `address`.
    pub fn x86(address: u64, thread: u32) -> Teb {
        Teb { wide: false, address, thread, base: 0, limit: 0, deallocation: 0, teb32: 0, cpu_reserved: 0 }
    }

    /// The TEB of a 64-bit thread at `address`.
    pub fn amd64(address: u64, thread: u32) -> Teb {
        Teb { wide: true, ..Teb::x86(address, thread) }
    }

    /// Sets the stack: lowest reserved address, lowest committed address, one past the highest.
    pub fn stack(mut self, deallocation: u64, limit: u64, base: u64) -> Teb {
        self.deallocation = deallocation;
        self.limit = limit;
        self.base = base;
        self
    }

    /// Makes a 64-bit TEB that of a WOW64 thread: addresses of its 32-bit TEB and of its [`cpu_reserved`] area.
    pub fn wow64(mut self, teb32: u64, cpu_reserved: u64) -> Teb {
        self.teb32 = teb32;
        self.cpu_reserved = cpu_reserved;
        self
    }

    /// The bytes: 0x1000 for 32 bit, 0x2000 for 64 bit.
    pub fn bytes(&self) -> Vec<u8> {
        let place = |narrow, wide| if self.wide { wide } else { narrow };
        let mut w = Writer::new(Endian::Little, self.wide);
        w.word(if self.wide { self.teb32 } else { 0xffff_ffff });
        w.word(self.base);
        w.word(self.limit);
        w.pad_to(place(0x18, 0x30));
        w.word(self.address);
        w.pad_to(place(0x20, 0x40));
        w.word(0x1000);
        w.word(u64::from(self.thread));
        w.pad_to(place(0xe0c, 0x1478));
        w.word(self.deallocation);
        w.word(0);
        w.word(self.cpu_reserved);
        w.pad_to(place(0x1000, 0x2000));
        w.into_bytes()
    }
}

/// The WOW64_CPURESERVED area of a thread with this x86 context.
pub fn cpu_reserved(context: &Context) -> Vec<u8> {
    let mut w = Writer::new(Endian::Little, false);
    w.u16(0);
    w.u16(0x14c);
    context.write(&mut w);
    w.into_bytes()
}
