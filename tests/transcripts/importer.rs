//! Each thing that an importer has to cope with, in small texts of the documented shapes.

use fragscope::model::{Evidence, Os, OwnerKind, PointerWidth, Protection, State};

use super::{ranges, read, refusal, try_read};

const HEADER: &str =
    "  BaseAddr EndAddr+1 RgnSize     Type       State                 Protect             Usage\n-----------\n";

fn listed(rows: &str) -> fragscope::load::Dump<'static> {
    read(&[&format!("0:000> !address\n{HEADER}{rows}")])
}

/// Windows' shared user data is in every process.
fn rows(dump: &fragscope::load::Dump<'_>) -> Vec<(u64, u64)> {
    ranges(dump.snapshot()).into_iter().filter(|r| r.0 != 0x7ffe_0000).collect()
}

#[test]
fn prefix_columns_of_every_kind() {
    for (first, second) in [("", ""), ("+", " "), ("*", "|-")] {
        let dump = listed(&format!(
            "{first} 10000 11000 1000 MEM_PRIVATE MEM_COMMIT PAGE_READWRITE <unknown>\n\
             {second} 11000 20000 f000 MEM_PRIVATE MEM_RESERVE <unknown>\n\
             {first} 20000 7fff0000 7ffd0000 MEM_FREE PAGE_NOACCESS Free\n"
        ));
        assert_eq!(rows(&dump), [(0x1_0000, 0x1_1000), (0x1_1000, 0x2_0000)], "{first:?}");
        // One allocation is one owner; without marks nobody knows.
        let owners = dump.snapshot().owners.iter().filter(|(_, o)| o.kind == OwnerKind::Private).count();
        assert_eq!(owners, if first.is_empty() { 2 } else { 1 }, "{first:?}");
    }
}

#[test]
fn headers_and_rules_of_every_length() {
    for (header, rule) in [("BaseAddr EndAddr+1", "-----------"), ("BaseAddress      EndAddress+1", &"-".repeat(200))] {
        let text = format!(
            "{header} RegionSize Type State Protect Usage\n{rule}\n\
             + 0`00010000 0`00020000 0`00010000 MEM_MAPPED MEM_COMMIT PAGE_READWRITE MappedFile \"PageFile\"\n"
        );
        assert_eq!(rows(&read(&[&text])), [(0x1_0000, 0x2_0000)]);
    }
}

#[test]
fn addresses_with_a_backtick_are_of_64_bits() {
    let dump = listed("+ 4b`35280000 4b`35290000 0`00010000 MEM_PRIVATE MEM_COMMIT PAGE_READWRITE Heap [ID: 0]\n");
    assert_eq!(dump.snapshot().platform.width, PointerWidth::Bits64);
    assert_eq!(ranges(dump.snapshot())[1], (0x4b_3528_0000, 0x4b_3529_0000));
}

#[test]
fn missing_columns_are_no_reason_to_lose_a_row() {
    let dump = listed(
        "+ 0 10000 10000 MEM_FREE PAGE_NOACCESS Free\n\
         + 10000 20000 10000 MEM_PRIVATE MEM_RESERVE <unknown>\n\
         + 20000 21000 1000 MEM_PRIVATE MEM_COMMIT PAGE_READWRITE\n",
    );
    let states: Vec<State> = dump.snapshot().space.regions().iter().map(|r| r.state).take(2).collect();
    assert_eq!(states, [State::Reserved, State::Committed]);
}

/// WinDbg prints no free rows of a Linux core: then nothing is known to be free.
#[test]
fn a_listing_without_free_rows_is_not_whole() {
    let dump =
        listed("+ 0`00400000 0`00401000 0`00001000 MEM_IMAGE MEM_COMMIT PAGE_READONLY Image [app; \"/bin/app\"]\n");
    assert_eq!((dump.snapshot().evidence, dump.snapshot().platform.os), (Evidence::Partial, Some(Os::Linux)));
}

