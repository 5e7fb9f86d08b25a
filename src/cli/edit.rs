//! Edits as people type them: `stack-size=256K:worker-*`, `without=thread:17`, `add=64M@0x20000000`.

use super::size::{parse_address, parse_size};
use crate::addr::AddrRange;
use crate::analyze::what_if::{Edit, Pattern, Target};
use crate::model::OwnerKind;
use crate::report::escape::shortened;

/// Characters of what was typed that an error repeats.
const QUOTED: usize = 80;

/// The edits, for help.
pub const HELP: &str = "\
Edits:
  stack-size=SIZE[:THREAD-NAME]   thread stacks of at most SIZE, shrunk in place
  without=thread:ID               the stack of that thread
  without=thread-name:NAME        the stacks of threads of that name
  without=module:NAME             modules of that name or path
  without=kind:KIND               all stack, module, heap, mapped-file, private ... owners
  without=heap:NAME               pieces of heaps of that name: 'arena 3*', 'mmapped chunk', 'CPython arena'
  without=region:ADDR             the owner of the region there, wholly
  without=file:NAME               mappings of files of that name or path, other than modules
  without=shape:NAME              mappings of that shape, as the groups of a report name them
  without=state:reserved          private memory of which nothing is committed
  large-address-aware             the bit of 32-bit Windows executables, on 64-bit Windows
  user-va=SIZE                    2G to 3G for a 32-bit Windows process, as by IncreaseUserVa (needs the bit)
  pack-modules                    relocatable modules side by side at the top
  rebase=MODULE:ADDR              a module at another address
  granularity=SIZE                another alignment of allocations
  top-down                        mmap's usual search, which reaches every gap (Linux)
  mmap-threshold=SIZE             what looks like smaller mappings of glibc's malloc in its heap
  arena-max=N                     at most N glibc arenas, the main one counted
  add=SIZE@ADDR                   something new in a free place
  unmap=SIZE@ADDR                 a range given back, of whoever has it
  repack                          closes what earlier edits freed, as a fresh start would
In names * stands for any characters and ? for any one.";

/// What is accepted, for errors.
const FORMS: &str = "stack-size=SIZE[:THREAD-NAME], without=thread:ID, without=thread-name:NAME, without=module:NAME, \
                         without=kind:KIND, without=heap:NAME, without=region:ADDR, without=file:NAME, \
                         without=shape:NAME, without=state:reserved, large-address-aware, user-va=SIZE, pack-modules, \
                         rebase=MODULE:ADDR, granularity=SIZE, top-down, mmap-threshold=SIZE, arena-max=N, \
                         add=SIZE@ADDR, unmap=SIZE@ADDR, repack";

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
        ("mmap-threshold", Some(value)) => parse_size(value).map(Edit::MmapThreshold),
        ("arena-max", Some(value)) => arena_max(value),
        ("add", Some(value)) => place(value, "add").map(Edit::Add),
        ("unmap", Some(value)) => place(value, "unmap").map(Edit::Unmap),
        _ => Err(format!("`{}` is no edit; there are {FORMS}", shortened(text, QUOTED))),
    }
}

fn stack_size(value: &str) -> Result<Edit, String> {
    let (size, threads) = value.split_once(':').map_or((value, None), |(size, names)| (size, Some(names)));
    let bytes = parse_size(size)?;
    let threads = threads.map(pattern).transpose()?;
    match bytes {
        0 => Err("a stack of 0 bytes is none; name its size, as 256K".into()),
        _ => Ok(Edit::StackSize { bytes, threads }),
    }
}

fn target(value: &str) -> Result<Target, String> {
    let forms = "write thread:ID, thread-name:NAME, module:NAME, kind:KIND, heap:NAME, region:ADDR, \
                 file:NAME, shape:NAME or state:reserved";
    let (what, which) = value.split_once(':').ok_or_else(|| format!("`{value}` names nobody; {forms}"))?;
    match what {
        "thread" => thread(which),
        "thread-name" => pattern(which).map(Target::ThreadName),
        "module" => pattern(which).map(Target::Module),
        "kind" => kind(which).map(Target::Kind),
        "heap" => pattern(which).map(Target::Heap),
        "file" => pattern(which).map(Target::File),
        "shape" => pattern(which).map(Target::Shape),
        "state" if which == "reserved" => Ok(Target::Reserved),
        "state" => Err(format!("`{which}` is no state that can go; write state:reserved")),
        "region" => parse_address(which).map(Target::Region),
        _ => Err(format!("`{what}` is nothing that can go; {forms}")),
    }
}

