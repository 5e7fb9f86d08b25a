//! `diff`: the culprit of generated pairs, laws on random spaces, small made pairs, the bundled ones as files.

mod bundled;
#[cfg(target_os = "linux")]
mod generated;
mod laws;
mod made;
mod program;

use fragscope::load::{Dump, LoadOptions, from_bytes};

/// A maps file, loaded.
pub fn maps(text: &str) -> Dump<'static> {
    from_bytes(Box::leak(text.to_owned().into_boxed_str()).as_bytes(), &LoadOptions::default()).unwrap()
}
