//! From arguments as typed to options that the library takes, or a sentence why not.

use std::ffi::OsString;

use super::args::{Input, Space};
use crate::load::LoadOptions;
use crate::load::redact::Redaction;
use crate::model::{Request, RequestSource};

/// Checks what the parser could not: how arguments relate.
///
/// # Errors
/// One sentence that names the argument and what to write instead.
pub fn load_options(input: &Input, space: &Space) -> Result<LoadOptions, String> {
    let granularity = space.granularity.map(checked_granularity).transpose()?;
    if space.ceiling.is_some_and(|c| c.0 == 0) {
        return Err("--ceiling is the first address after the address space, and 0 leaves none".into());
    }
    Ok(LoadOptions {
        ceiling: space.ceiling,
        granularity,
        window: space.window,
        assume_used: space.assume_used.clone(),
        request: space.need.map(|(size, align)| Request { size, align, source: RequestSource::User }),
        deep: input.deep,
        redact: redaction(input),
    })
}

/// What `--redact` asks for, with the key of the environment.
pub fn redaction(input: &Input) -> Option<Redaction> {
    input.redact.then(redaction_by_environment)
}

/// How names are hidden where that is asked for.
pub fn redaction_by_environment() -> Redaction {
    Redaction { key: std::env::var_os("FRAGSCOPE_REDACT_KEY").map(OsString::into_encoded_bytes) }
}

fn checked_granularity(bytes: u64) -> Result<u64, String> {
    match bytes.is_power_of_two() {
        true => Ok(bytes),
        false => Err(format!("--granularity is a power of two, and {bytes} is none; write 4K or 64K")),
    }
}
