//! `fragscope map`: from its arguments to what is drawn.

use std::ffi::OsString;
use std::io::{self, IsTerminal};

use super::args::{Format, Map, NARROWEST, Output, WIDEST};
use super::output::use_color;
use super::size::parse_address;
use crate::report::{self, Around, Context, Detail, Focus, MapOptions, USUAL_COLUMNS};

/// Columns that an address and 256 cells take, and some to say something beside them.
const COLUMNS_OF_256_CELLS: usize = 290;
/// Sizes of cells of which 256 MiB are more than the usual columns hold, and at most 256.
const FINE_CELLS: std::ops::RangeInclusive<u64> = 1 << 20..=2 << 20;

/// What is to be drawn.
///
/// # Errors
/// A sentence: what was asked for is not there, or its cells are too many.
pub fn options(cx: Context<'_>, args: &Map) -> Result<MapOptions, String> {
    let focus = args.around.as_ref().map(|what| report::around(cx, what)).transpose()?;
    let space = cx.snapshot.space.bounds().range;
    if let Some(cell) = args.cell.filter(|cell| !cell.is_power_of_two()) {
        return Err(format!("--cell is a power of two, and {cell} is none; write 64K or 1M"));
    }
    let options = MapOptions {
        range: args.range.or(focus.as_ref().map(|f: &Focus| f.neighbourhood(space))),
        cell: args.cell,
        columns: columns(args),
        unicode: !args.ascii && (args.unicode || unicode(&args.output)),
        color: use_color(args.output.color, &args.output.destination),
        marks: true,
        focus,
        detail: Detail::Full,
    };
    report::check_map(cx, &options).map_err(|e| e.to_string())?;
    Ok(options)
}

/// As wide as the terminal; where there is none, as wide as the cells that were asked for. What a program reads does
/// not depend on a terminal.
fn columns(args: &Map) -> usize {
    let fine = args.cell.is_some_and(|cell| FINE_CELLS.contains(&cell));
    let usual = if fine { COLUMNS_OF_256_CELLS } else { USUAL_COLUMNS };
    let there = || match args.output.format {
        Format::Text => terminal_columns(fine),
        Format::Json | Format::Markdown | Format::Html => None,
    };
    args.width.or_else(there).unwrap_or(usual)
}

/// Columns of the terminal that shows stdout or, where stdout is piped into a pager, stderr; else what `COLUMNS` says.
/// Of `fine` cells as many as there are go into a file, whatever the terminal beside it.
fn terminal_columns(fine: bool) -> Option<usize> {
    let stdout = terminal_size::terminal_size_of(io::stdout());
    let size = stdout.or_else(|| terminal_size::terminal_size_of(io::stderr()).filter(|_| !fine));
    let said = || std::env::var("COLUMNS").ok()?.trim().parse().ok();
    let columns = size.map(|(width, _)| usize::from(width.0)).filter(|width| *width > 0).or_else(said)?;
    Some(columns.clamp(NARROWEST, WIDEST))
}

/// Whether whoever reads the output sees more than ASCII: on a terminal, in a locale that says so.
pub fn unicode(output: &Output) -> bool {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = set("LC_ALL").or_else(|| set("LC_CTYPE")).or_else(|| set("LANG")).unwrap_or_default().to_lowercase();
    let utf8 = locale.contains("utf-8") || locale.contains("utf8");
    output.destination.file.is_none() && io::stdout().is_terminal() && utf8
}

/// Reads `largest-gap`, `thread:17`, `thread 17`, `module:libc.so.6` or an address.
///
/// # Errors
/// A sentence that names what is accepted.
pub fn parse_around(text: &str) -> Result<Around, String> {
    let (word, rest) = text.split_once([':', ' ', '=']).unwrap_or((text, ""));
    let rest = rest.trim();
    match word {
        "largest-gap" if rest.is_empty() => Ok(Around::LargestGap),
        "thread" => rest.parse().map(Around::Thread).map_err(|_| format!("`{rest}` is no thread id; write thread:17")),
        "module" if !rest.is_empty() => Ok(Around::Module(rest.to_owned())),
        "module" => Err("name the module, as module:libc.so.6".into()),
        _ => parse_address(text).map(Around::Addr).map_err(|_| {
            format!("`{text}` is no place; write largest-gap, thread:17, module:libc.so.6 or an address in hex")
        }),
    }
}

/// Joins the two words of `--around thread 17` and `--around module X`, of which the parser would take the second for
/// another argument. What comes behind `--` stays as it is.
pub fn joined(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut joined: Vec<OsString> = Vec::new();
    let mut rest = arguments.into_iter();
    while let Some(mut argument) = rest.next() {
        if argument == "--" {
            joined.push(argument);
            break;
        }
        if is_half(joined.last(), &argument)
            && let Some(other) = rest.next()
        {
            argument.push(":");
            argument.push(other);
        }
        joined.push(argument);
    }
    joined.extend(rest);
    joined
}

/// Whether an argument is the first word of a place that has two.
fn is_half(before: Option<&OsString>, argument: &OsString) -> bool {
    let value = before.is_some_and(|before| before == "--around");
    let half = |word: &str| (value && argument == word) || *argument == *format!("--around={word}");
    half("thread") || half("module")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::addr::Addr;

    fn joined_text(words: &str) -> String {
        joined(words.split(' ').map(OsString::from)).join(&OsString::from("|")).into_string().unwrap()
    }

    #[test]
    fn two_words_become_one() {
        assert_eq!(joined_text("map --around thread 17 core"), "map|--around|thread:17|core");
        assert_eq!(joined_text("map --around=module libc.so core"), "map|--around=module:libc.so|core");
        assert_eq!(joined_text("map core --around largest-gap"), "map|core|--around|largest-gap");
        assert_eq!(joined_text("map core --around thread"), "map|core|--around|thread");
        assert_eq!(joined_text("map thread module"), "map|thread|module");
        assert_eq!(joined_text("map -- --around thread 17"), "map|--|--around|thread|17");
    }

    #[test]
    fn places() {
        assert_eq!(parse_around("largest-gap"), Ok(Around::LargestGap));
        for text in ["thread:17", "thread 17", "thread=17"] {
            assert_eq!(parse_around(text), Ok(Around::Thread(17)), "{text}");
        }
        assert_eq!(parse_around("module:a b:c"), Ok(Around::Module("a b:c".into())));
        assert_eq!(parse_around("0x1000"), Ok(Around::Addr(Addr(0x1000))));
        for text in ["", "thread", "thread:x", "module:", "nowhere", "largest-gap:1"] {
            assert!(parse_around(text).is_err(), "{text}");
        }
    }
}
