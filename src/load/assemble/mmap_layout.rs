//! In which direction mmap searches, told by where the first mappings lie: the dynamic linker is mapped first, the
//! libraries after it.
//!
//! Linux: bottom-up (legacy) searches from the mmap base upwards and never below it; top-down searches from its base
//! downwards and, if that fails, from the bottom-up base upwards (mm/mmap.c, arch_get_unmapped_area*). So both reach
//! everything only where the top-down base is the higher of the two. On x86 `ulimit -s unlimited` leaves so much room
//! for the stack that it is not: malloc of 200 MiB failed beside a free 2aaab000-56555000 (i386, Linux 6.18).

use super::Draft;
use super::modules::is_dynamic_linker;
use crate::addr::{Addr, AddrRange};
use crate::model::{Cpu, MmapLayout, Module, PointerWidth};

/// The layout, or `None` if the dump does not show it: no dynamic linker, no library, not Linux.
pub(super) fn detect(draft: &Draft<'_>, space: AddrRange) -> Option<MmapLayout> {
    if !draft.platform.os.is_some_and(|os| os.is_linux()) {
        return None;
    }
    let linker = dynamic_linker(draft)?;
    let start = linker.range.start();
    let libraries = || draft.modules.iter().filter(|m| is_library(draft, m, linker));
    let above = libraries().filter(|m| m.range.start() > start).count();
    let below = libraries().filter(|m| m.range.start() < start).count();
    match above.cmp(&below) {
        std::cmp::Ordering::Greater => Some(MmapLayout::BottomUp { base: lowest_first_mapping(draft, start) }),
        std::cmp::Ordering::Less => Some(top_down(draft, linker.range.end(), space)),
        std::cmp::Ordering::Equal => None,
    }
}

fn dynamic_linker<'d>(draft: &'d Draft<'_>) -> Option<&'d Module> {
    let by_auxv = draft.facts.auxv.base.filter(|a| a.0 != 0);
    let at = |a: Addr| draft.modules.iter().find(|m| m.range.contains(a));
    by_auxv.and_then(at).or_else(|| draft.modules.iter().find(|m| is_dynamic_linker(&m.name)))
}

/// Everything but the linker and the executable, which the kernel puts elsewhere.
fn is_library(draft: &Draft<'_>, module: &Module, linker: &Module) -> bool {
    let exe = draft.facts.auxv.phdr.or(draft.facts.auxv.entry).is_some_and(|a| module.range.contains(a));
    let shared = module.name.contains(".so");
    module.range != linker.range && !exe && shared
}

/// The linker is the first thing that was ever mapped, unless the vdso found a place below it.
fn lowest_first_mapping(draft: &Draft<'_>, linker: Addr) -> Addr {
    let vdso = draft.facts.auxv.vdso.and_then(|a| draft.piece_at(a)).map(|p| p.range.start());
    vdso.map_or(linker, |v| v.min(linker))
}

/// The linker is mapped first, so it ends at the base.
fn top_down(draft: &Draft<'_>, base: Addr, space: AddrRange) -> MmapLayout {
    match draft.platform.cpu {
        Some(Cpu::X86 | Cpu::X86_64) => x86_top_down(draft.platform.width, base, space.end()),
        _ => MmapLayout::TopDown,
    }
}

/// arch/x86/mm/mmap.c: the fallback's base is a third of TASK_SIZE (TASK_UNMAPPED_BASE), moved up by the same random
/// number of pages by which the base is moved down; five sixths of TASK_SIZE is the most that is left for the stack.
fn x86_top_down(width: PointerWidth, base: Addr, task_size: Addr) -> MmapLayout {
    let third = Addr(task_size.0 / 3).align_up(PAGE).unwrap_or(task_size);
    if base >= third {
        return MmapLayout::TopDown;
    }
    let unmoved = Addr(task_size.0 - task_size.0 / 6 * 5).align_up(PAGE).unwrap_or(base);
    let moved = unmoved.distance_from(base);
    // Other limits than `unlimited` leave the random part unknown; without it, more counts as reachable, not less.
    let random = if moved <= largest_move(width) { moved } else { 0 };
    MmapLayout::LowTopDown { base, fallback: third.checked_add(random).unwrap_or(third) }
}

const PAGE: u64 = 0x1000;

/// `vm.mmap_rnd_bits` and `vm.mmap_rnd_compat_bits` at their largest: 32 and 16 bits of pages.
fn largest_move(width: PointerWidth) -> u64 {
    match width {
        PointerWidth::Bits32 => PAGE << 16,
        PointerWidth::Bits64 => PAGE << 32,
    }
}
