//! Floor, ceiling, page and granularity: what the process could ever have mapped.

use super::partition::Piece;
use crate::addr::{Addr, AddrRange};
use crate::diag::Diagnostics;
use crate::error::LoadError;
use crate::load::LoadOptions;
use crate::load::facts::{Facts, RowLabel};
use crate::model::{Bounds, CeilingSource, Cpu, DumpFormat, Os, Platform, PointerWidth};

/// Lowest user address where nothing says otherwise: `vm.mmap_min_addr` of Linux, Windows' first granule.
const DEFAULT_FLOOR: Addr = Addr(0x1_0000);
/// Windows' allocation granularity (SYSTEM_INFO.dwAllocationGranularity on every version).
const WINDOWS_GRANULARITY: u64 = 0x1_0000;
const DEFAULT_PAGE: u64 = 0x1000;

/// What decides the ceiling besides the map.
pub(super) struct Hints {
    /// End of the main thread's stack, if it was found.
    pub main_stack_end: Option<Addr>,
    /// The executable's large-address-aware bit, if its headers are in the dump.
    pub large_address_aware: Option<bool>,
}

/// Finds the limits. The mmap layout is left open.
///
/// # Errors
/// If the user's ceiling or window leaves nothing of the address space.
pub(super) fn find(
    facts: &Facts,
    pieces: &[Piece],
    platform: &Platform,
    hints: &Hints,
    options: &LoadOptions,
    diagnostics: &mut Diagnostics,
) -> Result<Bounds, LoadError> {
    let highest = highest_user_address(pieces);
    let (ceiling, ceiling_source) = match (options.ceiling, platform.os) {
        (Some(ceiling), _) => (ceiling, CeilingSource::User),
        (None, Some(Os::Windows)) => of_list(facts, windows_ceiling(facts, platform, hints, highest, diagnostics)),
        (None, _) => unix_ceiling(platform, hints, highest, diagnostics),
    };
    let page_size = facts.page_size.filter(|p| p.is_power_of_two()).unwrap_or(DEFAULT_PAGE);
    let own_granularity = match platform.os {
        Some(Os::Windows) => facts.windows.allocation_granularity.unwrap_or(WINDOWS_GRANULARITY),
        _ => page_size,
    };
    let floor = floor(facts, pieces);
    let whole = whole_range(floor, ceiling, options)?;
    Ok(Bounds {
        range: options.window.map_or(Ok(whole), |window| window_in(window, whole))?,
        ceiling_source: if options.window.is_some() { CeilingSource::User } else { ceiling_source },
        page_size,
        granularity: options.granularity.unwrap_or(own_granularity).max(1),
        mmap_layout: None,
    })
}

/// A debugger's listing ends as a MemoryInfoList does.
fn of_list(facts: &Facts, found: (Addr, CeilingSource)) -> (Addr, CeilingSource) {
    match (facts.format, found) {
        (DumpFormat::Transcript, (ceiling, CeilingSource::MemoryInfoList)) => (ceiling, CeilingSource::Listing),
        _ => found,
    }
}

fn whole_range(floor: Addr, ceiling: Addr, options: &LoadOptions) -> Result<AddrRange, LoadError> {
    match (AddrRange::new(floor, ceiling), options.ceiling) {
        (Some(range), _) => Ok(range),
        (None, Some(_)) => Err(LoadError::NoSpace(format!(
            "--ceiling {ceiling} leaves no address space, which begins at {floor}; name the first address after its end"
        ))),
        // All that a damaged dump lists may lie above every ceiling of its platform.
        (None, None) => Ok(AddrRange::from_size_clipped(floor, DEFAULT_PAGE).unwrap_or(ONE_PAGE)),
    }
}

/// Addresses outside of the space are not free: nobody could ever have them.
fn window_in(window: AddrRange, whole: AddrRange) -> Result<AddrRange, LoadError> {
    window.intersect(whole).ok_or_else(|| {
        LoadError::NoSpace(format!(
            "--window {window} lies outside of the address space {whole}; --ceiling would move its end"
        ))
    })
}

const ONE_PAGE: AddrRange = match AddrRange::new(Addr(0x1_0000), Addr(0x1_1000)) {
    Some(range) => range,
    None => unreachable!(),
};

fn floor(facts: &Facts, pieces: &[Piece]) -> Addr {
    let stated = facts.windows.minimum_user_address.unwrap_or(DEFAULT_FLOOR);
    match pieces.first() {
        Some(lowest) => stated.min(lowest.range.start()),
        None => stated,
    }
}

/// arm's vectors page, at the same address under every kernel (arch/arm/include/asm/processor.h, CONFIG_VECTORS_BASE).
const ARM_VECTORS: AddrRange = match AddrRange::new(Addr(0xffff_0000), Addr(0xffff_1000)) {
    Some(range) => range,
    None => unreachable!(),
};

