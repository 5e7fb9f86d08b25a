//! Stacks in a map that comes without threads: its own labels say what they are.

use fragscope::addr::Addr;
use fragscope::analyze::analyze;
use fragscope::load::{Dump, LoadOptions, from_bytes};
use fragscope::model::{Owner, OwnerKind};

const MAPS: &str = "08048000-0804c000 r-xp 00000000 fe:00 7   /usr/bin/app\n\
                    50400000-50401000 ---p 00000000 00:00 0\n\
                    50401000-50c01000 rw-p 00000000 00:00 0   [stack:4711]\n\
                    bffdf000-c0000000 rw-p 00000000 00:00 0   [stack]\n";

fn load() -> Dump<'static> {
    from_bytes(MAPS.as_bytes(), &LoadOptions::default()).unwrap()
}

fn owner_at<'d>(dump: &'d Dump<'_>, addr: u64) -> &'d Owner {
    let snapshot = dump.snapshot();
    snapshot.owner(snapshot.space.region_at(Addr(addr)).unwrap().owner).unwrap()
}

// Pinned, for nobody can move it: it is no splitter.
#[test]
fn the_main_stack_is_a_stack_and_pinned() {
    let dump = load();
    let owner = owner_at(&dump, 0xbffe_0000);
    assert_eq!((owner.kind, owner.movable, owner.thread_id), (OwnerKind::Stack, false, None));
    assert_eq!(owner.name.as_deref(), Some("main thread"));
}

// Linux 3.4 to 4.4 named the threads.
#[test]
fn a_threads_stack_is_that_threads_with_its_guard() {
    let dump = load();
    for addr in [0x5040_0000, 0x5040_1000] {
        let owner = owner_at(&dump, addr);
        assert_eq!((owner.kind, owner.movable, owner.thread_id), (OwnerKind::Stack, true, Some(4711)), "{addr:x}");
    }
}

#[test]
fn they_are_counted_as_stacks_without_threads() {
    let stacks = analyze(load().snapshot()).stacks;
    assert_eq!((stacks.threads, stacks.ownerless), (0, 2));
}
