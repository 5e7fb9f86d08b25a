//! /proc/PID/maps and smaps.
#![no_main]

mod common;

use fragscope::load::LoadOptions;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let first = b"00010000-00011000 r-xp 00000000 fe:00 1 /bin/x\n";
    common::examine(&[first, data].concat(), &LoadOptions::default());
});
