//! The memory of a glibc `struct pthread`, as far as finding a thread's stack needs it (glibc `nptl/descr.h`).
//!
//! On x86 and x86-64 the thread pointer is the structure's address A. The first words are `tcbhead_t`
//! (`sysdeps/*/nptl/tls.h`): word 0 `tcb` == A, word 1 the dtv, word 2 `self` == A. Further in come `tid`, and four
//! neighbouring words `stackblock`, `stackblock_size`, `guardsize`, `reported_guardsize`.

use super::elf_arch::Arch;

/// Offsets of one build of glibc.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Offset of `stackblock`.
    pub stackblock: usize,
    /// Offset of `tid`.
    pub tid: usize,
    /// Size of the structure.
    pub size: usize,
}

/// i386, glibc 2.36 and 2.41.
pub const I386_2_36: Layout = Layout { stackblock: 0x260, tid: 0x68, size: 0x4c0 };
/// i386, glibc 2.43.
pub const I386_2_43: Layout = Layout { stackblock: 0x268, tid: 0x68, size: 0x4c0 };
/// x86-64, glibc 2.36.
pub const X86_64_2_36: Layout = Layout { stackblock: 0x690, tid: 0x2d0, size: 0x900 };

/// One thread's structure.
#[derive(Clone, Copy, Debug)]
pub struct Pthread {
    /// Its address, the thread pointer.
    pub address: u64,
    /// Thread id.
    pub tid: u32,
    /// Lowest address of the block, guard included; 0 for the main thread.
    pub block: u64,
    /// Size of the block, guard included; 0 for the main thread.
    pub size: u64,
    /// `guardsize`, in use.
    pub guard: u64,
    /// `reported_guardsize`: what pthread_attr_getguardsize says.
    pub reported_guard: u64,
}

impl Pthread {
    /// A thread with a stack block of `size` bytes at `block`, the lowest `guard` bytes of it being guard.
    pub fn new(address: u64, tid: u32, block: u64, size: u64, guard: u64) -> Pthread {
        Pthread { address, tid, block, size, guard, reported_guard: guard }
    }

    /// The main thread: glibc knows no stack block for it.
    pub fn main(address: u64, tid: u32) -> Pthread {
        Pthread::new(address, tid, 0, 0, 0)
    }

    /// The structure's bytes, to be put at [`Pthread::address`].
    pub fn image(&self, arch: Arch, layout: Layout) -> Vec<u8> {
        let mut w = arch.writer();
        w.word(self.address);
        w.word(self.address.wrapping_add(layout.size as u64));
        w.word(self.address);
        w.pad_to(layout.tid);
        w.u32(self.tid);
        w.pad_to(layout.stackblock);
        [self.block, self.size, self.guard, self.reported_guard].into_iter().for_each(|value| w.word(value));
        w.pad_to(layout.size);
        w.into_bytes()
    }
}
