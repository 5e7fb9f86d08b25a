//! The command that makes the same report again, ready for a POSIX shell: rebuilt from the arguments as they were
//! understood, with all that change the result.

use std::ffi::{OsStr, OsString};
use std::fmt::Write;
use std::path::Path;

use super::args::{At, Diff, Fit, Heap, Input, Map, Report, Space, Threads, WhatIf};
use super::checked::redaction_by_environment;
use crate::addr::AddrRange;
use crate::analyze::what_if::Edit;
use crate::load::redact::Redactor;
use crate::report::Around;
use crate::units::plain_size;

/// `report` as Markdown.
pub fn of_report(args: &Report, redactor: Option<&Redactor>) -> String {
    let mut command = Command::new("report", &args.input, redactor);
    command.space(&args.space);
    command.flag("--all", args.all);
    command.flag("--explain", args.explain);
    command.finish()
}

/// `threads` as Markdown.
pub fn of_threads(args: &Threads, redactor: Option<&Redactor>) -> String {
    Command::new("threads", &args.input, redactor).finish()
}

/// `at` as Markdown.
pub fn of_at(args: &At, redactor: Option<&Redactor>) -> String {
    let mut command = Command::new("at", &args.input, redactor);
    command.arguments.push(format!("{:#x}", args.addr.0));
    command.space(&args.space);
    command.finish()
}

/// `fit` as Markdown.
pub fn of_fit(args: &Fit, redactor: Option<&Redactor>) -> String {
    let mut command = Command::new("fit", &args.input, redactor);
    let (size, align) = args.request;
    let align = align.map(|align| format!(":{}", plain_size(align))).unwrap_or_default();
    command.arguments.push(format!("{}{align}", plain_size(size)));
    command.space(&args.space);
    command.flag("--all", args.all);
    command.flag("--explain", args.explain);
    command.finish()
}

/// `heap` as Markdown.
pub fn of_heap(args: &Heap, redactor: Option<&Redactor>) -> String {
    let mut command = Command::new("heap", &args.input, redactor);
    command.space(&args.space);
    command.flag("--all", args.all);
    command.flag("--show-memory", args.show_memory);
    command.flag("--explain", args.explain);
    command.finish()
}

/// `what-if` as Markdown, with the edits as they may be shown.
pub fn of_what_if(args: &WhatIf, edits: &[Edit], redactor: Option<&Redactor>) -> String {
    let mut command = Command::new("what-if", &args.input, redactor);
    command.flag("--explain", args.explain);
    command.arguments.extend(edits.iter().map(|edit| quoted(OsStr::new(&edit.to_string()))));
    command.space(&args.space);
    command.finish()
}

/// `diff` as Markdown. `inputs` are the dumps in order, each with what hides its names.
pub fn of_diff(args: &Diff, inputs: &[(Input, Option<&Redactor>)]) -> String {
    let Some((first, rest)) = inputs.split_first() else { return String::new() };
    let mut command = Command::new("diff", &first.0, first.1);
    for (input, redactor) in rest {
        let other = Command::new("diff", input, *redactor);
        command.like_option |= other.like_option;
        command.arguments.extend(other.arguments);
    }
    command.flag("--all", args.all);
    command.flag("--explain", args.explain);
    command.space(&args.space);
    command.finish()
}

/// `map` as Markdown, as wide as it was drawn.
pub fn of_map(args: &Map, columns: usize, redactor: Option<&Redactor>) -> String {
    let mut command = Command::new("map", &args.input, redactor);
    command.arguments.extend(args.range.map(range));
    if let Some(cell) = args.cell {
        command.value("--cell", &plain_size(cell));
    }
    if let Some(around) = &args.around {
        command.value("--around", &quoted(OsStr::new(&place(around))));
    }
    command.value("--width", &columns.to_string());
    command.space(&args.space);
    command.finish()
}

fn place(around: &Around) -> String {
    match around {
        Around::LargestGap => "largest-gap".to_owned(),
        Around::Thread(id) => format!("thread:{id}"),
        Around::Module(name) => format!("module:{name}"),
        Around::Addr(addr) => format!("{:#x}", addr.0),
    }
}

/// Longest command that is shown, in bytes: a shell's `*` types many names.
const LONGEST: usize = 2000;

/// The command as it was typed; `None` if nobody would read it.
pub fn as_typed(redact: bool) -> Option<String> {
    let words = std::env::args_os().skip(1).map(|word| quoted(&word));
    let command = words.fold("fragscope".to_owned(), |command, word| format!("{command} {word}"));
    let shown = match redact {
        true => {
            let mut redactor = Redactor::new(&redaction_by_environment());
            redactor.learn(&command);
            redactor.apply(&command)
        }
        false => command,
    };
    (shown.len() <= LONGEST).then_some(shown)
}

/// A command in the making: the arguments in order, and the options behind them.
struct Command {
    name: &'static str,
    arguments: Vec<String>,
    options: String,
    /// Whether the dump's name would be taken for an option.
    like_option: bool,
}

