//! Sums of the map of real dumps: against an independent parse of the raw stream, and against published figures.

use fragscope::load::facts::{Facts, RawCoverage};
use fragscope::model::{PointerWidth, Source, State};

use super::real_dumps;

/// What a MemoryInfoList says in all.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Figures {
    pub entries: u64,
    pub committed: u64,
    pub reserved: u64,
    pub free: u64,
    pub largest_free: u64,
    pub free_blocks: u64,
}

/// From our facts: free is what the list covers and no row occupies.
pub fn of_facts(facts: &Facts) -> Figures {
    let RawCoverage::Within(covered) = &facts.coverage else { return Figures::default() };
    let mut rows: Vec<_> = facts.rows.iter().filter(|r| r.source == Source::MemoryInfo).collect();
    rows.sort_by_key(|r| r.range.start());
    let sum = |state| rows.iter().filter(|r| r.state == state).map(|r| r.range.size()).sum();
    let mut figures =
        Figures { committed: sum(State::Committed), reserved: sum(State::Reserved), ..Figures::default() };
    for part in covered {
        let mut at = part.start().0;
        for row in rows.iter().filter(|r| part.overlaps(r.range)) {
            figures.gap(row.range.start().0.saturating_sub(at));
            at = at.max(row.range.end().0);
        }
        figures.gap(part.end().0.saturating_sub(at));
    }
    figures
}

impl Figures {
    fn gap(&mut self, size: u64) {
        self.free += size;
        self.free_blocks += u64::from(size > 0);
        self.largest_free = self.largest_free.max(size);
    }
}

/// From the bytes, by offsets of minidumpapiset.h: directory slots of 12 bytes, entries of 48. Adjacent free entries
/// are one block, as they are in our gaps. `None` if there is no MemoryInfoList from Windows.
fn of_bytes(bytes: &[u8], narrow: bool) -> Option<Figures> {
    let u32_at = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    let u64_at = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
    let directory = u32_at(12) as usize;
    let slot = (0..u32_at(8) as usize).map(|i| directory + 12 * i).find(|at| u32_at(*at) == 16)?;
    let list = u32_at(slot + 8) as usize;
    let (header, size, count) = (u32_at(list) as usize, u32_at(list + 4) as usize, u64_at(list + 8));
    let mut figures = Figures { entries: count, ..Figures::default() };
    let mut block = 0;
    for entry in (0..count as usize).map(|i| list + header + size * i) {
        let (region, state) = (u64_at(entry + 24), u32_at(entry + 32));
        assert!(!narrow || u64_at(entry) >> 32 == 0 || u64_at(entry) >> 32 == 0xffff_ffff);
        match state {
            0x1000 => figures.committed += region,
            0x2000 => figures.reserved += region,
            _ => {
                block += region;
                continue;
            }
        }
        figures.gap(std::mem::take(&mut block));
    }
    figures.gap(block);
    Some(figures)
}

#[test]
fn figures_of_real_dumps_equal_the_raw_stream() {
    let mut compared = 0;
    for path in real_dumps::minidumps() {
        let bytes = real_dumps::bytes(&path);
        let Ok(facts) = real_dumps::try_facts(&bytes) else { continue };
        if !matches!(facts.coverage, RawCoverage::Within(_)) {
            continue;
        }
        let raw = of_bytes(&bytes, facts.width == Some(PointerWidth::Bits32)).unwrap();
        assert_eq!(Figures { entries: raw.entries, ..of_facts(&facts) }, raw, "{}", path.display());
        println!("{}: {raw:?}", path.file_name().unwrap().to_string_lossy());
        compared += 1;
    }
    println!("{compared} MemoryInfoLists compared");
}

