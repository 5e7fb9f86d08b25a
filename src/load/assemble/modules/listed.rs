//! Windows (and dumps without a map): modules as the dump lists them.

use super::{Headers, add, pe_header};
use crate::addr::AddrRange;
use crate::load::assemble::Draft;
use crate::model::Os;

/// Claims the listed modules that no run of mappings has shown already.
pub(super) fn claim(draft: &mut Draft<'_>) {
    let known: Vec<AddrRange> = draft.modules.iter().map(|m| m.range).collect();
    for (i, listed) in draft.facts.modules.iter().enumerate() {
        // A run begins where the file is mapped; Breakpad lists the base from the program headers, inside of it.
        let next = known.partition_point(|k| k.start() <= listed.range.start());
        let shown = next.checked_sub(1).and_then(|k| known.get(k)).is_some_and(|k| k.contains(listed.range.start()));
        if shown {
            continue;
        }
        let headers = headers_of(draft, listed.range);
        if i == 0 && draft.platform.os == Some(Os::Windows) {
            draft.large_address_aware = headers.large_address_aware;
        }
        let windows = draft.platform.os == Some(Os::Windows);
        let load_order = u32::try_from(i).ok().filter(|_| windows);
        let headers = Headers { id: listed.id.clone().or(headers.id.clone()), load_order, ..headers };
        add(draft, &listed.path, listed.range, headers, i == 0);
    }
}

fn headers_of(draft: &Draft<'_>, range: AddrRange) -> Headers {
    match draft.platform.os {
        Some(Os::Windows) => pe_header::read(&draft.memory, range.start()),
        _ => Headers::default(),
    }
}