#[test]
fn guards_are_read_with_blanks_and_without() {
    for guard in ["PAGE_READWRITE|PAGE_GUARD", "PAGE_READWRITE | PAGE_GUARD"] {
        let dump = listed(&format!("+ 10000 11000 1000 MEM_PRIVATE MEM_COMMIT {guard} Stack [~0; 1.2]\n"));
        let region = dump.snapshot().space.regions()[0];
        assert!(region.protection.unwrap().has(Protection::GUARD.with(Protection::WRITE)), "{guard}");
    }
}

#[test]
fn usages_name_the_owner() {
    let kinds = [
        ("Heap       [ID: 0; Handle: 00520000; Type: Segment]", OwnerKind::Heap),
        ("Heap32", OwnerKind::Heap),
        ("RegionUsageHeap", OwnerKind::Heap),
        ("TEB        [~0; 1618.1570]", OwnerKind::Teb),
        ("PEB", OwnerKind::Peb),
        ("Stack64 [1b54.12ac; ~0]", OwnerKind::Stack),
        ("Stack [1b54.12ac; ~0]", OwnerKind::Stack),
        ("MappedFile \"\\Device\\HarddiskVolume3\\Windows\\locale.nls\"", OwnerKind::MappedFile),
        ("<unclassified>", OwnerKind::Private),
        ("<unknown>", OwnerKind::Private),
        ("VAR", OwnerKind::Private),
        ("RegionUsageProcessParametrs", OwnerKind::Private),
        ("", OwnerKind::Private),
    ];
    for (usage, kind) in kinds {
        let dump = listed(&format!("+ 10000 11000 1000 MEM_PRIVATE MEM_COMMIT PAGE_READWRITE {usage}\n"));
        let owner = dump.snapshot().space.regions()[0].owner;
        assert_eq!(dump.snapshot().owner(owner).unwrap().kind, kind, "{usage:?}");
    }
}

#[test]
fn thread_tags_of_both_orders_give_the_stack() {
    for tag in ["[1b54.12ac; ~3]", "[~3; 1b54.12ac]"] {
        let dump = listed(&format!(
            "* 50000 89000 39000 MEM_PRIVATE MEM_RESERVE Stack {tag}\n\
             |- 89000 8c000 3000 MEM_PRIVATE MEM_COMMIT PAGE_READWRITE|PAGE_GUARD Stack {tag}\n\
             |- 8c000 90000 4000 MEM_PRIVATE MEM_COMMIT PAGE_READWRITE Stack {tag}\n"
        ));
        let thread = &dump.snapshot().threads[0];
        let range = thread.stack.unwrap().range;
        assert_eq!((thread.id, range.start().0, range.end().0), (0x12ac, 0x5_0000, 0x9_0000), "{tag}");
    }
}

#[test]
fn in_the_old_listing_the_number_behind_the_dash_is_a_size() {
    for (dash, blank) in [("-", "          "), ("\u{2013}", "\t")] {
        let attributes = |state: &str| {
            format!(
                "{blank}Type     00020000 MEM_PRIVATE\n{blank}Protect  00000004 PAGE_READWRITE\n\
                 {blank}State    {state}\n{blank}Usage    RegionUsageStack\n{blank}Pid.Tid  5d4.960\n"
            )
        };
        let text = format!(
            "    01240000 : 01240000 {dash} 00052000\n{}               01292000 {dash} 00fae000\n{}",
            attributes("00001000 MEM_COMMIT"),
            attributes("00002000 MEM_RESERVE")
        );
        let dump = read(&[&text]);
        assert_eq!(rows(&dump), [(0x124_0000, 0x129_2000), (0x129_2000, 0x224_0000)]);
        assert_eq!(dump.snapshot().threads[0].id, 0x960);
        assert_eq!(dump.snapshot().threads[0].stack.unwrap().range.size(), 0x100_0000);
    }
}

#[test]
fn units_of_every_age() {
    for (row, old) in [
        ("Free    544   2e40000 (  46.250 Mb)            2.26%", false),
        ("Free    544   0`02e40000 (  46.250 MB)            2.26%", false),
        ("   02e40000 (   47360) : 02.26%    00.00%    : RegionUsageFree", true),
        ("   02e40000 : 02.26%      : RegionUsageFree", true),
    ] {
        let head = if old {
            "-------------------- Usage SUMMARY --------------------------"
        } else {
            "--- Usage Summary ----"
        };
        let dump = read(&[&format!("{head}\n{row}\n\nLargest free region: Base 717f2000 - Size 0007e000\n")]);
        let stated = dump.snapshot().stated.clone().unwrap();
        assert_eq!((stated.free, stated.largest), (Some(0x2e4_0000), Some(504 << 10)), "{row}");
        assert_eq!(stated.free_regions, (!old).then_some(544), "{row}");
    }
}

