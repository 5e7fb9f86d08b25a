//! Edits that cannot be made, and why.

use fragscope::addr::Addr;
use fragscope::analyze::what_if::{Edit, EditError, Pattern, Target, apply};
use fragscope::load::LoadOptions;
use fragscope::model::Snapshot;

use crate::samples;

fn refusal(snapshot: &Snapshot, edits: &[Edit]) -> String {
    let sentence = apply(snapshot, edits).map(drop).unwrap_err().to_string();
    let last = edits.last().unwrap().to_string();
    assert!(sentence.starts_with(&last), "{sentence} does not name {last}");
    sentence
}

fn without(target: Target) -> [Edit; 1] {
    [Edit::Without(target)]
}

#[test]
fn user_address_space_is_between_two_and_three_gib() {
    let dump = samples::named("windows-2gb.dmp.zst").load();
    let snapshot = dump.snapshot();
    for (bytes, said) in [
        (8 << 30, "2G to 3G"),
        (4 << 30, "large-address-aware gives 4G"),
        (2 << 30, "that far already"),
        (1 << 30, "2G to 3G"),
    ] {
        assert!(refusal(snapshot, &[Edit::UserVa(bytes)]).contains(said));
    }
    assert!(apply(snapshot, &[Edit::UserVa(3 << 30)]).is_ok());
    // Only once, and IncreaseUserVa gives less than that.
    assert!(refusal(snapshot, &[Edit::LargeAddressAware, Edit::LargeAddressAware]).contains("already"));
    assert!(refusal(snapshot, &[Edit::LargeAddressAware, Edit::UserVa(3 << 30)]).contains("that far already"));
}

#[test]
fn windows_edits_are_for_windows_and_linux_edits_for_linux() {
    let linux = samples::named("i386-fragmented.core.zst").load();
    for edit in [Edit::LargeAddressAware, Edit::UserVa(3 << 30)] {
        assert!(refusal(linux.snapshot(), &[edit]).contains("no 32-bit Windows process"));
    }
    let windows = samples::named("windows-x64.dmp.zst").load();
    assert!(refusal(windows.snapshot(), &[Edit::TopDown]).contains("in which direction"));
    assert!(refusal(windows.snapshot(), &[Edit::ArenaMax(1)]).contains("no thread arena"));
    assert!(refusal(windows.snapshot(), &[Edit::LargeAddressAware]).contains("no 32-bit Windows process"));
}

#[test]
fn a_granularity_is_a_power_of_two_of_at_least_a_page() {
    let linux = samples::named("i386-fragmented.core.zst").load();
    for bytes in [0, 1, 2048, 12_288] {
        assert!(refusal(linux.snapshot(), &[Edit::Granularity(bytes)]).contains("not less than a page"));
    }
    let same = apply(linux.snapshot(), &[Edit::Granularity(4096)]).unwrap();
    assert_eq!(&same, linux.snapshot());
    assert!(apply(linux.snapshot(), &[Edit::Granularity(1 << 63)]).is_ok());
}

// All threads but one have their stacks in one mapping, of which nobody knows whose part is where.
#[test]
fn one_thread_of_a_mapping_of_many_is_not_taken_out() {
    let dump = samples::named("x86_64-shared-stack-vma.core.zst").load_with(&LoadOptions::default());
    let snapshot = dump.snapshot();
    let owner = |t: &fragscope::model::Thread| t.stack.map(|s| s.owner);
    let shared = |t: &&fragscope::model::Thread| snapshot.threads.iter().filter(|o| owner(o) == owner(t)).count() > 1;
    let thread = snapshot.threads.iter().filter(|t| t.stack.is_some()).find(shared).expect("this sample is about them");
    let sentence = refusal(snapshot, &without(Target::Thread(thread.id)));
    assert!(sentence.contains("shares its mapping"), "{sentence}");
    let at = thread.stack.unwrap().range.start();
    assert!(apply(snapshot, &without(Target::Region(at))).is_ok());
    assert!(apply(snapshot, &without(Target::Kind(fragscope::model::OwnerKind::Stack))).is_ok());
}

#[test]
fn nobody_is_taken_out_twice() {
    let dump = samples::named("windows-2gb.dmp.zst").load();
    let snapshot = dump.snapshot();
    let thread = snapshot.threads.iter().find(|t| t.stack.is_some()).unwrap();
    let twice = [Edit::Without(Target::Thread(thread.id)), Edit::Without(Target::Thread(thread.id))];
    assert!(refusal(snapshot, &twice).contains("no such thread"));
    let kind = Edit::Without(Target::Kind(fragscope::model::OwnerKind::Teb));
    assert!(apply(snapshot, std::slice::from_ref(&kind)).is_ok(), "pinned owners may go in a what-if");
    assert!(refusal(snapshot, &[kind.clone(), kind]).contains("nothing of the kind teb"));
    let wild = Edit::Rebase { module: Pattern::new("*.exe"), to: Addr(!0xffff) };
    assert!(matches!(apply(snapshot, &[wild]), Err(EditError::Occupied { .. })));
}
