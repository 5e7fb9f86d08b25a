//! What holds for every dump that could be read, and for every sentence of one that could not. The fuzz targets check
//! the same.

use fragscope::model::{AddressSpace, Region, Snapshot};

/// Regions and holes tile the bounds, counted here and not by the space's own methods.
fn check_space(space: &AddressSpace) {
    let bounds = space.bounds().range;
    let mut parts: Vec<(u64, u64)> = space.regions().iter().map(|r| (r.range.start().0, r.range.end().0)).collect();
    parts.extend(space.holes().map(|h| (h.range.start().0, h.range.end().0)));
    parts.sort_unstable();
    let mut border = bounds.start().0;
    for (start, end) in parts {
        assert!(start == border && start < end, "{start:#x}..{end:#x} does not begin at {border:#x}");
        border = end;
    }
    assert_eq!(border, bounds.end().0, "the parts do not reach the ceiling");
}

/// The map is a partition, and what its regions refer to exists.
pub fn check_snapshot(snapshot: &Snapshot) {
    check_space(&snapshot.space);
    let known = |region: &Region| (region.owner.0 as usize) < snapshot.owners.len();
    assert!(snapshot.space.regions().iter().all(known), "a region has an owner that does not exist");
    let files = snapshot.files.len();
    let named = |region: &Region| region.backing.is_none_or(|file| (file.0 as usize) < files);
    assert!(snapshot.space.regions().iter().all(named), "a region is backed by a file that does not exist");
    assert!(!snapshot.diagnostics.has("internal"), "{:?}", snapshot.diagnostics);
}

/// One line, no control characters that could play tricks with a terminal, of a length that people read.
pub fn check_sentence(sentence: &str) {
    let printable = !sentence.chars().any(char::is_control);
    assert!(printable, "not printable: {sentence:?}");
    assert!((20..600).contains(&sentence.len()), "not a sentence: {sentence:?}");
}