#[test]
fn lm_ends_at_the_unloaded_modules() {
    let text = "0:000> lm\nstart    end        module name\n00400000 0040b000   javaw      (deferred)\n\
                7c900000 7c9b0000   ntdll      (private pdb symbols) c:\\sym\\ntdll.pdb\n\n\
                Unloaded modules:\n60000000 60010000   gone.dll\n";
    let dump = read(&[text]);
    assert_eq!(rows(&dump), [(0x40_0000, 0x40_b000), (0x7c90_0000, 0x7c9b_0000)]);
    assert_eq!(&*dump.snapshot().unloaded_modules[0].name, "gone.dll");
    assert_eq!(dump.snapshot().evidence, Evidence::Partial);
}

#[test]
fn stack_pointers_of_gdb_in_every_form() {
    for text in [
        "Thread 2 (Thread 0xf64e7b40 (LWP 6850)):\nwarning: Section `.reg-xstate/6850' in core file too small.\n$1 = (void *) 0xf64e7380\n",
        "    Thread 2 (Thread 6850): $5 = (void *) 0xf64e7380\n",
        "Thread 2 (LWP 6850):\n$1 = (void *) 0xf64e7380\n",
        "(gdb) thread apply all print/x $sp\n\nThread 2 (LWP 6850 \"x\"):\n$1 = 0xf64e7380\n",
        "(gdb) thread apply all info registers esp\nThread 2 (Thread 77.6850):\nesp            0xf64e7380          0xf64e7380\n",
    ] {
        let dump = read(&[text]);
        let threads = &dump.snapshot().threads;
        assert_eq!((threads.len(), threads[0].id, threads[0].sp.unwrap().0), (1, 6850, 0xf64e_7380), "{text}");
    }
    let other = "(gdb) thread apply all print $pc\nThread 2 (LWP 6850):\n$1 = (void (*)()) 0xf64e7380 <x>\n";
    assert_eq!(read(&[other]).snapshot().threads[0].sp, None);
}

const MAPPINGS: &str = "Mapped address spaces:\n\n\tStart Addr   End Addr       Size     Offset objfile\n\
    \t0x565eb000 0x565ec000     0x1000        0x0 /opt/app/frag32\n";

#[test]
fn gdbs_mappings_are_a_map_only_of_a_live_process() {
    assert!(refusal(&[MAPPINGS]).contains("NT_FILE"));
    // What tells a live one: the process in front, a row without a file, the permissions.
    let stack = "\t0xff8dc000 0xff8fd000    0x21000        0x0 [stack]\n";
    for (text, evidence) in [
        (format!("process 2673\n{MAPPINGS}{stack}"), Evidence::Complete),
        (format!("{MAPPINGS}{stack}"), Evidence::Complete),
        (format!("process 2673\n{MAPPINGS}"), Evidence::Partial),
        (
            MAPPINGS.replace(" objfile", " Perms objfile").replace("0x0 /opt", "0x0 r-xp /opt")
                + &stack.replace("0x0 ", "0x0 rw-p "),
            Evidence::Complete,
        ),
    ] {
        assert_eq!(read(&[&text]).snapshot().evidence, evidence, "{text}");
    }
}

/// Beside a list of the core's segments the trap is of use: it names the files.
#[test]
fn the_trap_names_files_of_a_real_map() {
    let files = "\t0x565eb000 - 0x565ec000 is load1\n\t0xf7000000 - 0xf7001000 is load2\n";
    let dump = read(&[files, MAPPINGS]);
    assert_eq!(dump.snapshot().evidence, Evidence::NearlyComplete);
    assert_eq!(dump.snapshot().files.iter().map(|f| &**f).collect::<Vec<_>>(), ["/opt/app/frag32"]);
}

