//! Logs of debuggers and other tools, alone and beside a map.
#![no_main]

mod common;

use fragscope::load::LoadOptions;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    common::examine(data, &LoadOptions::default());
    let first = b"0:000> lm\nstart    end        module name\n00400000 0040b000   app      (deferred)\n";
    common::examine(&[first, data].concat(), &LoadOptions::default());
});
