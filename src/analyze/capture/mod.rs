//! How to capture a dump whose map is complete, with the least that has to be added to what was captured before.
//!
//! The smallest setting is advised, never full memory: a map of regions is a few kilobytes, and it alone decides.

mod growth;
mod recipe;
mod unix;
mod windows;

use crate::model::{DumpFormat, Evidence, Os, Snapshot, Writer};

pub use growth::Growth;
pub use recipe::{Recipe, Step};

/// A way to capture a better dump than the one at hand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CaptureAdvice {
    /// What to do.
    pub recipe: &'static Recipe,
    /// How much larger the dump would be.
    pub growth: Growth,
}

/// All ways that are known, those of Linux first.
pub fn all() -> impl Iterator<Item = &'static Recipe> {
    unix::ALL.into_iter().chain(windows::ALL)
}

/// The way with this name, or of which this is another name.
pub fn named(name: &str) -> Option<&'static Recipe> {
    all().find(|recipe| recipe.name == name || recipe.aliases.contains(&name))
}

/// What to do so that the next dump of such a process has a complete map, the writer at hand first. Empty where the map
/// is complete already.
pub fn advise(snapshot: &Snapshot) -> Vec<CaptureAdvice> {
    if snapshot.evidence == Evidence::Complete {
        return Vec::new();
    }
    let advice = |recipe: &&'static Recipe| CaptureAdvice { recipe, growth: Growth::of(snapshot, recipe.adds) };
    ways(snapshot).iter().map(advice).collect()
}

fn ways(snapshot: &Snapshot) -> &'static [&'static Recipe] {
    let (format, writer, os) = (snapshot.dump.format, snapshot.dump.writer, snapshot.platform.os);
    match (format, writer, os) {
        (DumpFormat::Live, ..) => &[],
        (DumpFormat::ElfCore, Some(Writer::Gdb), _) => &[&unix::GCORE, &unix::KERNEL],
        (DumpFormat::ElfCore, Some(Writer::Lldb), _) => &[&unix::LLDB, &unix::KERNEL],
        (DumpFormat::ElfCore, Some(Writer::Qemu), _) => &[&unix::QEMU],
        (DumpFormat::ElfCore, Some(Writer::Kernel), _) if snapshot.dump.truncated => &[&unix::KERNEL, &unix::SYSTEMD],
        (DumpFormat::ElfCore, ..) => &[&unix::KERNEL, &unix::SYSTEMD, &unix::GCORE],
        (_, Some(Writer::Wine), _) => &[&windows::WINE],
        (_, Some(Writer::Breakpad), Some(Os::Windows)) => &[&windows::BREAKPAD, &windows::PROCDUMP],
        (_, Some(Writer::Crashpad), Some(Os::Windows)) => &[&windows::CRASHPAD, &windows::PROCDUMP],
        (DumpFormat::Transcript, _, Some(Os::Windows)) => &[&windows::WINDBG, &windows::PROCDUMP],
        (_, _, Some(Os::Windows)) => &[&windows::DBGHELP, &windows::WINDBG, &windows::PROCDUMP, &windows::WER],
        (_, Some(Writer::Crashpad), _) => &[&windows::CRASHPAD, &unix::KERNEL],
        (_, Some(Writer::Breakpad), _) => &[&windows::BREAKPAD, &unix::KERNEL],
        (_, _, Some(Os::MacOs | Os::Ios)) => &[&unix::VMMAP],
        (DumpFormat::Minidump, ..) => &[&unix::MINIDUMP_WRITER, &unix::KERNEL],
        (DumpFormat::Maps | DumpFormat::Transcript, ..) => &[&unix::MAPS, &unix::KERNEL],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_sentences_are_whole() {
        let mut seen: Vec<&str> = Vec::new();
        for recipe in all() {
            for name in [recipe.name].iter().chain(recipe.aliases) {
                assert!(!seen.contains(name), "{name} twice");
                assert_eq!(named(name).map(|r| r.name), Some(recipe.name));
                seen.push(name);
            }
            let lines = recipe.steps.iter().filter_map(|s| s.command).flat_map(str::lines);
            assert!(lines.map(str::len).all(|length| length <= 90), "{}: a page has 100 columns", recipe.name);
            assert!(!recipe.steps.is_empty() && recipe.steps.iter().all(|s| !s.what.is_empty()), "{}", recipe.name);
        }
        assert_eq!(named("floppy"), None);
    }

    /// Bits of MINIDUMP_TYPE by name (minidumpapiset.h).
    #[test]
    fn the_mask_is_the_sum_of_its_flags() {
        let flags = [
            ("MiniDumpWithUnloadedModules", 0x20),
            ("MiniDumpWithProcessThreadData", 0x100),
            ("MiniDumpWithFullMemoryInfo", 0x800),
            ("MiniDumpWithThreadInfo", 0x1000),
        ];
        assert_eq!(flags.iter().map(|(_, bit)| bit).sum::<u32>(), 0x1920);
        let in_code = windows::DBGHELP.steps.iter().find_map(|s| s.command).unwrap_or_default();
        assert!(flags.iter().all(|(name, _)| in_code.contains(name)), "{in_code}");
        for recipe in [&windows::PROCDUMP, &windows::WER] {
            assert!(recipe.steps.iter().any(|s| s.command.is_some_and(|c| c.contains("1920"))), "{}", recipe.name);
        }
    }
}
