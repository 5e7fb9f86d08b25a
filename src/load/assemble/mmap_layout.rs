//! In which direction mmap searches, told by where the first mappings lie: the dynamic linker is mapped first, the
//! libraries after it.
//!
//! Linux: bottom-up (legacy, `ulimit -s unlimited`) searches from the mmap base upwards and never below it;
//! top-down searches below the stack downwards and falls back to bottom-up (mm/mmap.c, arch_get_unmapped_area*).

use super::Draft;
use super::modules::is_dynamic_linker;
use crate::addr::{Addr, AddrRange};
use crate::model::{Cpu, MmapLayout, Module, PointerWidth};

const PAGE: u64 = 0x1000;

/// The layout, or `None` if the dump does not show it: no dynamic linker, no library, not Linux.
pub(super) fn detect(draft: &Draft<'_>, ceiling: Addr) -> Option<MmapLayout> {
    if !draft.platform.os.is_some_and(|os| os.is_linux()) {
        return None;
    }
    let linker = dynamic_linker(draft)?;
    let start = linker.range.start();
    let libraries = || draft.modules.iter().filter(|m| is_library(draft, m, linker));
    let above = libraries().filter(|m| m.range.start() > start).count();
    let below = libraries().filter(|m| m.range.start() < start).count();
    match above.cmp(&below) {
        std::cmp::Ordering::Greater => Some(MmapLayout::BottomUp { base: base(draft, start) }),
        std::cmp::Ordering::Less => Some(MmapLayout::TopDown { skipped: skipped(draft, linker, ceiling) }),
        std::cmp::Ordering::Equal => None,
    }
}

fn dynamic_linker<'d>(draft: &'d Draft<'_>) -> Option<&'d Module> {
    let by_auxv = draft.facts.auxv.base.filter(|a| a.0 != 0);
    let at = |a: Addr| draft.modules.iter().find(|m| m.range.contains(a));
    by_auxv.and_then(at).or_else(|| draft.modules.iter().find(|m| is_dynamic_linker(&m.name)))
}

/// x86 gives mmap a base far down where the stack may grow without limit: a sixth of the space. What fails below it is
/// searched from a third of the space upwards, and what lies between is never looked at (arch/x86/mm/mmap.c,
/// mmap_base() and TASK_UNMAPPED_BASE; observed on Linux 6.18: 0x2aaab000 and 0x55555000 for i386). The same random
/// distance moves the first base down and the second up: 0x2aa96000 and 0x5556a000.
fn skipped(draft: &Draft<'_>, linker: &Module, ceiling: Addr) -> Option<AddrRange> {
    if !matches!(draft.platform.cpu, Some(Cpu::X86 | Cpu::X86_64)) {
        return None;
    }
    let base = linker.range.end();
    let sixth = Addr(ceiling.0 - ceiling.0 / 6 * 5).align_up(PAGE)?;
    let third = Addr(ceiling.0 / 3).align_up(PAGE)?;
    let moved = sixth.distance_from(base);
    // A stack limit that is large but finite leaves the random part unknown; then as little as possible is ruled out.
    let random = if moved <= largest_random(draft.platform.width) { moved } else { 0 };
    AddrRange::new(base, third).and_then(|r| AddrRange::new(r.start(), third.checked_add(random)?))
}

/// `vm.mmap_rnd_bits` and `vm.mmap_rnd_compat_bits` at their largest: 32 and 16 bits of pages.
fn largest_random(width: PointerWidth) -> u64 {
    match width {
        PointerWidth::Bits32 => PAGE << 16,
        PointerWidth::Bits64 => PAGE << 32,
    }
}

/// Everything but the linker and the executable, which the kernel puts elsewhere.
fn is_library(draft: &Draft<'_>, module: &Module, linker: &Module) -> bool {
    let exe = draft.facts.auxv.phdr.or(draft.facts.auxv.entry).is_some_and(|a| module.range.contains(a));
    let shared = module.name.contains(".so");
    module.range != linker.range && !exe && shared
}

/// The linker is the first thing that was ever mapped, unless the vdso found a place below it.
fn base(draft: &Draft<'_>, linker: Addr) -> Addr {
    let vdso = draft.facts.auxv.vdso.and_then(|a| draft.piece_at(a)).map(|p| p.range.start());
    vdso.map_or(linker, |v| v.min(linker))
}