/// End of the highest piece that is user space. vsyscall and arm's vectors page are the kernel's, and far above what
/// mmap could reach: a Firefox on Android had its stack end at 0xbe9fe000, and vectors at 0xffff0000.
fn highest_user_address(pieces: &[Piece]) -> Option<Addr> {
    let kernels = |p: &Piece| p.label == RowLabel::Vsyscall || p.range == ARM_VECTORS || p.range.start().0 >= 1 << 63;
    let user = |p: &&Piece| !kernels(p);
    pieces.iter().rev().find(user).map(|p| p.range.end())
}

/// Ends of user space by CPU, lowest first: `TASK_SIZE` of each architecture's `asm/processor.h` (Linux 6.x),
/// for each size of page tables that is in use.
fn unix_ceilings(platform: &Platform) -> &'static [u64] {
    match (platform.cpu, platform.width) {
        (Some(Cpu::X86), _) => &[0xc000_0000, 0xffff_e000],
        (Some(Cpu::Arm), _) => &[0x7f00_0000, 0xbf00_0000, 0xffff_0000],
        (Some(Cpu::Ppc), _) => &[0xc000_0000, 0xffff_f000],
        (Some(Cpu::Mips), _) => &[0x7fff_8000],
        (None | Some(_), PointerWidth::Bits32) => &[0xc000_0000, 0xffff_e000],
        (Some(Cpu::Aarch64), _) => &[1 << 36, 1 << 39, 1 << 42, 1 << 47, 1 << 48, 1 << 52],
        (Some(Cpu::Ppc64), _) => &[1 << 46, 1 << 47, 1 << 49, 1 << 52],
        (Some(Cpu::Riscv64), _) => &[1 << 38, 1 << 47, 1 << 56],
        (Some(Cpu::S390x), _) => &[1 << 42, 1 << 53],
        (Some(Cpu::Mips64), _) => &[1 << 40, 1 << 48],
        (None | Some(_), PointerWidth::Bits64) => &[0x7fff_ffff_f000, 0xff_ffff_ffff_f000],
    }
}

/// The kernel puts the main stack below the ceiling by no more than this: 16 GiB on x86-64, 8 MiB on i386, 1 GiB on
/// riscv64 (`randomize_stack_top`), and the room for the environment.
fn stack_slack(width: PointerWidth) -> u64 {
    match width {
        PointerWidth::Bits32 => 64 << 20,
        PointerWidth::Bits64 => 64 << 30,
    }
}

fn unix_ceiling(
    platform: &Platform,
    hints: &Hints,
    highest: Option<Addr>,
    diagnostics: &mut Diagnostics,
) -> (Addr, CeilingSource) {
    let candidates = unix_ceilings(platform);
    let top = highest.unwrap_or(Addr(0));
    let slack = stack_slack(platform.width);
    let above = |a: Addr| candidates.iter().copied().map(Addr).find(|c| a <= *c);
    let by_stack = hints.main_stack_end.and_then(|end| above(end).filter(|c| c.distance_from(end) <= slack));
    match (by_stack, above(top)) {
        (Some(ceiling), Some(lowest)) if ceiling >= lowest => (ceiling, CeilingSource::StackTop),
        (_, Some(ceiling)) if candidates.first() != Some(&ceiling.0) => (ceiling, CeilingSource::HighestMapping),
        (_, Some(_)) => {
            let ceiling = assumed_ceiling(candidates, platform.width);
            diagnostics.warn(
                "assumed-ceiling",
                format!(
                    "nothing in the dump tells where the address space ends; {ceiling} is assumed (--ceiling overrides)"
                ),
                None,
            );
            (ceiling, CeilingSource::Assumed)
        }
        (_, None) => (top.align_up(DEFAULT_PAGE).unwrap_or(top), CeilingSource::HighestMapping),
    }
}

/// Of several possible ends the usual one: 32-bit processes mostly run under 64-bit kernels today.
fn assumed_ceiling(candidates: &[u64], width: PointerWidth) -> Addr {
    let usual = match width {
        PointerWidth::Bits32 => candidates.last(),
        PointerWidth::Bits64 => candidates.first(),
    };
    Addr(usual.copied().unwrap_or(u64::from(u32::MAX)))
}

/// MaximumUserModeAddress + 1 of 32-bit processes: plain, `/3GB`, large-address-aware under a 64-bit system.
const WINDOWS_2_GB: Addr = Addr(0x7fff_0000);
const WINDOWS_3_GB: Addr = Addr(0xbfff_0000);
const WINDOWS_4_GB: Addr = Addr(0xffff_0000);
/// The same of 64-bit processes: 8 TiB up to Windows 8, 128 TiB since 8.1.
const WINDOWS_8_TB: Addr = Addr(0x7ff_ffff_0000);
const WINDOWS_128_TB: Addr = Addr(0x7fff_ffff_0000);
const WINDOWS_8_1: (u32, u32) = (6, 3);

