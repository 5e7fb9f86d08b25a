//! The image, as far as it can be judged without building it.

use super::{read, root};

/// Instructions with their arguments, lines that go on joined.
fn instructions() -> Vec<(String, String)> {
    let text = read("Dockerfile").replace("\\\n", " ");
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split_once(' ').unwrap()).map(|(a, b)| (a.to_owned(), b.trim().to_owned())).collect()
}

#[test]
fn what_is_copied_exists_and_is_not_ignored() {
    let ignored = read(".dockerignore");
    let mut copied = 0;
    for (_, arguments) in instructions().iter().filter(|(i, a)| i == "COPY" && !a.starts_with("--from")) {
        let mut sources: Vec<&str> = arguments.split_whitespace().collect();
        sources.pop();
        for source in sources {
            assert!(root().join(source).exists(), "{source}");
            assert!(ignored.lines().any(|line| line == format!("!{source}")), "{source} is ignored");
            copied += 1;
        }
    }
    assert!(copied >= 5, "only {copied} sources");
    // All that the compiler reads: no file of the library lies elsewhere.
    let manifest = read("Cargo.toml");
    assert!(manifest.contains("path = \"src/main.rs\"") && manifest.contains("path = \"src/lib.rs\""));
}

#[test]
fn the_image_runs_the_program_as_nobody() {
    let all = instructions();
    let last_stage = all.iter().rposition(|(instruction, _)| instruction == "FROM").unwrap();
    let stage = &all[last_stage..];
    assert_eq!(stage[0].1, "scratch");
    let last = |wanted: &str| stage.iter().rev().find(|(i, _)| i == wanted).map(|(_, a)| a.as_str());
    let user = last("USER").expect("a user");
    let ids: Vec<u32> =
        user.split(':').map(|id| id.parse().expect("a number: an image without a list of users")).collect();
    assert!(ids.len() == 2 && ids.iter().all(|id| *id >= 1000), "{user}");
    assert_eq!(last("ENTRYPOINT"), Some("[\"fragscope\"]"));
    // A shell form would need a shell.
    assert!(stage.iter().all(|(instruction, _)| instruction != "RUN"));
}

#[test]
fn the_compiler_is_new_enough() {
    let manifest = read("Cargo.toml");
    let needed = manifest.lines().find_map(|l| l.strip_prefix("rust-version = ")).unwrap().trim_matches('"').to_owned();
    let image = instructions().into_iter().find(|(i, a)| i == "FROM" && a.starts_with("rust:")).unwrap().1;
    assert!(image.starts_with(&format!("rust:{needed}-")), "{image}, and {needed} is needed");
}
