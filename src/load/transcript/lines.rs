//! The lines of a log: of any encoding that debuggers write, without terminal colours, pager's questions and prompts.

use std::borrow::Cow;

use crate::addr::FileOffset;
use crate::load::Input;
use crate::load::proc_fs::for_each_line;

/// How much of one log is read, in bytes: far more than the largest map makes, and an end to an endless file.
const MOST: u64 = 256 << 20;
const BLOCK: u64 = 1 << 20;
/// What is looked at of a line, in bytes: the longest path with all columns before it.
const LOOKED_AT: usize = 8 << 10;
/// How much of the beginning tells the encoding, in bytes.
const SAMPLE: u64 = 1024;

/// One line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'t> {
    /// Without prompt, and without blanks at its end.
    pub text: &'t str,
    /// Counted from 1.
    pub number: u64,
    /// The prompt before it, if there is one: then the text may be a command, or output that follows at once.
    pub prompt: Option<Prompt>,
}

/// What a debugger asks for commands with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Prompt {
    /// `(gdb) `, `(rr) `, `pwndbg> `, `gef> `.
    Gdb,
    /// `(lldb) `.
    Lldb,
    /// `0:003> ` with the number of the current thread; `0:003:x86> ` debugs 32-bit code from the 64-bit side.
    WinDbg {
        /// The debugger's number of the thread.
        thread: u64,
        /// Whether the prompt says `x86`.
        x86: bool,
    },
}

/// Calls `take` with each line. Returns whether the log goes on behind what is read.
pub(super) fn for_each(input: &Input<'_>, mut take: impl FnMut(Line<'_>)) -> bool {
    let head = input.read_available(FileOffset(0), SAMPLE);
    let mut number = 0;
    let mut one = |raw: &str| {
        number += 1;
        let clean = cleaned(cut(raw));
        let (prompt, text) = without_prompt(without_pager(clean.trim_end_matches([' ', '\t', '\r', '\0'])));
        take(Line { text, number, prompt });
    };
    let read = match Encoding::of(&head) {
        Encoding::Bytes { skipped } => skipped + for_each_line(input, skipped..MOST, &mut one),
        Encoding::Wide { skipped, big } => skipped + for_each_wide(input, skipped, big, &mut one),
    };
    !input.read_available(FileOffset(read), 1).is_empty() || input.needs_deep(FileOffset(read))
}

/// How characters are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Encoding {
    /// UTF-8 or a code page; `skipped` is the byte order mark.
    Bytes { skipped: u64 },
    /// UTF-16, as of WinDbg's `.logopen /u`.
    Wide { skipped: u64, big: bool },
}

impl Encoding {
    fn of(head: &[u8]) -> Encoding {
        let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|b| **b == 0).count();
        let mostly = |count: usize| 8 <= head.len() && head.len() / 2 <= count * 2;
        match () {
            () if head.starts_with(b"\xff\xfe") => Encoding::Wide { skipped: 2, big: false },
            () if head.starts_with(b"\xfe\xff") => Encoding::Wide { skipped: 2, big: true },
            () if head.starts_with(b"\xef\xbb\xbf") => Encoding::Bytes { skipped: 3 },
            () if mostly(zeros(1)) && zeros(0) == 0 => Encoding::Wide { skipped: 0, big: false },
            () if mostly(zeros(0)) && zeros(1) == 0 => Encoding::Wide { skipped: 0, big: true },
            () => Encoding::Bytes { skipped: 0 },
        }
    }
}

/// Whether the beginning of an input is that of a text in one of the encodings, terminal colours included.
pub(in crate::load) fn looks_like_text(head: &[u8]) -> bool {
    let fine = |b: &u8| !b.is_ascii_control() || b.is_ascii_whitespace() || matches!(b, 0x1b | 0x07 | 0x08);
    match Encoding::of(head) {
        Encoding::Bytes { .. } => head.iter().all(fine),
        Encoding::Wide { big, .. } => {
            let low = head.iter().skip(usize::from(big)).step_by(2);
            let units = low.zip(head.iter().skip(usize::from(!big)).step_by(2));
            units.filter(|(_, high)| **high == 0).all(|(low, _)| fine(low))
        }
    }
}

fn for_each_wide(input: &Input<'_>, from: u64, big: bool, take: &mut impl FnMut(&str)) -> u64 {
    let mut offset = from;
    let mut line: Vec<u16> = Vec::new();
    while offset < MOST {
        let block = input.read_available(FileOffset(offset), BLOCK);
        offset += block.len() as u64;
        for pair in block.chunks_exact(2) {
            let pair = [pair.first().copied().unwrap_or(0), pair.get(1).copied().unwrap_or(0)];
            let unit = if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) };
            if unit == u16::from(b'\n') {
                take(&String::from_utf16_lossy(&line));
                line.clear();
            } else if line.len() < LOOKED_AT {
                line.push(unit);
            }
        }
        if block.len() as u64 != BLOCK {
            break;
        }
    }
    if !line.is_empty() {
        take(&String::from_utf16_lossy(&line));
    }
    offset - from
}

fn cut(line: &str) -> &str {
    line.get(..line.floor_char_boundary(LOOKED_AT)).unwrap_or(line)
}

