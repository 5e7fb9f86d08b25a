//! `fragscope man`: manual pages, made from the help of the commands.

use std::io::{self, Write};
use std::path::Path;

use clap::{Command, CommandFactory};

use super::args::{Args, Destination, Man};
use super::failure::Failure;
use super::output::write_to;

/// Prints a page, or writes all of them.
///
/// # Errors
/// A command that does not exist, or a file that cannot be written.
pub fn run(args: &Man) -> Result<(), Failure> {
    let program = program();
    match (&args.dir, &args.of) {
        (Some(folder), _) => write_all(&program, folder),
        (None, None) => print(&program, &program),
        (None, Some(name)) => print(&program, command(&program, name)?),
    }
}

/// The program with the full names of its commands.
fn program() -> Command {
    let mut program = Args::command().disable_help_subcommand(true);
    program.build();
    program
}

fn commands(program: &Command) -> impl Iterator<Item = &Command> {
    program.get_subcommands().filter(|command| !command.is_hide_set())
}

fn command<'a>(program: &'a Command, name: &str) -> Result<&'a Command, Failure> {
    let unknown = || {
        let known: Vec<&str> = commands(program).map(Command::get_name).collect();
        Failure::Usage(format!("there is no such command to have a manual page; there are {}", known.join(", ")))
    };
    commands(program).find(|command| command.get_name() == name).ok_or_else(unknown)
}

fn print(program: &Command, command: &Command) -> Result<(), Failure> {
    write_to(&Destination { file: None }, |out| page(program, command, out))
}

fn write_all(program: &Command, folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|e| Failure::File(folder.to_owned(), e.to_string()))?;
    for command in std::iter::once(program).chain(commands(program)) {
        let file = Some(folder.join(format!("{}.1", full_name(command))));
        write_to(&Destination { file }, |out| page(program, command, out))?;
    }
    Ok(())
}

/// `fragscope-report`.
fn full_name(command: &Command) -> &str {
    command.get_display_name().unwrap_or(command.get_name())
}

fn page(program: &Command, command: &Command, out: &mut dyn Write) -> io::Result<()> {
    let title = full_name(command).to_uppercase();
    writeln!(out, ".TH \"{}\" 1 \"\" \"fragscope {}\"", escaped(&title), env!("CARGO_PKG_VERSION"))?;
    out.write_all(from_help(command)?.as_bytes())?;
    if let Some(text) = command.get_after_long_help().or_else(|| command.get_after_help()) {
        as_written("NOTES", &text.to_string(), out)?;
    }
    as_written("EXIT STATUS", EXIT_STATUS, out)?;
    see_also(program, command, out)
}

/// What is generated, without the line breaks around empty lines that linters complain of.
fn from_help(command: &Command) -> io::Result<String> {
    let man = clap_mangen::Man::new(command.clone());
    let mut text = Vec::new();
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut text)?;
    }
    let text = String::from_utf8_lossy(&text).replace(".br\n\n.br\n", ".sp\n");
    // Each section defines anew what an apostrophe is.
    Ok(ascii(&format!("{APOSTROPHE}{}", text.replace(APOSTROPHE, ""))))
}

const APOSTROPHE: &str = ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n";

const EXIT_STATUS: &str = "\
0  done
1  a gate matched (--fail-if)
2  bad usage, or an input of which nothing could be said";

/// A section whose lines stay as they are: examples and tables.
fn as_written(title: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, ".SH \"{title}\"\n.nf")?;
    for line in text.lines() {
        writeln!(out, "{}", escaped(line))?;
    }
    writeln!(out, ".fi")
}

/// A line in which nothing is a request or an escape.
fn escaped(line: &str) -> String {
    let text = line.replace('\\', "\\e").replace('-', "\\-");
    ascii(&if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text })
}

/// Other letters by their numbers: no formatter has to guess the encoding.
fn ascii(text: &str) -> String {
    let letter = |c: char| if c.is_ascii() { c.to_string() } else { format!("\\[u{:04X}]", u32::from(c)) };
    text.chars().map(letter).collect()
}

fn see_also(program: &Command, command: &Command, out: &mut dyn Write) -> io::Result<()> {
    let others = std::iter::once(program).chain(commands(program)).map(full_name).filter(|n| *n != full_name(command));
    let others: Vec<String> = others.map(|name| format!("\\fB{}\\fR(1)", escaped(name))).collect();
    writeln!(out, ".SH \"SEE ALSO\"\n{}", others.join(",\n"))
}
