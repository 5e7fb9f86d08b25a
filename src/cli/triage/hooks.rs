//! Misbehaviour on request, for tests of what becomes of the others. Only with FRAGSCOPE_TRIAGE_HOOKS set does a file that
//! begins with one of these words make its reader do that.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

/// What a file begins with that asks for something.
const MARK: &[u8] = b"fragscope-hook: ";

/// Whether files may ask.
pub fn allowed() -> bool {
    std::env::var_os("FRAGSCOPE_TRIAGE_HOOKS").is_some()
}

/// Does what the file asks for.
pub fn obey(path: &Path) {
    if !std::fs::metadata(path).is_ok_and(|meta| meta.is_file()) {
        return;
    }
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(64).read_to_end(&mut head));
    let Some(word) = head.strip_prefix(MARK).filter(|_| read.is_ok()) else { return };
    match word.trim_ascii() {
        b"abort" => std::process::abort(),
        b"hang" => loop {
            std::thread::sleep(Duration::from_secs(3600));
        },
        b"allocate" => allocate(),
        // The file is there when it is looked for, and gone when it is read.
        b"vanish" => drop(std::fs::remove_file(path)),
        b"exit" => std::process::exit(0),
        _ => {}
    }
}

/// Without end: what is written to is not optimised away.
fn allocate() {
    let mut kept: Vec<Vec<u8>> = Vec::new();
    loop {
        kept.push(vec![1; 16 << 20]);
        std::hint::black_box(&kept);
    }
}