impl Command {
    /// With the dump as it was typed, or as the redactor shows it.
    fn new(name: &'static str, input: &Input, redactor: Option<&Redactor>) -> Command {
        let shown = |path: &Path| match redactor {
            Some(redactor) => OsString::from(redactor.apply(&path.to_string_lossy())),
            None => path.as_os_str().to_owned(),
        };
        let dump = shown(&input.dump);
        let bytes = dump.as_encoded_bytes();
        let like_option = bytes.starts_with(b"-") && bytes != b"-";
        let mut command = Command { name, arguments: vec![quoted(&dump)], options: String::new(), like_option };
        for path in &input.with {
            // With `=`, a name that begins with a dash is no option.
            let _ = write!(command.options, " --with={}", quoted(&shown(path)));
        }
        command.flag("--deep", input.deep);
        command.flag("--no-stop", input.no_stop);
        command.flag("--redact", input.redact);
        command
    }

    fn flag(&mut self, flag: &str, given: bool) {
        if given {
            self.options.push(' ');
            self.options.push_str(flag);
        }
    }

    fn value(&mut self, option: &str, value: &str) {
        // Writing to a string does not fail.
        let _ = write!(self.options, " {option} {value}");
    }

    fn space(&mut self, space: &Space) {
        if let Some((size, align)) = space.need {
            let align = align.map(|a| format!(":{}", plain_size(a))).unwrap_or_default();
            self.value("--need", &format!("{}{align}", plain_size(size)));
        }
        if let Some(window) = space.window {
            self.value("--window", &range(window));
        }
        if let Some(ceiling) = space.ceiling {
            self.value("--ceiling", &format!("{:#x}", ceiling.0));
        }
        if let Some(granularity) = space.granularity {
            self.value("--granularity", &plain_size(granularity));
        }
        space.assume_used.iter().for_each(|used| self.value("--assume-used", &range(*used)));
    }

    fn finish(mut self) -> String {
        self.value("--format", "markdown");
        let arguments = self.arguments.join(" ");
        match self.like_option {
            true => format!("fragscope {}{} -- {arguments}", self.name, self.options),
            false => format!("fragscope {} {arguments}{}", self.name, self.options),
        }
    }
}

fn range(range: AddrRange) -> String {
    format!("{:#x}-{:#x}", range.start().0, range.end().0)
}

/// A word that a POSIX shell takes as this one. Bytes that a terminal would obey are made by `printf`.
fn quoted(word: &OsStr) -> String {
    let bytes = word.as_encoded_bytes();
    let usual = |b: &u8| b.is_ascii_alphanumeric() || b"/._-+,:@%=^".contains(b);
    match std::str::from_utf8(bytes) {
        Ok(text) if !bytes.is_empty() && bytes.iter().all(usual) => text.to_owned(),
        Ok(text) if !text.chars().any(is_unprintable) => format!("'{}'", text.replace('\'', "'\\''")),
        _ => printed(bytes),
    }
}

fn is_unprintable(c: char) -> bool {
    !matches!(c, ' '..='~') && !c.is_alphanumeric()
}

/// `"$(printf '…')"`, which drops line ends behind, so that these stand for themselves. A `-` in front would be an option.
fn printed(bytes: &[u8]) -> String {
    let ends = bytes.iter().rev().take_while(|b| **b == b'\n').count();
    let (front, ends) = bytes.split_at(bytes.len() - ends);
    let mut text = String::from("\"$(printf '");
    for byte in front {
        let _ = match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b' ' => {
                write!(text, "{}", char::from(*byte))
            }
            _ => write!(text, "\\{byte:03o}"),
        };
    }
    text.push_str("')\"");
    if !ends.is_empty() {
        let _ = write!(text, "'{}'", "\n".repeat(ends.len()));
    }
    text
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::ffi::OsStrExt;
    use std::process::Command as Process;

    use proptest::prelude::*;

    /// What `sh` makes of a line: its words.
    #[allow(clippy::unwrap_used, reason = "a test that fails panics")]
    fn split_by_sh(line: &str) -> Vec<Vec<u8>> {
        let script = format!("for word in {line}; do printf '%s\\000' \"$word\"; done");
        let out = Process::new("sh").arg("-c").arg(script).output().unwrap().stdout;
        out.strip_suffix(b"\0").unwrap_or_default().split(|b| *b == 0).map(<[u8]>::to_vec).collect()
    }

    #[test]
    fn ordinary_paths_are_not_quoted() {
        assert_eq!(quoted(OsStr::new("sample-dumps/windows-2gb.dmp.zst")), "sample-dumps/windows-2gb.dmp.zst");
        assert_eq!(quoted(OsStr::new("a b")), "'a b'");
        assert_eq!(quoted(OsStr::new("it's")), r"'it'\''s'");
    }

    #[test]
    fn a_shell_reads_what_was_meant() {
        let words: [&[u8]; 12] = [
            b"",
            b"a b",
            b"it's",
            b"$HOME",
            b"`id`",
            b"a\nb",
            b"\n\n",
            b"\x1b[2J",
            b"~",
            b"*",
            b"\xff\xfe",
            b"a\\nb%s\n",
        ];
        for word in words {
            assert_eq!(split_by_sh(&quoted(OsStr::from_bytes(word))), [word.to_vec()], "{word:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_shell_reads_any_name(word in proptest::collection::vec(1u8.., 1..24)) {
            prop_assert_eq!(split_by_sh(&quoted(OsStr::from_bytes(&word))), [word]);
        }
    }
}
