//! What all targets do with their input: everything that the program would do, and the checks of the hostile tests.

use fragscope::load::{self, LoadOptions};

#[path = "../../hostile/invariants.rs"]
mod invariants;
#[path = "../../hostile/rendered.rs"]
mod rendered;

/// Reads the bytes as a dump, and renders and checks what they give.
pub fn examine(bytes: &[u8], options: &LoadOptions) {
    match load::from_bytes(bytes, options).map(rendered::Rendered::of) {
        Ok(rendered) => {
            invariants::check_snapshot(rendered.dump.snapshot());
            rendered.check_json();
        }
        Err(error) => invariants::check_sentence(&error.to_string()),
    }
}

/// The bytes with some at the beginning replaced, so that the fuzzer does not spend its time on other formats.
#[allow(dead_code, reason = "not every target has a header")]
pub fn stamped(bytes: &[u8], stamps: &[(usize, &[u8])]) -> Vec<u8> {
    let mut stamped = bytes.to_vec();
    for (at, stamp) in stamps {
        if let Some(target) = stamped.get_mut(*at..at + stamp.len()) {
            target.copy_from_slice(stamp);
        }
    }
    stamped
}