/// Without escape sequences (`ESC [ … letter`), which gdb's styles and pwndbg write.
fn cleaned(line: &str) -> Cow<'_, str> {
    if !line.contains('\u{1b}') {
        return Cow::Borrowed(line);
    }
    let mut clean = String::with_capacity(line.len());
    let mut parts = line.split('\u{1b}');
    clean.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let sequence = part.strip_prefix('[').and_then(|p| p.find(|c: char| ('@'..='~').contains(&c)).map(|at| at + 2));
        clean.push_str(part.get(sequence.unwrap_or(0)..).unwrap_or_default());
    }
    Cow::Owned(clean)
}

/// gdb asks `--Type <RET> for more, q to quit, c to continue without paging--` (older: `---Type <return> to continue, or
/// q <return> to quit---`), and what one types stands behind it.
fn without_pager(line: &str) -> &str {
    let Some(at) = line.find("--Type <").filter(|at| *at <= 1) else { return line };
    let asked = line.get(at + 8..).unwrap_or_default();
    let Some(end) = asked.find("--") else { return line };
    let rest = asked.get(end..).unwrap_or_default().trim_start_matches('-');
    if matches!(rest.trim(), "" | "c" | "q" | "r") { "" } else { rest }
}

/// Takes off all prompts: where commands are not echoed, several stand in one line.
fn without_prompt(line: &str) -> (Option<Prompt>, &str) {
    let mut found = None;
    let mut rest = line;
    while let Some((prompt, behind)) = one_prompt(rest) {
        found = Some(prompt);
        rest = behind.trim_start();
    }
    (found, rest)
}

fn one_prompt(line: &str) -> Option<(Prompt, &str)> {
    const PLAIN: [(&str, Prompt); 7] = [
        ("(gdb)", Prompt::Gdb),
        ("(rr)", Prompt::Gdb),
        ("pwndbg>", Prompt::Gdb),
        ("gef>", Prompt::Gdb),
        ("gef\u{27a4}", Prompt::Gdb),
        ("(lldb)", Prompt::Lldb),
        (">>> (gdb)", Prompt::Gdb),
    ];
    let plain = PLAIN.into_iter().find_map(|(word, prompt)| Some((prompt, line.strip_prefix(word)?)));
    plain.filter(|(_, rest)| rest.is_empty() || rest.starts_with(' ')).or_else(|| windbg_prompt(line))
}

/// `0:003> ` and `0:003:x86> `.
fn windbg_prompt(line: &str) -> Option<(Prompt, &str)> {
    let (prompt, rest) = line.split_once('>')?;
    let mut parts = prompt.split(':');
    let (system, thread, mode) = (parts.next()?, parts.next()?, parts.next());
    let digits = |t: &str| (1..=6).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_digit());
    let sound = digits(system) && digits(thread) && parts.next().is_none();
    let x86 = mode.is_some_and(|m| m == "x86");
    let known = mode.is_none_or(|m| m.len() <= 8 && m.bytes().all(|b| b.is_ascii_alphanumeric()));
    (sound && known).then_some((Prompt::WinDbg { thread: thread.parse().ok()?, x86 }, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8]) -> Vec<(String, Option<Prompt>)> {
        let input = Input::from_bytes(bytes, false).unwrap();
        let mut found = Vec::new();
        for_each(&input, |line| found.push((line.text.to_owned(), line.prompt)));
        found
    }

    #[test]
    fn prompts_are_told_from_output() {
        let windbg = |thread, x86| Some(Prompt::WinDbg { thread, x86 });
        for (line, text, prompt) in [
            ("(gdb) info files", "info files", Some(Prompt::Gdb)),
            ("(gdb) (gdb) $1 = (void *) 0x1", "$1 = (void *) 0x1", Some(Prompt::Gdb)),
            ("0:003:x86> !address @esp", "!address @esp", windbg(3, true)),
            ("0:027> lm", "lm", windbg(27, false)),
            ("(gdbx) no", "(gdbx) no", None),
            ("a:b> no", "a:b> no", None),
            ("12345678:9> no", "12345678:9> no", None),
        ] {
            assert_eq!(lines(line.as_bytes()), [(text.to_owned(), prompt)], "{line}");
        }
    }

    #[test]
    fn pagers_and_colours_are_left_out() {
        let pager = "--Type <RET> for more, q to quit, c to continue without paging--";
        let text = format!(
            "{pager}c\n{pager}\t0x1000 0x2000\n---Type <return> to continue, or q <return> to quit---\n\u{1b}[31mred\u{1b}[0m\r\n"
        );
        let found: Vec<String> = lines(text.as_bytes()).into_iter().map(|(text, _)| text).collect();
        assert_eq!(found, ["", "\t0x1000 0x2000", "", "red", ""].map(str::to_owned)[..4]);
    }

    #[test]
    fn utf_16_with_and_without_a_mark_is_text() {
        let units = |text: &str, big: bool| -> Vec<u8> {
            text.encode_utf16().flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
        };
        let text = "0:000> lm\r\nstart    end        module name\r\n";
        for (mark, big) in [(&b"\xff\xfe"[..], false), (b"\xfe\xff", true), (b"", false), (b"", true)] {
            let bytes = [mark, &units(text, big)].concat();
            assert!(looks_like_text(&bytes));
            assert_eq!(lines(&bytes).len(), 2, "{big}");
            assert_eq!(lines(&bytes)[1].0, "start    end        module name");
        }
        assert!(!looks_like_text(b"\x01\x02\x03text"));
    }
}
