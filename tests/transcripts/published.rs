//! What others have printed: the folder `text` of the published dumps. Each file gives the figures that it states itself.

use std::fs;

use fragscope::analyze::VerdictKind;
use fragscope::model::{Evidence, Os, PointerWidth};

use super::{figures, holes, ranges, read, refusal};
use crate::samples::published;

/// The file's text, or `None` after a sentence.
fn text(name: &str) -> Option<String> {
    Some(fs::read_to_string(published(&format!("text/{name}"))?).unwrap())
}

macro_rules! text_or_skip {
    ($name:expr) => {
        match text($name) {
            Some(text) => text,
            None => return,
        }
    };
}

/// Free, regions, largest, where that is, committed, in all.
type Said = (u64, Option<u64>, u64, Option<u64>, Option<u64>, Option<u64>);

#[test]
fn summaries_give_the_figures_that_they_state() {
    let mib = |n: u64, hundredths: u64| (n << 20) + hundredths * (1 << 20) / 100;
    let cases: [(&str, u8, Said); 6] = [
        (
            "windbg_address_summary_NEW_32bit_exhausted.txt",
            32,
            (46 * (1 << 20) + (1 << 18), Some(544), 504 << 10, Some(0x717f_2000), Some(0x717c_1000), Some(0x7fff_0000)),
        ),
        (
            "windbg_address_summary_NEW_64bit.txt",
            64,
            (
                0x7dfe_953c_f000,
                Some(63),
                0x7bbd_6ba0_0000,
                Some(0x236_fe91_0000),
                Some(0x4b21_4000),
                Some(0x7dfe_953c_f000 + 0x201_1fa0_d000 + 0x4b21_4000),
            ),
        ),
        (
            "windbg_address_summary_NEW_wow64.txt",
            32,
            (0x7a5b_a000, Some(101), 0x6cf4_0000, Some(0x30b_0000), None, None),
        ),
        (
            "windbg_address_summary_OLD_a.txt",
            32,
            (0x1cab_1000, None, 0x203_e000, Some(0x6b0b_2000), Some(0x3152_f000), Some(0x7fff_0000)),
        ),
        (
            "debugdiag_vm_summary.txt",
            32,
            (mib(633, 53), None, mib(75, 21), Some(0x685b_a000), Some(mib(364, 6)), Some(2 << 30)),
        ),
        ("sos_vmstat.txt", 32, (1_824_735 << 10, Some(51), 1_278_848 << 10, None, None, None)),
    ];
    for (name, bits, said) in cases {
        let text = text_or_skip!(name);
        let dump = read(&[&text]);
        let snapshot = dump.snapshot();
        let stated = snapshot.stated.as_ref().unwrap_or_else(|| panic!("{name} states nothing"));
        let at = stated.largest_at.map(|r| r.start().0);
        let found =
            (stated.free.unwrap(), stated.free_regions, stated.largest.unwrap(), at, stated.committed, stated.total);
        assert_eq!(found, said, "{name}");
        assert_eq!((snapshot.evidence, snapshot.platform.os), (Evidence::None, Some(Os::Windows)), "{name}");
        assert_eq!(snapshot.platform.width.bits(), bits, "{name}");
    }
}

#[test]
fn debugdiags_fragmentation_is_the_one_it_prints() {
    let text = text_or_skip!("debugdiag_vm_summary.txt");
    let dump = read(&[&text]);
    let (outside, free) = dump.snapshot().stated.as_ref().unwrap().fragmented_bytes().unwrap();
    assert_eq!(fragscope::units::percent(outside, free), "88.13 %");
}

/// 64 MiB are more than all that was free; 1 MiB is more than any piece of it.
#[test]
fn stated_figures_decide_what_they_can() {
    let text = text_or_skip!("windbg_address_summary_NEW_32bit_exhausted.txt");
    for (size, kind) in [
        (64 << 20, VerdictKind::Exhausted),
        (1 << 20, VerdictKind::Fragmented),
        (448 << 10, VerdictKind::Fits),
        (480 << 10, VerdictKind::Fragmented),
    ] {
        let mut snapshot = read(&[&text]).snapshot().clone();
        let source = fragscope::model::RequestSource::User;
        snapshot.request = Some(fragscope::model::Request { size, align: None, source });
        assert_eq!(figures(&snapshot).verdict.kind, kind, "{size}");
    }
}

