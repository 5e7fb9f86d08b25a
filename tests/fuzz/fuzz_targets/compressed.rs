//! Compressed input of every kind, read by its prefix and whole.
#![no_main]

mod common;

use fragscope::load::LoadOptions;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    common::examine(data, &LoadOptions::default());
    common::examine(data, &LoadOptions { deep: true, ..LoadOptions::default() });
});
