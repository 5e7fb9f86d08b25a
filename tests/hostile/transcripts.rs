//! What nobody prints: endless lines, a million rows, random words of all formats, zeros.

use std::time::Duration;

use fragscope::load::{self, LoadOptions};

use super::cost::measure;
use super::examine::examine;
use super::random::Random;
use super::watch::watched;

/// Beginnings and rows of every kind of output.
const WORDS: [&str; 44] = [
    "0:000> !address",
    "0:003:x86> ",
    "(gdb) info files",
    "(gdb) thread apply all print $esp",
    "(lldb) memory region --all",
    "  BaseAddr EndAddr+1 RgnSize     Type       State                 Protect             Usage",
    "+        0    10000    10000             MEM_FREE    PAGE_NOACCESS                      Free",
    "*    50000    89000    39000 MEM_PRIVATE MEM_RESERVE   Stack64 [1b54.12ac; ~0]",
    "|-   89000 ffffffff`ffffffff     3000 MEM_PRIVATE MEM_COMMIT  PAGE_READWRITE | PAGE_GUARD  Heap",
    "    01240000 : 01240000 - 00052000",
    "               01292000 - ffffffff",
    "                    State    00001000 MEM_COMMIT",
    "                    Usage    RegionUsageStack",
    "                    Pid.Tid  5d4.960",
    "Usage:                  Image",
    "Base Address:           75831000",
    "End Address:            ffffffff`ffffffff",
    "BaseAddress: fffff000",
    "RegionSize: ffffffff",
    "State: 00010000 MEM_FREE",
    "--- Usage Summary ---------------- RgnCount ----------- Total Size -------- %ofBusy %ofTotal",
    "--- State Summary ---------------- RgnCount ----------- Total Size -------- %ofBusy %ofTotal",
    "--- Largest Region by Usage ----------- Base Address -------- Region Size ----------",
    "Free                                    544           ffffffff`ffffffff (  46.250 Mb)            2.26%",
    "Free                                        ffffffff`ffffffff             7e000 ( 504.000 kb)",
    "MEM_COMMIT                             18446744073709551615          717c1000 (   1.773 Gb)",
    "Largest free region: Base ffffffff - Size ffffffff (33016 KB)",
    "start    end        module name",
    "00400000 0040b000   javaw      (deferred)",
    "#  0  Id: 1618.ffffffffffffffff Suspend: 1 Teb: ffffffff`fffff000 Unfrozen \"a\u{202e}b\"",
    "Child-SP          RetAddr",
    "00000000`0006e5e0 00000000`00070420",
    "process 2673",
    "          Start Addr           End Addr       Size     Offset  Perms  objfile",
    "      0xfffffffffffff000     0xffffffffffffffff     0x2000        0x0  rw-p   [stack]",
    "\t0x10000000 - 0x10010000 is load18446744073709551615",
    " [34]      0x10000000->0x10010000 at 0x00006000: load1 ALLOC READONLY",
    "Thread 6 (Thread 0xf64e7b40 (LWP 6850)):",
    "$1 = (void *) 0xf64e7380",
    "[0x0000000000000000-0xffffffffffffffff) r-x /bin/x",
    "Address           Kbytes     RSS   Dirty Mode  Mapping",
    "00000000f42e6000 18446744073709551615       0       0 rw---   [ anon ]",
    "\"Address\",\"Type\",\"Size\",\"Committed\",\"Private\",\"Blocks\",\"Protection\",\"Details\",",
    "\"  FFFFFFFFFFFFF000\",\"Thread Stack\",\"18,446,744,073\",\"12\",\"12\",\"\",\"Read/Write/Guard\",\"Thread ID: 2508\"",
];

fn text(random: &mut Random) -> Vec<u8> {
    let mut bytes = Vec::new();
    for _ in 0..random.below(80) {
        let mut line = random.pick(&WORDS).as_bytes().to_vec();
        if random.once_in(3) && !line.is_empty() {
            let at = random.below(line.len());
            line[at] = b" 0123456789abcdef`-[]()x\t~.:"[random.below(28)];
        }
        bytes.extend_from_slice(&line);
        bytes.extend_from_slice(random.pick(&["\n", "\n", "\r\n", "\n\n", " "]).as_bytes());
    }
    bytes
}

#[test]
fn random_logs_give_a_report_or_a_sentence() {
    for seed in 0..600 {
        let _watched = watched(format!("log of seed {seed}"));
        examine(&text(&mut Random::new(seed)), &LoadOptions::default());
    }
}

#[test]
fn a_line_of_megabytes_costs_only_itself() {
    let row = "      0x55cfbae24000     0x55cfbae26000     0x2000        0x0  r-xp   /usr/bin/sleep\n";
    let head = "process 1\nMapped address spaces:\n\n Start Addr End Addr Size Offset Perms objfile\n";
    let text = format!("{}\n{head}{row}{}\n", "Thread 1 (".repeat(2_000_000), "0x".repeat(4_000_000));
    let (dump, cost) = measure(|| load::from_bytes(text.into_bytes(), &LoadOptions::default()).unwrap());
    assert_eq!(dump.snapshot().space.regions().len(), 1);
    assert!(cost.time < Duration::from_secs(5), "{:?}", cost.time);
}

/// More rows than are taken, and more regions asked for one by one.
#[test]
fn a_million_rows_are_bounded() {
    let rows: String = (0..1_100_000u64)
        .map(|i| format!("(lldb) memory region 0\n[0x{:016x}-0x{:016x}) rw-\n", i << 13, (i << 13) + 0x1000))
        .collect();
    let (dump, cost) = measure(|| load::from_bytes(rows.into_bytes(), &LoadOptions::default()).unwrap());
    assert!(dump.snapshot().diagnostics.has("too-many-rows"));
    assert!(dump.snapshot().space.regions().len() > 1_000_000);
    assert!(cost.time < Duration::from_secs(20), "{:?}", cost.time);
}

#[test]
fn a_log_without_an_end_is_cut() {
    struct Endless;
    impl std::io::Read for Endless {
        fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
            buf.fill(b'x');
            Ok(buf.len())
        }
    }
    let (read, cost) = measure(|| load::from_reader(Box::new(Endless), &LoadOptions::default()));
    assert!(read.is_err_and(|e| e.to_string().contains("not recognised")));
    assert!(cost.time < Duration::from_secs(10), "{:?}", cost.time);
}