#[test]
fn listings_of_windbg_give_their_rows() {
    let cases: [(&str, &[(u64, u64)]); 3] = [
        ("windbg_address_LISTING_OLD.txt", &[(0x124_0000, 0x324_0000), (0x7629_0000, 0x762a_6000)]),
        ("windbg_address_LISTING_6.12_star.txt", &[(0x1_0000, 0x2_0000), (0x4_0000, 0x4_1000), (0x5_0000, 0xd_0000)]),
        ("windbg_vadump.txt", &[(0x1_0000, 0x1_1000)]),
    ];
    for (name, expected) in cases {
        let text = text_or_skip!(name);
        let dump = read(&[&text]);
        let snapshot = dump.snapshot();
        let mut joined: Vec<(u64, u64)> = Vec::new();
        // The last is Windows' shared user data, which every process has.
        for (start, end) in ranges(snapshot).into_iter().filter(|r| r.0 != 0x7ffe_0000) {
            match joined.last_mut().filter(|last| last.1 == start) {
                Some(last) => last.1 = end,
                None => joined.push((start, end)),
            }
        }
        assert_eq!(joined, expected, "{name}");
        assert_eq!(snapshot.evidence, Evidence::Partial, "{name} is an excerpt");
        assert_eq!(snapshot.platform.width, PointerWidth::Bits32, "{name}");
    }
}

#[test]
fn stacks_in_windbgs_listing_belong_to_their_threads() {
    let text = text_or_skip!("windbg_address_LISTING_6.12_star.txt");
    let dump = read(&[&text]);
    let thread = &dump.snapshot().threads[0];
    let stack = thread.stack.unwrap();
    assert_eq!((thread.id, dump.snapshot().dump.pid), (0x12ac, Some(0x1b54)));
    // The 32-bit stack, and not the 64-bit one that a process under WOW64 has besides.
    assert_eq!((stack.range.start().0, stack.range.end().0), (0x9_0000, 0xd_0000));
}

#[test]
fn lm_gives_modules_with_exclusive_ends() {
    let text = text_or_skip!("windbg_lm.txt");
    let dump = read(&[&text]);
    let modules: Vec<(&str, u64, u64)> =
        dump.snapshot().modules.iter().map(|m| (&*m.name, m.range.start().0, m.range.end().0)).collect();
    assert_eq!(modules.len(), 6);
    assert_eq!(modules[0], ("javaw", 0x40_0000, 0x40_b000));
    assert_eq!(modules[5], ("ntdll", 0x7c90_0000, 0x7c9b_0000));
    assert_eq!(dump.snapshot().unloaded_modules.len(), 2);
}

#[test]
fn threads_of_windbg_have_ids_and_tebs() {
    let text = text_or_skip!("windbg_threads.txt");
    let dump = read(&[&text]);
    let ids: Vec<u64> = dump.snapshot().threads.iter().map(|t| t.id).collect();
    assert_eq!(ids, [0x1570, 0x18fc, 0xbc8, 0x1bd0, 0x978, 0x15c]);
    assert!(dump.snapshot().diagnostics.has("several-processes"), "three processes are in that file");
}

#[test]
fn gdbs_mappings_of_a_core_are_refused() {
    let text = text_or_skip!("gdb13_info_proc_mappings_CORE_i386.txt");
    let said = refusal(&[&text]);
    assert!(said.contains("NT_FILE") && said.contains("not free"), "{said}");
}

/// 570.8 MiB: from 0xca010000 to 0xedae5000.
const LARGEST: u64 = 0xedae_5000 - 0xca01_0000;

fn largest(texts: &[&str]) -> (u64, Evidence) {
    let dump = read(texts);
    (figures(dump.snapshot()).figures.largest_size(), dump.snapshot().evidence)
}

#[test]
fn the_i386_process_has_its_largest_gap_from_every_whole_listing() {
    let truth = text_or_skip!("ground_truth_live_maps_i386.txt");
    let files = text_or_skip!("gdb13_info_files_i386.txt");
    let readelf = text_or_skip!("readelf_l_core_i386.txt");
    // What the excerpt leaves out are rows 13 to 38 of the truth.
    let left_out: String = (13..)
        .zip(truth.lines().skip(12).take(26))
        .map(|(n, row)| {
            let (start, end) = row.split(' ').next().unwrap().split_once('-').unwrap();
            format!("\t0x{start} - 0x{end} is load{n}\n")
        })
        .collect();
    let whole = files.replace("\t[... load13 to load38 left out ...]\n", &left_out);
    assert_ne!(whole, files);
    assert_eq!(largest(&[&whole]), (LARGEST, Evidence::NearlyComplete));
    assert_eq!(largest(&[&readelf]), (LARGEST, Evidence::Complete));
    // The maps were read before the last malloc, whose mapping the excerpt has.
    assert_eq!(largest(&[&truth, &files]), (LARGEST, Evidence::Complete));
    let dump = read(&[&readelf, &truth]);
    assert_eq!(holes(dump.snapshot()), holes(read(&[&readelf]).snapshot()));
}

