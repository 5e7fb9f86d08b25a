//! Minidumps.
#![no_main]

mod common;

use fragscope::load::LoadOptions;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    common::examine(&common::stamped(data, &[(0, b"MDMP")]), &LoadOptions::default());
});
