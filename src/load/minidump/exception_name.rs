//! Names of signals and exceptions, from the enums of `minidump-common`.

use minidump_common::errors::{ExceptionCodeLinux, ExceptionCodeMac, ExceptionCodeWindows, NtStatusWindows};
use num_traits::FromPrimitive;

use crate::model::Os;

/// The name of `code` on this system: `SIGSEGV`, `EXCEPTION_ACCESS_VIOLATION`, `EXC_BAD_ACCESS`; `None` if it has none.
pub(super) fn of(os: Option<Os>, code: u32) -> Option<String> {
    match os? {
        Os::Linux | Os::Android => ExceptionCodeLinux::from_u32(code).map(|c| format!("{c:?}")),
        Os::Windows => windows(code),
        Os::MacOs | Os::Ios => ExceptionCodeMac::from_u32(code).map(|c| format!("{c:?}")),
        Os::FreeBsd | Os::NetBsd => None,
    }
}

fn windows(code: u32) -> Option<String> {
    let exception = ExceptionCodeWindows::from_u32(code).map(|c| format!("{c:?}"));
    exception.or_else(|| NtStatusWindows::from_u32(code).map(|c| format!("{c:?}")))
}
