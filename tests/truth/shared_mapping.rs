//! Several stacks in one mapping, of which the dump tells only some: what is left for the others.
//!
//! ```text
//!   mapping   |------------------------------------|   one VMA, as glibc 2.43 makes it
//!   stacks       A (no memory)      | B (struct pthread in the dump)
//! ```

use fragscope::load::{self, LoadOptions};
use fragscope::model::StackSource;

use crate::synth::elf_arch::X86_64;
use crate::synth::elf_core::{Core, Load};
use crate::synth::elf_process::Thread;
use crate::synth::pthread::{Pthread, X86_64_2_36};

const MAPPING: u64 = 0x7f00_0000_0000;
const STACK: u64 = 0x10_0000;
const GUARD: u64 = 0x1000;

/// Two stacks of 1 MiB; the contents of the mapping are in the file from B's struct pthread on.
fn core() -> Vec<u8> {
    let tcb = MAPPING + 2 * STACK - 0x1000;
    let pthread = Pthread::new(tcb, 8, MAPPING + STACK, STACK, GUARD);
    let lower = Load::new(MAPPING, 2 * STACK - 0x1000, "rw-");
    let upper = Load::new(tcb, 0x1000, "rw-").dumped().content(tcb, &pthread.image(X86_64, X86_64_2_36));
    let in_a = Thread::new(7).sp(MAPPING + STACK - 0x800).pc(0x40_0000);
    let in_b = Thread::new(8).sp(tcb - 0x800).pc(0x40_0000).tls(tcb);
    Core::new(X86_64).program("shared", "shared").thread(in_a).thread(in_b).load(lower).load(upper).build().bytes
}

#[test]
fn a_stack_by_map_ends_where_an_exact_one_begins() {
    let dump = load::from_bytes(core(), &LoadOptions::default()).unwrap();
    let stack = |id| dump.snapshot().threads.iter().find(|t| t.id == id).and_then(|t| t.stack).unwrap();
    let (a, b) = (stack(7), stack(8));
    assert_eq!(b.source, StackSource::Pthread);
    assert_eq!((b.range.start().0, b.range.end().0), (MAPPING + STACK + GUARD, MAPPING + 2 * STACK));
    assert_eq!(a.source, StackSource::Region);
    assert_eq!((a.range.start().0, a.range.end().0), (MAPPING, MAPPING + STACK), "the rest of the mapping");
}
