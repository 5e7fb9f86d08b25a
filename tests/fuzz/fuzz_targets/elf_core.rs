//! ELF cores of any class, byte order and machine.
#![no_main]

mod common;

use fragscope::load::LoadOptions;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let big_endian = data.get(5) == Some(&2);
    let core: &[u8] = if big_endian { &[0, 4] } else { &[4, 0] };
    common::examine(&common::stamped(data, &[(0, b"\x7fELF"), (16, core)]), &LoadOptions::default());
});
