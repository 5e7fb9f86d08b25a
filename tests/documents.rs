//! What the documents show is what the program prints: every `console` block is run.

use std::fs;
use std::path::Path;
use std::process::Command;

const CHECKED: [&str; 1] = ["README.md"];

/// A command and the output that a document shows for it.
struct Shown {
    command: String,
    output: String,
}

/// Blocks fenced as `console`, each with one `$ fragscope …` line and its output.
fn shown_in(document: &str) -> Vec<Shown> {
    document
        .split("```console\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next()?.strip_prefix("$ ")?.split_once('\n'))
        .filter(|(command, _)| command.starts_with("fragscope "))
        .map(|(command, output)| Shown { command: command.into(), output: output.into() })
        .collect()
}

/// Runs `fragscope … [| head -N]` from the repository's root.
fn run(command: &str) -> String {
    let (program, lines) = match command.split_once(" | head -") {
        Some((program, lines)) => (program, lines.parse().unwrap()),
        None => (command, usize::MAX),
    };
    let output = Command::new(env!("CARGO_BIN_EXE_fragscope"))
        .args(program.split_whitespace().skip(1))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("COLUMNS")
        .output()
        .unwrap();
    assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().take(lines).map(|l| format!("{}\n", l.trim_end())).collect()
}

#[test]
fn documents_show_real_output() {
    for name in CHECKED {
        let document = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap();
        let shown = shown_in(&document);
        assert!(!shown.is_empty(), "{name} shows no output");
        for Shown { command, output } in shown {
            let printed = run(&command);
            assert!(printed == output, "{name} shows for `{command}`:\n{output}\nand the program prints:\n{printed}");
        }
    }
}

#[test]
fn the_readmes_first_two_commands_exist() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let sample = readme.split("cargo run -q -- report ").nth(1).and_then(|r| r.split_whitespace().next()).unwrap();
    assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(sample).exists(), "{sample} is not there");
    assert!(readme.contains("cargo test"));
}
