//! A larger address space for 32-bit Windows processes.

use super::{Advice, Patient, Remedy};
use crate::analyze::what_if::Edit;
use crate::model::{Os, PointerWidth};

/// What 32-bit Windows gives at most.
const THREE_GIB: u64 = 3 << 30;

/// The bit where it is not set, and IncreaseUserVa where it is, or is not known.
pub(super) fn try_it(patient: &Patient<'_>) -> Vec<Advice> {
    let platform = &patient.snapshot.platform;
    if platform.os != Some(Os::Windows) || platform.width != PointerWidth::Bits32 {
        return Vec::new();
    }
    let aware = patient.snapshot.limits.large_address_aware;
    let bit = (aware != Some(true)).then(|| {
        let state = if aware == Some(false) { "is not set" } else { "is not known to be set" };
        let what = format!("the executable's large-address-aware bit, which {state}: 4 GiB on 64-bit Windows");
        let how = vec!["link with /LARGEADDRESSAWARE, or `editbin /LARGEADDRESSAWARE app.exe`".to_owned()];
        patient.attempt(Remedy::LargeAddressAware, vec![Edit::LargeAddressAware], what, how)
    });
    let user_va = (aware == Some(true)).then(|| {
        let what = "3 GiB of user address space, for the bit is set and this Windows gives 2 GiB".to_owned();
        let how =
            vec!["on 32-bit Windows `bcdedit /set IncreaseUserVa 3072`; on 64-bit Windows it has 4 GiB".to_owned()];
        patient.attempt(Remedy::UserVa, vec![Edit::UserVa(THREE_GIB)], what, how)
    });
    [bit, user_va].into_iter().flatten().flatten().collect()
}