#[test]
fn missing_numbers_of_sections_are_missing_mappings() {
    let text = "\t0x10000000 - 0x10010000 is load1\n\t0x20000000 - 0x20010000 is load2a\n\
                \t0x20010000 - 0x20020000 is load2b\n\t0x30000000 - 0x30010000 is load7\n";
    let dump = read(&[text]);
    assert_eq!(dump.snapshot().evidence, Evidence::Partial);
    let coverage = dump.snapshot().space.coverage();
    let range = |a, b| fragscope::addr::AddrRange::new(fragscope::addr::Addr(a), fragscope::addr::Addr(b)).unwrap();
    use fragscope::model::Certainty;
    assert_eq!(coverage.certainty(range(0x1001_0000, 0x2000_0000)), Certainty::Free);
    assert_eq!(coverage.certainty(range(0x2002_0000, 0x3000_0000)), Certainty::NotListed);
}

const VMMAP: &str = "Something in front\n\"Address\",\"Type\",\"Size\",\"Committed\",\"Private\",\"Blocks\",\"Protection\",\"Details\",\n\
    \"00000000149B0000\",\"Thread Stack\",\"1,024\",\"268\",\"268\",\"3\",\"Read/Write/Guard\",\"Thread ID: 2508\"\n\
    \"  00000000149B0000\",\"Thread Stack\",\"756\",\"\",\"\",\"\",\"Reserved\",\"\"\n\
    \"  0000000014A6D000\",\"Thread Stack\",\"12\",\"12\",\"12\",\"\",\"Read/Write/Guard\",\"\"\n\
    \"0000000014AC0000\",\"Heap (Private Data)\",\"8\",\"8\",\"\",\"1\",\"Read/Write\",\"Heap ID: 1 [LOW FRAGMENTATION]\"\n";

#[test]
fn vmmaps_blocks_lie_in_their_allocations() {
    let dump = read(&[VMMAP]);
    let snapshot = dump.snapshot();
    let expected = [
        (0x149b_0000, 0x14a6_d000),
        (0x14a6_d000, 0x14a7_0000),
        (0x14a7_0000, 0x14ab_0000),
        (0x14ac_0000, 0x14ac_2000),
    ];
    assert_eq!(rows(&dump), expected);
    let thread = &snapshot.threads[0];
    assert_eq!((thread.id, thread.stack.unwrap().range.size()), (2508, 1 << 20));
    let heap = snapshot.space.regions()[3].owner;
    assert_eq!(snapshot.owner(heap).unwrap().kind, OwnerKind::Heap);
}

/// The formats of which nobody has seen a real one: .mmp, and `~*r esp`.
#[test]
fn what_was_never_seen_is_not_imported() {
    for text in [
        "<VMMap><Region Address=\"10000\" Size=\"4096\" Type=\"Free\"/></VMMap>",
        "0:000> ~*r esp\nesp=00f0f7e4\nesp=00e0f7e4\n",
    ] {
        assert!(try_read(&[text]).is_err(), "{text}");
    }
}

#[test]
fn registers_belong_to_the_thread_that_was_asked_for() {
    let text = "0:000> ~\n.  0  Id: 1618.1570 Suspend: 1 Teb: 7efdd000 Unfrozen\n   1  Id: 1618.18fc Suspend: 1 Teb: 7efda000 Unfrozen \"pool\"\n\
        0:000> r\neax=00000000 ebx=00000000\neip=7707000c esp=00f0f7e4 ebp=00f0f810 iopl=0\n\
        0:000> ~1s\neax=00000000 ebx=00000000\neip=7707000c esp=00e0f7e4 ebp=00f0f810 iopl=0\n\
        0:001> g\neax=00000000 ebx=00000000\neip=7707000c esp=00aaaaaa ebp=00f0f810 iopl=0\n";
    let dump = read(&[text]);
    let found: Vec<_> = dump.snapshot().threads.iter().map(|t| (t.id, t.sp.unwrap().0, t.name.as_deref())).collect();
    assert_eq!(found, [(0x1570, 0xf0_f7e4, None), (0x18fc, 0xe0_f7e4, Some("pool"))]);
}

