//! Edits as people type them: `stack-size=256K:worker-*`, `without=thread:17`, `add=64M@0x20000000`.

use super::size::{parse_address, parse_size};
use crate::addr::AddrRange;
use crate::analyze::what_if::{Edit, Pattern, Target};
use crate::model::OwnerKind;

/// The edits, for help.
pub const HELP: &str = "\
Edits:
  stack-size=SIZE[:THREAD-NAME]   thread stacks of at most SIZE, shrunk in place
  without=thread:ID               the stack of that thread
  without=thread-name:NAME        the stacks of threads of that name
  without=module:NAME             modules of that name or path
  without=kind:KIND               all stack, module, heap, mapped-file, private ... owners
  without=region:ADDR             the owner of the region there, wholly
  large-address-aware             the bit of 32-bit Windows executables, on 64-bit Windows
  user-va=SIZE                    that much for a 32-bit Windows process, as by IncreaseUserVa
  pack-modules                    relocatable modules side by side at the top
  rebase=MODULE:ADDR              a module at another address
  granularity=SIZE                another alignment of allocations
  top-down                        mmap's usual search, which reaches every gap (Linux)
  arena-max=N                     at most N glibc arenas, the main one counted
  add=SIZE@ADDR                   something new in a free place
  repack                          closes what earlier edits freed, as a fresh start would
In names * stands for any characters and ? for any one.";

/// What is accepted, for errors.
const FORMS: &str = "stack-size=SIZE[:THREAD-NAME], without=thread:ID, without=thread-name:NAME, without=module:NAME, \
                         without=kind:KIND, without=region:ADDR, large-address-aware, user-va=SIZE, pack-modules, \
                         rebase=MODULE:ADDR, granularity=SIZE, top-down, arena-max=N, add=SIZE@ADDR, repack";

/// Reads one edit.
///
/// # Errors
/// A sentence that names what is wrong and what is accepted.
pub fn parse_edit(text: &str) -> Result<Edit, String> {
    let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
    match (name, value) {
        ("large-address-aware", None) => Ok(Edit::LargeAddressAware),
        ("top-down", None) => Ok(Edit::TopDown),
        ("repack", None) => Ok(Edit::Repack),
        ("pack-modules", None) => Ok(Edit::PackModules),
        ("stack-size", Some(value)) => stack_size(value),
        ("without", Some(value)) => target(value).map(Edit::Without),
        ("user-va", Some(value)) => parse_size(value).map(Edit::UserVa),
        ("rebase", Some(value)) => rebase(value),
        ("granularity", Some(value)) => granularity(value),
        ("arena-max", Some(value)) => arena_max(value),
        ("add", Some(value)) => add(value),
        _ => Err(format!("`{text}` is no edit; there are {FORMS}")),
    }
}

fn stack_size(value: &str) -> Result<Edit, String> {
    let (size, threads) =
        value.split_once(':').map_or((value, None), |(size, names)| (size, Some(Pattern::new(names))));
    let bytes = parse_size(size)?;
    match bytes {
        0 => Err("a stack of 0 bytes is none; name its size, as 256K".into()),
        _ => Ok(Edit::StackSize { bytes, threads }),
    }
}

fn target(value: &str) -> Result<Target, String> {
    let forms = "write thread:ID, thread-name:NAME, module:NAME, kind:KIND or region:ADDR";
    let (what, which) = value.split_once(':').ok_or_else(|| format!("`{value}` names nobody; {forms}"))?;
    match what {
        "thread" => {
            which.parse().map(Target::Thread).map_err(|_| format!("`{which}` is no thread id; write it in decimal"))
        }
        "thread-name" => Ok(Target::ThreadName(Pattern::new(which))),
        "module" => Ok(Target::Module(Pattern::new(which))),
        "kind" => kind(which).map(Target::Kind),
        "region" => parse_address(which).map(Target::Region),
        _ => Err(format!("`{what}` is nothing that can go; {forms}")),
    }
}

fn kind(word: &str) -> Result<OwnerKind, String> {
    let known = || OwnerKind::ALL.map(OwnerKind::name).join(", ");
    OwnerKind::ALL
        .into_iter()
        .find(|k| k.name() == word)
        .ok_or_else(|| format!("`{word}` is no kind; there are {}", known()))
}

/// The address is behind the last colon, for names may have some.
fn rebase(value: &str) -> Result<Edit, String> {
    let (module, addr) =
        value.rsplit_once(':').ok_or_else(|| format!("`{value}` has no address; write rebase=MODULE:ADDR"))?;
    Ok(Edit::Rebase { module: Pattern::new(module), to: parse_address(addr)? })
}

fn granularity(value: &str) -> Result<Edit, String> {
    match parse_size(value)? {
        bytes if bytes.is_power_of_two() => Ok(Edit::Granularity(bytes)),
        bytes => Err(format!("a granularity is a power of two, and {bytes} is none; write 4K or 64K")),
    }
}

fn arena_max(value: &str) -> Result<Edit, String> {
    let number = value.parse().ok().filter(|n| *n > 0);
    number.map(Edit::ArenaMax).ok_or_else(|| format!("`{value}` is no number of arenas; 1 is the least"))
}

fn add(value: &str) -> Result<Edit, String> {
    let (size, addr) = value.split_once('@').ok_or_else(|| format!("`{value}` has no address; write add=SIZE@ADDR"))?;
    let range = AddrRange::from_size(parse_address(addr)?, parse_size(size)?);
    range.map(Edit::Add).ok_or_else(|| format!("`{value}` is an empty range, or ends above 2^64"))
}
