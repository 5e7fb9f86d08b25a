//! `fragscope integrate`: scripts that ask this program from inside a debugger.
//!
//! They hand over the path of the core or dump that is open, or what the debugger knows of a process as a transcript of
//! its own commands. What the program's commands and options are called is put in when a script is printed, so that help
//! and completion inside a debugger are never older than the program.

use clap::{Arg, Command, CommandFactory};
use serde_json::{Value, json};

use super::args::{Args, Debugger};
use super::edit;

const GDB: [&str; 3] = [include_str!("gdb_head.py"), include_str!("common.py"), include_str!("gdb.py")];
const LLDB: [&str; 3] = [include_str!("lldb_head.py"), include_str!("common.py"), include_str!("lldb.py")];
const WINDBG: [&str; 2] = [include_str!("windbg_text.js"), include_str!("windbg.js")];

/// The commands that a debugger has, too.
const COMMANDS: [&str; 6] = ["report", "map", "threads", "fit", "what-if", "at"];

/// The script for a debugger.
pub fn script(debugger: Debugger) -> String {
    let parts: &[&str] = match debugger {
        Debugger::Gdb => &GDB,
        Debugger::Lldb => &LLDB,
        Debugger::Windbg => &WINDBG,
    };
    let script = parts.join("\n\n");
    script.replace("@COMMANDS@", &in_lines(&commands())).replace("@EDITS@", &in_lines(&edits()))
}

/// A table with one line for each entry.
fn in_lines(table: &Value) -> String {
    let (open, close, entries): (_, _, Vec<String>) = match table {
        Value::Object(entries) => ('{', '}', entries.iter().map(|(k, v)| format!("{}: {v}", json!(k))).collect()),
        Value::Array(entries) => ('[', ']', entries.iter().map(ToString::to_string).collect()),
        other => return other.to_string(),
    };
    let lines: String = entries.iter().map(|entry| format!("    {entry},\n")).collect();
    format!("{open}\n{lines}{close}")
}

/// For each command what it does, how its arguments are called, and its options with the values that are known. Objects,
/// lists and strings only, which Python and JavaScript write as JSON does.
fn commands() -> Value {
    let mut all = Args::command();
    all.build();
    let described = |name: &str| Some((name.to_owned(), describe(all.find_subcommand(name)?)));
    Value::Object(COMMANDS.iter().filter_map(|name| described(name)).collect())
}

fn describe(command: &Command) -> Value {
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    // The first one is the dump, which the debugger has open.
    let positionals = command.get_positionals().filter(|p| !["dump", "more"].contains(&p.get_id().as_str()));
    let usage: String = positionals.map(|p| format!("{p} ")).collect::<String>() + "[OPTIONS]";
    let options: serde_json::Map<String, Value> =
        command.get_arguments().filter(|a| !a.is_positional()).flat_map(names).collect();
    json!([about, usage, options])
}

fn values_of(option: &Arg) -> Vec<String> {
    let takes_value = option.get_action().takes_values();
    let values = option.get_possible_values();
    values.iter().filter(|_| takes_value).map(|value| value.get_name().to_owned()).collect()
}

/// `--output` and `-o`, each with the values that the option takes.
fn names(option: &Arg) -> Vec<(String, Value)> {
    let long = option.get_long().map(|name| format!("--{name}"));
    let short = option.get_short().map(|name| format!("-{name}"));
    long.into_iter().chain(short).map(|name| (name, json!(values_of(option)))).collect()
}

/// How edits begin: up to where the user's own words do.
fn edits() -> Value {
    let forms = edit::HELP.lines().filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next());
    let begun = |form: &str| match form.find([':', '=']) {
        Some(_) if form.starts_with("without=") => form.split_inclusive(':').next().unwrap_or(form).to_owned(),
        Some(equals) => form.get(..=equals).unwrap_or(form).to_owned(),
        None => form.to_owned(),
    };
    json!(forms.map(begun).collect::<Vec<String>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_to_be_put_in() {
        for debugger in [Debugger::Gdb, Debugger::Lldb, Debugger::Windbg] {
            let script = script(debugger);
            assert!(!script.contains("@COMMANDS@") && !script.contains("@EDITS@"), "{debugger:?}");
        }
    }

    #[test]
    fn every_command_is_described() {
        let commands = commands();
        for name in COMMANDS {
            let about = commands[name][0].as_str().unwrap();
            assert!(!about.is_empty(), "{name}");
            let options = commands[name][2].as_object().unwrap();
            assert!(options.contains_key("--format") && options.contains_key("-o"), "{name}: {options:?}");
            assert_eq!(options["--format"], json!(["text", "json", "markdown", "html"]));
            assert!(!commands[name][1].as_str().unwrap().contains("DUMP"), "{name}");
        }
        assert_eq!(commands["at"][1], "<ADDR> [OPTIONS]");
    }

    #[test]
    fn edits_end_where_ones_own_words_begin() {
        let edits = edits();
        for form in ["stack-size=", "without=thread-name:", "large-address-aware", "rebase=", "add=", "repack"] {
            assert!(edits.as_array().unwrap().contains(&json!(form)), "{form} in {edits}");
        }
    }

    /// Python has no `null`, `true` or `false`.
    #[test]
    fn tables_are_strings_lists_and_objects() {
        fn check(value: &Value) {
            match value {
                Value::Array(list) => list.iter().for_each(check),
                Value::Object(object) => object.values().for_each(check),
                other => assert!(other.is_string(), "{other}"),
            }
        }
        check(&commands());
        check(&edits());
    }
}
