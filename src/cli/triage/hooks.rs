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

/// Does what a plain file asks for.
pub fn obey_file(path: &Path) {
    let mut head = Vec::new();
    if File::open(path).and_then(|file| file.take(64).read_to_end(&mut head)).is_err() {
        return;
    }
    if word_in(&head) == Some(b"vanish") {
        // It is there when it is looked for, and gone when it is read.
        let _ = std::fs::remove_file(path);
    }
    obey(&head);
}

fn word_in(head: &[u8]) -> Option<&[u8]> {
    head.strip_prefix(MARK).map(<[u8]>::trim_ascii)
}

/// Does what a file with this beginning asks for.
pub fn obey(head: &[u8]) {
    match word_in(head).unwrap_or_default() {
        b"abort" => std::process::abort(),
        b"hang" => loop {
            std::thread::sleep(Duration::from_secs(3600));
        },
        b"allocate" => allocate(),
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
