//! Names of owners and groups without what differs from run to run.

use crate::analyze::groups::{By, OwnerGroup, pattern};
use crate::model::{Os, Owner, OwnerKind};
use crate::units::Bytes;

/// Characters of a name that are kept: file systems allow no longer names of files.
const LONGEST: usize = 255;

/// An owner that is in no group, and takes so many bytes.
pub(super) fn family(owner: Option<&Owner>, bytes: u64, os: Option<Os>) -> String {
    let Some(owner) = owner else { return OwnerKind::Unknown.name().into() };
    match (owner.kind, owner.name.as_deref()) {
        (OwnerKind::Stack, Some(name)) if owner.thread_id.is_some() => pool(name),
        (OwnerKind::Module, Some(path)) => module(path, os),
        (OwnerKind::MappedFile, Some(path)) => mappings_of(path, os),
        (OwnerKind::Private | OwnerKind::Shared | OwnerKind::MappedFile, _) => of_size(owner.kind.name(), bytes),
        (OwnerKind::Heap, _) => match owner.heap_class() {
            Some(class) if class.is_told_by_size() => of_size(class.name(), bytes),
            _ => owner.kind.name().to_owned(),
        },
        (kind, _) => kind.name().to_owned(),
    }
}

/// A group as a family of owners.
pub(super) fn group_name(group: &OwnerGroup, os: Option<Os>) -> String {
    match group.by {
        By::ThreadName => pool(&group.name),
        By::StackSize | By::Shape => group.name.to_string(),
        By::Folder => format!("modules in {}", folder(&group.name, os)),
        By::File => mappings_of(&group.name, os),
    }
}

/// All owners of a kind that can move or go.
pub(super) fn all_of(kind: OwnerKind) -> String {
    match kind {
        OwnerKind::Stack => "stacks".into(),
        OwnerKind::Module => "modules".into(),
        OwnerKind::Heap => "heaps".into(),
        OwnerKind::MappedFile => "mapped files".into(),
        kind => format!("{} mappings", kind.name()),
    }
}

fn pool(name: &str) -> String {
    format!("stacks of {}", kept(&pattern(name)))
}

fn mappings_of(path: &str, os: Option<Os>) -> String {
    format!("mappings of {}", kept(&pattern(&as_known(file_name(path), os))))
}

/// A single mapping by the powers of two that its size lies between: its exact size is often a matter of chance.
fn of_size(what: &str, bytes: u64) -> String {
    let from = bytes.checked_ilog2().map_or(0, |power| 1 << power);
    format!("{what} of {} to {}", Bytes(from), Bytes(from.saturating_mul(2)))
}

/// The name of a module without folders and versions: another release is the same module, and homes differ.
fn module(path: &str, os: Option<Os>) -> String {
    kept(&without_version(&as_known(file_name(path), os)))
}

fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or(path)
}

/// The innermost folder that is not named by a version.
fn folder(path: &str, os: Option<Os>) -> String {
    let is_name = |part: &&str| {
        let plain = part.strip_prefix(['v', 'V']).unwrap_or(part);
        !plain.is_empty() && !plain.starts_with(|c: char| c.is_ascii_digit())
    };
    kept(&as_known(path.rsplit(['/', '\\']).find(is_name).unwrap_or(path), os))
}

/// Windows does not tell upper case from lower, and its tools print either.
fn as_known(name: &str, os: Option<Os>) -> String {
    if os == Some(Os::Windows) { name.to_lowercase() } else { name.to_owned() }
}

/// `libz.so.1.2.13` is `libz.so`, `libc-2.31.so` is `libc.so`, `d3d11.dll` stays.
fn without_version(name: &str) -> String {
    let is_version = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let name = match name.split_once(".so.") {
        Some((stem, version)) if is_version(version) => format!("{stem}.so"),
        _ => name.to_owned(),
    };
    let parts = name.rsplit_once('.').and_then(|(stem, end)| Some((stem.rsplit_once('-')?, end)));
    match parts {
        Some(((stem, version), end)) if is_version(version) && !stem.is_empty() => format!("{stem}.{end}"),
        _ => name,
    }
}

fn kept(name: &str) -> String {
    name.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_files_are_left_out() {
        for (name, expected) in [
            ("libz.so.1.2.13", "libz.so"),
            ("libc-2.31.so", "libc.so"),
            ("libpython3.11.so.1.0", "libpython3.11.so"),
            ("d3d11.dll", "d3d11.dll"),
            ("plugin-1.4.2.dll", "plugin.dll"),
            ("libfoo.so.old", "libfoo.so.old"),
            ("ld-linux.so.2", "ld-linux.so"),
            ("-1.so", "-1.so"),
            ("app", "app"),
        ] {
            assert_eq!(without_version(name), expected, "{name}");
        }
    }

    #[test]
    fn folders_are_called_by_their_innermost_name() {
        assert_eq!(folder(r"C:\Users\ann\AppData\Local\Acme\Application\120.0.1", Some(Os::Windows)), "application");
        assert_eq!(folder("/opt/acme/v1.2", Some(Os::Linux)), "acme");
        assert_eq!(folder("/usr/lib/i386-linux-gnu", Some(Os::Linux)), "i386-linux-gnu");
        assert_eq!(folder("/1/2", None), "/1/2");
    }

    #[test]
    fn modules_of_windows_have_no_upper_case() {
        assert_eq!(module(r"C:\Windows\System32\KERNEL32.DLL", Some(Os::Windows)), "kernel32.dll");
        assert_eq!(module("/usr/lib/libQt5.so", Some(Os::Linux)), "libQt5.so");
    }
}
