//! Stacks of several threads in one mapping, where no memory tells their borders: nothing is counted twice, and
//! nothing is made up. The sample has 36 stacks of 8 MiB in a few mappings (glibc 2.43).

use fragscope::analyze::analyze;
use fragscope::load::{Dump, LoadOptions};
use fragscope::model::{OwnerKind, StackSource};

use crate::samples;

fn without_memory() -> Dump<'static> {
    let sample = samples::named("x86_64-shared-stack-vma.core.zst");
    sample.load_with(&LoadOptions::default())
}

#[test]
fn a_shared_mapping_is_counted_once() {
    let dump = without_memory();
    let analysis = analyze(dump.snapshot());
    let stacks = analysis.totals.by_kind.iter().find(|k| k.kind == OwnerKind::Stack).unwrap();
    assert_eq!(analysis.stacks.reserved, stacks.bytes);
    assert_eq!(analysis.stacks.committed, stacks.committed);
}

#[test]
fn a_shared_mapping_belongs_to_living_threads() {
    let dump = without_memory();
    assert_eq!(analyze(dump.snapshot()).stacks.ownerless, 0);
}

#[test]
fn what_a_thread_uses_of_a_shared_mapping_is_not_known() {
    let dump = without_memory();
    let stacks = || dump.snapshot().threads.iter().filter_map(|t| t.stack);
    let alone = stacks().filter(|s| s.source == StackSource::Region).count();
    assert_eq!(alone, 3, "the main thread and those with a mapping of their own");
    assert!(stacks().filter(|s| s.source == StackSource::SharedRegion).all(|s| s.used.is_none()));
}
