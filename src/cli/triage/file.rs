//! Whether there is a file, before it is opened: opening a pipe waits for somebody to write into it.

use std::fs::Metadata;
use std::path::Path;

/// What the system knows of a plain file.
///
/// # Errors
/// A sentence: it is not there, or something else is.
pub fn plain_file(path: &Path) -> Result<Metadata, String> {
    if path.as_os_str().is_empty() {
        return Err("it has no name; the list of inputs has an empty line".into());
    }
    let meta = std::fs::metadata(path).map_err(|e| format!("it cannot be opened: {e}"))?;
    match meta.is_file() {
        true => Ok(meta),
        false if meta.is_dir() => Err("it is a folder, and a dump file was expected".into()),
        false => Err(format!("it is {}, and a dump file was expected", special(&meta))),
    }
}

#[cfg(unix)]
fn special(meta: &Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    let kind = meta.file_type();
    match () {
        () if kind.is_fifo() => "a pipe",
        () if kind.is_socket() => "a socket",
        () if kind.is_block_device() || kind.is_char_device() => "a device",
        () => "no plain file",
    }
}

#[cfg(not(unix))]
fn special(_: &Metadata) -> &'static str {
    "no plain file"
}