/// Thread ids are decimal, and hexadecimal behind 0x, as WinDbg has them.
fn thread(which: &str) -> Result<Target, String> {
    let id = match which.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok().filter(|_| !hex.starts_with('+')),
        None => which.parse().ok().filter(|_| !which.starts_with('+')),
    };
    id.map(Target::Thread).ok_or_else(|| format!("`{which}` is no thread id; write it as 17 or 0x11"))
}

/// A name with `*` and `?`, which must be some name, and not longer than any name is.
fn pattern(text: &str) -> Result<Pattern, String> {
    match text.chars().count() {
        0 => Err("the name is missing; write one, where * stands for any characters".into()),
        1..=Pattern::LONGEST => Ok(Pattern::new(text)),
        length => Err(format!("a name has at most {} characters, and this one {length}", Pattern::LONGEST)),
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
    Ok(Edit::Rebase { module: pattern(module)?, to: parse_address(addr)? })
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

fn place(value: &str, edit: &str) -> Result<AddrRange, String> {
    let (size, addr) =
        value.split_once('@').ok_or_else(|| format!("`{value}` has no address; write {edit}=SIZE@ADDR"))?;
    let range = AddrRange::from_size(parse_address(addr)?, parse_size(size)?);
    range.ok_or_else(|| format!("`{value}` is an empty range, or ends above 2^64"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_may_have_colons_stars_and_line_ends() {
        for text in [
            "stack-size=256K:a:b*",
            r"without=module:C:\x\*.dll",
            "without=thread-name:a\nb=c",
            r"rebase=C:\x\y.dll:0x10000000",
            "add=3@0x1000",
            "unmap=8K@0x1000",
            "without=region:0x1",
            "arena-max=2",
        ] {
            assert_eq!(parse_edit(text).unwrap().to_string(), text);
        }
        let Ok(Edit::Rebase { module, .. }) = parse_edit("rebase=a:b:0x10000") else { panic!("a colon in a name") };
        assert_eq!(module.text(), "a:b");
        assert_eq!(parse_edit("without=thread:0x11"), Ok(Edit::Without(Target::Thread(17))));
    }

    #[test]
    fn what_is_no_edit_is_refused_with_what_is_accepted() {
        for (text, said) in [
            ("", "there are stack-size"),
            ("stack-size", "is no edit"),
            ("stack-size=256K:", "the name is missing"),
            ("without=module:", "the name is missing"),
            ("without=thread:+5", "no thread id"),
            ("pack-modules=1", "is no edit"),
            ("granularity=0", "power of two"),
            ("arena-max=0", "1 is the least"),
            ("add=0@0x1000", "empty range"),
            ("unmap=4K", "write unmap=SIZE@ADDR"),
            ("unmap=0@0x1000", "empty range"),
            ("add=2@0xffffffffffffffff", "empty range"),
            ("rebase=x", "has no address"),
            ("without=kind:cat", "there are stack, module"),
        ] {
            let sentence = parse_edit(text).unwrap_err();
            assert!(sentence.contains(said), "{text}: {sentence}");
        }
        let long = parse_edit(&format!("without=module:{}", "*a".repeat(50_000))).unwrap_err();
        assert!(long.contains("at most") && long.len() < 200, "{long}");
        assert!(parse_edit(&"x".repeat(100_000)).unwrap_err().len() < 1_000);
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_again(text in "(without=(thread-name|module):|stack-size=4K:).{1,20}") {
            let edit = parse_edit(&text).unwrap();
            prop_assert_eq!(edit.to_string(), text);
        }

        #[test]
        fn nothing_panics(text in ".{0,40}") {
            let _ = parse_edit(&text);
        }
    }
}
