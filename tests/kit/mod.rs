//! What comes with the program: manual pages, completions, release archives, the image, recipes for CI.

mod image;
mod pages;
mod recipes;
mod release;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use assert_cmd::cargo::CommandCargoExt;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// Where the program under test is.
fn program() -> PathBuf {
    PathBuf::from(Command::cargo_bin("fragscope").unwrap().get_program())
}

fn fragscope(args: &[&str]) -> String {
    let output = Command::new(program()).args(args).stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Runs a program of the system; `None`, and a line that says so, if it is not there.
fn tool(name: &str, args: &[&str]) -> Option<Output> {
    match Command::new(name).args(args).stdin(Stdio::null()).output() {
        Ok(output) => Some(output),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            println!("skipped: no {name}");
            None
        }
        Err(e) => panic!("{name}: {e}"),
    }
}

/// The commands that `--help` lists.
fn commands() -> Vec<String> {
    let help = fragscope(&["--help"]);
    let list = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let names = list.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: Vec<String> = names.map(|line| line.split_whitespace().next().unwrap().to_owned()).collect();
    assert!(names.len() > 10, "{names:?}");
    names.into_iter().filter(|name| name != "help").collect()
}
