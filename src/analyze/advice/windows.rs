//! A larger address space for 32-bit Windows processes.

use super::{Advice, Patient, Remedy};
use crate::analyze::what_if::Edit;
use crate::model::{Os, PointerWidth, Snapshot};

/// What 32-bit Windows gives at most.
const THREE_GIB: u64 = 3 << 30;

/// The bit where it is not set, and IncreaseUserVa where it is, or is not known.
pub(super) fn try_it(patient: &Patient<'_>) -> Vec<Advice> {
    let platform = &patient.snapshot.platform;
    if platform.os != Some(Os::Windows) || platform.width != PointerWidth::Bits32 {
        return Vec::new();
    }
    let aware = patient.snapshot.limits.large_address_aware;
    let bit = (aware != Some(true)).then(|| the_bit(patient, aware)).flatten();
    let user_va = (aware == Some(true)).then(|| {
        let what =
            "3 GiB of user address space: the large-address-aware bit is set, yet the process has less".to_owned();
        let how = vec!["on 32-bit Windows `bcdedit /set IncreaseUserVa 3072`; a 64-bit Windows gives 4 GiB".to_owned()];
        patient.attempt(Remedy::UserVa, vec![Edit::UserVa(THREE_GIB)], what, how)
    });
    bit.into_iter().chain(user_va.flatten()).collect()
}

fn the_bit(patient: &Patient<'_>, aware: Option<bool>) -> Option<Advice> {
    let state = if aware == Some(false) { "is not set" } else { "is not known to be set" };
    let on = if on_64_bit(patient.snapshot) { "on this 64-bit Windows" } else { "if this is a 64-bit Windows" };
    let what = format!("the executable's large-address-aware bit, which {state}: 4 GiB {on}");
    let mut how = vec!["link with /LARGEADDRESSAWARE, or `editbin /LARGEADDRESSAWARE app.exe`".to_owned()];
    if !on_64_bit(patient.snapshot) {
        let sentence =
            "on 32-bit Windows the bit gives 3 GiB at most, and only with `bcdedit /set IncreaseUserVa 3072`";
        how.push(sentence.to_owned());
    }
    patient.attempt(Remedy::LargeAddressAware, vec![Edit::LargeAddressAware], what, how)
}

/// Whether a 64-bit Windows ran it for sure: its layer for 32-bit programs is loaded, or something lies where a 32-bit
/// Windows has the kernel.
fn on_64_bit(snapshot: &Snapshot) -> bool {
    let layer = |name: &str| name.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("wow64"));
    let above = snapshot.space.regions().last().is_some_and(|r| r.range.end().0 > THREE_GIB);
    above || snapshot.modules.iter().any(|m| layer(&m.name))
}