fn windows_ceiling(
    facts: &Facts,
    platform: &Platform,
    hints: &Hints,
    highest: Option<Addr>,
    diagnostics: &mut Diagnostics,
) -> (Addr, CeilingSource) {
    let top = highest.unwrap_or(Addr(0));
    if let Some(ceiling) = stated_maximum(facts, platform).filter(|c| top <= *c) {
        return (ceiling, CeilingSource::SystemMemoryInfo);
    }
    if platform.width == PointerWidth::Bits64 {
        let listed = facts.windows.memory_info_end.filter(|end| [WINDOWS_8_TB, WINDOWS_128_TB].contains(end));
        if let Some(end) = listed.filter(|end| top <= *end) {
            return (end, CeilingSource::MemoryInfoList);
        }
        let old = facts.windows.version.is_some_and(|(major, minor, _)| (major, minor) < WINDOWS_8_1);
        return match old && top <= WINDOWS_8_TB {
            true => (WINDOWS_8_TB, CeilingSource::Assumed),
            false => (WINDOWS_128_TB, CeilingSource::Assumed),
        };
    }
    windows_32_ceiling(facts.windows.memory_info_end, hints.large_address_aware, top, diagnostics)
}

/// SystemMemoryInfo speaks of the dumping process's bitness: for a 32-bit process seen from the 64-bit side it is no help.
fn stated_maximum(facts: &Facts, platform: &Platform) -> Option<Addr> {
    let last = facts.windows.maximum_user_address?;
    let fits = platform.width == PointerWidth::Bits64 || last.0 <= u64::from(u32::MAX);
    last.checked_add(1).filter(|_| fits)
}

fn windows_32_ceiling(
    list_end: Option<Addr>,
    aware: Option<bool>,
    top: Addr,
    diagnostics: &mut Diagnostics,
) -> (Addr, CeilingSource) {
    let large = if list_end == Some(WINDOWS_3_GB) { WINDOWS_3_GB } else { WINDOWS_4_GB };
    if top > WINDOWS_2_GB {
        return (large.max(top), CeilingSource::HighestMapping);
    }
    match (aware, list_end) {
        (Some(false), _) => (WINDOWS_2_GB, CeilingSource::LargeAddressAware),
        (Some(true), _) => (large, CeilingSource::LargeAddressAware),
        (None, Some(end)) if WINDOWS_2_GB <= end && end <= Addr(0x8000_0000) => {
            diagnostics.info(
                "ceiling-from-list",
                "the ceiling is the end of the MemoryInfoList; a large-address-aware process dumped by a plain 32-bit \
                 writer would have more (--ceiling 0xffff0000)",
                None,
            );
            (WINDOWS_2_GB, CeilingSource::MemoryInfoList)
        }
        (None, _) => {
            diagnostics.warn(
                "assumed-ceiling",
                "nothing in the dump tells whether the process is large-address-aware; 2 GB is assumed \
                 (--ceiling 0xffff0000 for 4 GB)",
                None,
            );
            (WINDOWS_2_GB, CeilingSource::Assumed)
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::addr::Addr;
    use crate::load::{LoadOptions, from_bytes};
    use crate::model::CeilingSource;

    fn ceiling(maps: &str) -> (Addr, CeilingSource) {
        let dump = from_bytes(maps.as_bytes(), &LoadOptions::default()).unwrap();
        let bounds = dump.snapshot().space.bounds();
        (bounds.range.end(), bounds.ceiling_source)
    }

    // Android on a 32-bit kernel: nothing but the vectors page lies above 3 GB.
    #[test]
    fn the_vectors_page_is_not_the_top_of_user_space() {
        let maps = "40000000-40010000 rw-p 00000000 00:00 0\n\
                    be9dd000-be9fe000 rw-p 00000000 00:00 0   [stack]\n\
                    ffff0000-ffff1000 r-xp 00000000 00:00 0   [vectors]\n";
        assert_eq!(ceiling(maps), (Addr(0xc000_0000), CeilingSource::StackTop));
    }

    #[test]
    fn a_stack_at_the_very_top_means_a_64_bit_kernel() {
        let maps = "08048000-0804c000 r-xp 00000000 fe:00 7   /usr/bin/app\n\
                    fffdd000-ffffe000 rw-p 00000000 00:00 0   [stack]\n";
        assert_eq!(ceiling(maps), (Addr(0xffff_e000), CeilingSource::StackTop));
    }
}