#[test]
fn the_first_frame_has_the_stack_pointer_of_64_bits_and_only_the_stack_of_32() {
    let wide = "0:000> ~*k\n\n.  0  Id: 1.2 Suspend: 1 Teb: 00000000`7fff8000 Unfrozen\nChild-SP          RetAddr           Call Site\n\
                00000000`0006e5e0 00000000`6b009840 ntdll!x\n00000000`0006e6e0 00000000`6b009840 ntdll!y\n";
    assert_eq!(read(&[wide]).snapshot().threads[0].sp.unwrap().0, 0x6_e5e0);
    let narrow = "0:000> ~*kv\n\n   0  Id: 1.2 Suspend: 1 Teb: 7efdb000 Unfrozen\nChildEBP RetAddr  Args to Child\n\
                  001df24c 761a0bdd 00000002 ntdll!x\n";
    let map = format!("{HEADER}+ 1d0000 1e0000 10000 MEM_PRIVATE MEM_COMMIT PAGE_READWRITE <unknown>\n");
    let dump = read(&[narrow, &map]);
    let thread = &dump.snapshot().threads[0];
    assert_eq!((thread.sp, thread.stack.unwrap().range.start().0), (None, 0x1d_0000));
}

#[test]
fn a_whole_session_in_utf_16_with_carriage_returns_and_a_pager() {
    let text = format!(
        "Opened log file 'c:\\x.log'\r\n0:000> .effmach\r\nEffective machine: x86 compatible (x86)\r\n0:000> !address\r\n{}\
         + 0 10000 10000 MEM_FREE PAGE_NOACCESS Free\r\n+ 10000 20000 10000 MEM_PRIVATE MEM_COMMIT PAGE_READWRITE <unknown>\r\n\
         0:000> dd esp\r\n00f0f7e4  00000000 00000001 00000002 00000003\r\n0:000> lm\r\nstart    end        module name\r\n\
         00400000 0040b000   javaw      (deferred)\r\n0:000> q\r\n",
        HEADER.replace('\n', "\r\n")
    );
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for bytes in [text.clone().into_bytes(), wide] {
        let dump = fragscope::load::from_bytes(bytes, &fragscope::load::LoadOptions::default()).unwrap();
        assert_eq!(rows(&dump), [(0x1_0000, 0x2_0000), (0x40_0000, 0x40_b000)]);
    }
    let pager = "--Type <RET> for more, q to quit, c to continue without paging--";
    let gdb =
        format!("(gdb) info files\n\t0x10000000 - 0x10010000 is load1\n{pager}c\n\t0x20000000 - 0x20010000 is load2\n");
    assert_eq!(read(&[&gdb]).snapshot().evidence, Evidence::NearlyComplete);
}

#[test]
fn files_that_do_not_belong_together_are_refused() {
    let narrow = "0:000> lm\nstart    end        module name\n00400000 0040b000   javaw      (deferred)\n";
    let wide =
        "0:000> lm\nstart    end        module name\n00007ff6`00400000 00007ff6`0040b000   app      (deferred)\n";
    let linux = "Thread 2 (LWP 6850):\n$1 = (void *) 0xf64e7380\n";
    let one = "process 1\nMapped address spaces:\n";
    let other = "process 2\nMapped address spaces:\n";
    for (texts, why) in [([narrow, wide], "32-bit"), ([narrow, linux], "Windows"), ([one, other], "process ids")] {
        let Err((file, e)) = try_read(&texts) else { panic!("{why}: it is read") };
        assert!(file == 1 && e.to_string().contains(why), "{why}: {e}");
    }
}

/// Repeating a command in a log repeats what it says, and no more.
#[test]
fn a_listing_that_is_there_twice_counts_once() {
    let maps =
        "00400000-00401000 r-xp 00000000 fe:00 1 /bin/app\n7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0 [stack]\n";
    let once = read(&["x\n", maps]);
    let twice = read(&[maps, &format!("(gdb) shell cat /proc/1/maps\n{maps}")]);
    assert_eq!(ranges(once.snapshot()), ranges(twice.snapshot()));
    assert_eq!((once.snapshot().evidence, twice.snapshot().evidence), (Evidence::Complete, Evidence::Complete));
}
