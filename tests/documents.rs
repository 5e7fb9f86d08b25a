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

/// Targets of `![…](…)` and `[…](…)` that lie in the repository.
fn linked_files(document: &str) -> Vec<&str> {
    let targets = document.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.map(|t| t.split('#').next().unwrap()).filter(|t| !t.is_empty() && !t.contains("://")).collect()
}

fn document(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

#[test]
fn what_the_readme_links_is_there() {
    let readme = document("README.md");
    let links = linked_files(&readme);
    for target in &links {
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(target).exists(), "README.md links {target}");
    }
    for picture in ["docs/images/report-light.png", "docs/images/terminal-map.png"] {
        assert!(links.contains(&picture), "README.md does not show {picture}");
    }
}

#[test]
fn pictures_are_small_and_have_a_command_that_makes_them() {
    let script = "tests/generators/pictures.py";
    assert!(document("docs/CONTRIBUTING.md").contains(&format!("python3 {script}")), "CONTRIBUTING names no {script}");
    let makes = document(script);
    let pictures = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/images")).unwrap();
    let mut found = 0;
    for file in pictures.map(|e| e.unwrap().path()) {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(makes.contains(&format!("\"{name}\"")), "{script} does not make {}", file.display());
        let bytes = fs::read(&file).unwrap();
        assert!(bytes.starts_with(b"\x89PNG") && bytes.len() < 200_000, "{}: {} bytes", file.display(), bytes.len());
        found += 1;
    }
    assert!(found >= 5, "docs/images has {found} pictures");
}