/// The figures of ../shared/dumps/INDEX.md, read there with other parsers.
#[test]
fn figures_of_real_dumps_equal_the_published_ones() {
    #[rustfmt::skip]
    let published: [(&str, [u64; 5]); 3] = [
        ("mozilla/windows-x86_64.dmp", [3005, 595_005_440, 2_205_715_648_512, 138_531_177_635_840, 73_139_309_379_584]),
        ("llvm/fizzbuzz_wow64.dmp.zst", [168, 9_281_536, 22_839_296, 2_115_297_280, 1_875_615_744]),
        ("breakpad/tiny-exe-with-cet-xsave.dmp", [557, 85_684_224, 2_220_513_320_960, 138_516_889_284_608, 129_695_825_129_472]),
    ];
    for (name, [_, committed, reserved, free, largest_free]) in published {
        let Some(path) = real_dumps::path(name) else { return };
        let figures = of_facts(&real_dumps::facts(&real_dumps::bytes(&path)));
        let ours = [figures.committed, figures.reserved, figures.free, figures.largest_free];
        assert_eq!(ours, [committed, reserved, free, largest_free], "{name}");
    }
}

/// Threads, modules, memory ranges (MemoryList or Memory64List) and their bytes, of the same list.
#[test]
fn counts_of_real_dumps_equal_the_published_ones() {
    #[rustfmt::skip]
    let published: [(&str, [usize; 4]); 17] = [
        ("mozilla/android-arm.dmp", [114, 511, 115, 512_256]),
        ("mozilla/linux-x86.dmp", [79, 199, 80, 766_208]),
        ("mozilla/windows-x86_64.dmp", [103, 128, 1349, 3_549_266]),
        ("llvm/fizzbuzz_wow64.dmp.zst", [1, 16, 107, 9_265_152]),
        ("breakpad/linux_jmp_to_0.dmp", [1, 8, 1, 12_288]),
        ("breakpad/linux_overflow.dmp", [1, 8, 2, 8448]),
        ("breakpad/minidump2.dmp", [2, 13, 3, 5884]),
        ("breakpad/minidump_crashpad_annotation.dmp", [7, 354, 11, 101_260]),
        ("breakpad/stack_exhaustion.dmp", [2, 26, 5, 1_041_172]),
        ("breakpad/thread_name_list.dmp", [6, 17, 10, 6256]),
        ("breakpad/tiny-exe-with-cet-xsave-x86.dmp", [3, 19, 6, 10_756]),
        ("breakpad/tiny-exe-with-cet-xsave.dmp", [1, 25, 65, 50_800]),
        ("rust-minidump/invalid-parameter.dmp", [6, 31, 10, 25_568]),
        ("rust-minidump/linux-mini.dmp", [1, 8, 2, 12_544]),
        ("rust-minidump/pipeline-inlines-macos-segv.dmp", [11, 47, 12, 92_128]),
        ("rust-minidump/simple-crashpad.dmp", [1, 40, 1, 5392]),
        ("rust-minidump/test.dmp", [2, 13, 3, 5884]),
    ];
    for (name, [threads, modules, ranges, size]) in published {
        let Some(path) = real_dumps::path(name) else { return };
        let facts = real_dumps::facts(&real_dumps::bytes(&path));
        assert_eq!([facts.threads.len(), facts.modules.len()], [threads, modules], "{name}");
        // The thread list's own stack memory comes on top, where it has a place in the file.
        let stacks: Vec<u64> = facts.threads.iter().filter_map(|t| t.stack_memory).map(|r| r.size()).collect();
        let bytes: u64 = facts.memory.iter().map(|c| c.range.size()).sum();
        let most = size as u64 + stacks.iter().sum::<u64>();
        assert!((ranges..=ranges + stacks.len()).contains(&facts.memory.len()), "{name}");
        assert!((size as u64..=most).contains(&bytes), "{name}: {bytes}");
    }
}

/// Mappings of the Linux dumps; android-arm has one without bytes among its 1,828.
#[test]
fn linux_maps_of_real_dumps_are_complete() {
    let published = [
        ("mozilla/android-arm.dmp", 1827),
        ("mozilla/linux-x86.dmp", 903),
        ("breakpad/linux_jmp_to_0.dmp", 35),
        ("breakpad/linux_overflow.dmp", 34),
        ("rust-minidump/linux-mini.dmp", 35),
    ];
    for (name, lines) in published {
        let Some(path) = real_dumps::path(name) else { return };
        let facts = real_dumps::facts(&real_dumps::bytes(&path));
        assert_eq!(facts.coverage, RawCoverage::Everything, "{name}");
        assert_eq!(facts.rows.iter().filter(|r| r.source == Source::LinuxMaps).count(), lines, "{name}");
    }
}