#[test]
fn an_excerpt_is_no_whole_map() {
    for name in [
        "gdb13_info_files_i386.txt",
        "gdb13_maint_info_sections_i386_excerpt.txt",
        "pmap_x_i386_excerpt.txt",
        "lldb14_memory_region_CORE_i386.txt",
        "proc_pid_maps_i386_excerpt.txt",
        "pwndbg_vmmap_core.txt",
        "systeminformer_memory_list.txt",
        "vmmap_csv.txt",
        "windbg_address_ONE.txt",
        "windbg_address_LISTING_NEW_plus.txt",
        "gdb_public_variants.txt",
        "gdb13_info_sharedlibrary_i386.txt",
    ] {
        let text = text_or_skip!(name);
        let (found, evidence) = largest(&[&text]);
        assert_eq!(evidence, Evidence::Partial, "{name}");
        assert!(found >= 64 << 20, "{name}: {found}");
    }
}

/// The traps would say that 2,583 MiB are free in one piece.
#[test]
fn what_the_traps_do_not_list_is_not_called_free() {
    let trap = text_or_skip!("gdb13_info_proc_mappings_CORE_i386.txt");
    let threads = text_or_skip!("gdb13_thread_apply_all_print_esp_i386.txt");
    let lldb = text_or_skip!("lldb14_memory_region_CORE_i386.txt");
    for texts in [[&trap, &threads].map(String::as_str), [&lldb, &threads].map(String::as_str)] {
        let dump = read(&texts);
        assert_eq!(dump.snapshot().evidence, Evidence::Partial);
        let known = figures(dump.snapshot()).figures.largest_known;
        assert_eq!(known, 0, "{} bytes are called free", known);
    }
}

#[test]
fn threads_with_a_map_have_their_stacks() {
    let readelf = text_or_skip!("readelf_l_core_i386.txt");
    let pointers = text_or_skip!("gdb13_thread_apply_all_print_esp_i386.txt");
    let listed = text_or_skip!("gdb13_info_threads_i386.txt");
    let lldb = text_or_skip!("lldb14_memory_region_CORE_i386.txt");
    let dump = read(&[&readelf, &pointers, &listed, &lldb]);
    let threads = &dump.snapshot().threads;
    assert_eq!(threads.len(), 6);
    let of = |id: u64| threads.iter().find(|t| t.id == id).unwrap();
    assert_eq!(of(6850).sp.unwrap().0, 0xf64e_7380);
    let stack = of(6850).stack.unwrap();
    assert_eq!((stack.range.start().0, stack.range.end().0, stack.guard), (0xf5ce_8000, 0xf64e_8000, Some(0x1000)));
    assert_eq!(of(6845).name.as_deref(), Some("frag32"));
    assert!(of(6845).crashed && dump.snapshot().dump.pid == Some(6845));
}

#[test]
fn old_pastes_have_header_and_value_in_one_line() {
    let text = text_or_skip!("gdb_public_variants.txt");
    let dump = read(&[&text]);
    let found: Vec<(u64, Option<u64>)> = dump.snapshot().threads.iter().map(|t| (t.id, t.sp.map(|a| a.0))).collect();
    assert_eq!(found, [(10606, Some(0x50d_7184)), (10619, Some(0xb22f_ee90)), (10593, Some(0xbffd_1f3c))]);
}

#[test]
fn what_says_nothing_of_the_address_space_is_refused() {
    let text = text_or_skip!("windbg_heap_s.txt");
    assert!(refusal(&[&text]).contains("not recognised"));
}

#[test]
fn every_text_in_the_folder_is_read_or_refused_with_a_sentence() {
    let Some(folder) = published("text") else { return };
    let mut seen = 0;
    for entry in fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
        let text = String::from_utf8_lossy(&fs::read(&entry).unwrap()).into_owned();
        let _ = super::try_read(&[&text]).map_err(|(_, e)| assert!(e.to_string().len() > 40));
        seen += 1;
    }
    assert!(seen >= 28, "{seen}");
}
