//! Cores that nobody on this project made, where the folder with them is there. Figures: readelf 2.40, eu-readelf 0.188.

use fragscope::load::facts::Facts;
use fragscope::load::{Input, LoadOptions, elf_core};
use fragscope::model::{Source, Writer};

use crate::samples::published;

/// The facts of a published dump, or `None`, said aloud, where it is not.
fn facts(name: &str) -> Option<Facts> {
    let input = Input::open(&published(name)?, false).unwrap();
    Some(elf_core::read(&input, &LoadOptions::default()).unwrap())
}

/// File, writer, cpu, PT_LOADs, their memsz, NT_FILE rows, and the first thread's SP and PC.
type Expected = (&'static str, Option<Writer>, &'static str, usize, u64, usize, u64, u64);

const K: Option<Writer> = Some(Writer::Kernel);
const EXPECTED: [Expected; 13] = [
    ("llvm/linux-aarch64.core", K, "aarch64", 4, 20480, 1, 0xffff_e262_0120, 0x40_0124),
    ("llvm/linux-arm.core", None, "arm", 0, 0, 0, 0xd, 0xf),
    ("llvm/linux-i386.core", K, "x86", 4, 24576, 1, 0xffe0_a30c, 0x804_80c5),
    ("llvm/linux-ppc64le.core", Some(Writer::Gdb), "ppc64", 2, 327_680, 0, 0x3fff_ffff_f050, 0x1000_0130),
    ("llvm/linux-riscv64.core", K, "riscv64", 4, 20480, 1, 0x3f_ffd1_32a0, 0x1_015e),
    ("llvm/linux-s390x.core", K, "s390x", 2, 12288, 1, 0x3ff_ffff_f2c0, 0x8000_0130),
    ("llvm/linux-x86_64.core", K, "x86-64", 5, 40960, 1, 0x7ffc_240b_15e8, 0x40_011c),
    ("llvm/x86-32-linux-multithread.core", K, "x86", 66, 30_142_464, 52, 0xf7ae_5240, 0x804_92d2),
    ("llvm/x86-32-linux.core", K, "x86", 38, 6_164_480, 31, 0x2726_2524, 0x804_92ab),
    ("llvm/x86-64-linux-multithread.core", K, "x86-64", 65, 30_351_360, 50, 0x7fcf_5562_ad80, 0x40_1262),
    ("llvm/x86-64-linux.core", K, "x86-64", 39, 6_340_608, 31, 0x2b2a_2928_2726_2524, 0x40_12db),
    ("pyelftools/core_linux32.elf", K, "x86", 15, 2_289_664, 10, 0xffda_d160, 0xf7f3_8079),
    ("pyelftools/core_linux64.elf", K, "x86-64", 18, 4_329_472, 10, 0x7ffe_2e5a_0358, 0x7fa4_593e_3428),
];

#[test]
fn as_other_tools_read_them() {
    for (name, writer, cpu, loads, size, files, sp, pc) in EXPECTED {
        let Some(facts) = facts(name) else { continue };
        let rows: Vec<_> = facts.rows.iter().filter(|r| r.source == Source::PtLoad).collect();
        assert_eq!((facts.writer, facts.cpu.map(|c| c.name())), (writer, Some(cpu)), "{name}");
        assert_eq!((rows.len(), rows.iter().map(|r| r.range.size()).sum()), (loads, size), "{name}");
        assert_eq!(facts.rows.len() - loads, files, "{name}");
        let first = &facts.threads[0];
        assert_eq!((first.sp.unwrap().0, first.pc.unwrap().0, first.crashed), (sp, pc, true), "{name}");
    }
}
