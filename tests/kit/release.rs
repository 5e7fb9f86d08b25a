//! The release script.

#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::{commands, program, root};

fn release(out: &Path, binary: &Path) {
    let mut command = Command::new("bash");
    command.arg(root().join("packaging/release.sh")).args(["--target", "x86_64-test", "--binary"]).arg(binary).arg(out);
    let output = command.env("SOURCE_DATE_EPOCH", "1700000000").stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// What a shell command prints, which must succeed.
fn shell(folder: &Path, command: &str) -> String {
    let output = Command::new("bash").args(["-ec", command]).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_same_program_gives_the_same_bytes_with_all_that_belongs_to_it() {
    let (one, two) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    // Symbols are most of a program for tests, and packing them takes long.
    let binary = one.path().join("program");
    std::fs::copy(program(), &binary).unwrap();
    let _ = Command::new("strip").arg(&binary).status();
    let (a, b) = (one.path().join("out"), two.path().join("out"));
    release(&a, &binary);
    // As others have it: another umask, other times, another folder.
    filetime_of(&binary);
    release(&b, &binary);
    let name = format!("fragscope-{}-x86_64-test", env!("CARGO_PKG_VERSION"));
    let archive = format!("{name}.tar.gz");
    assert!(std::fs::read(a.join(&archive)).unwrap() == std::fs::read(b.join(&archive)).unwrap(), "other bytes");
    assert_eq!(shell(&a, "sha256sum -c SHA256SUMS"), format!("{archive}: OK\n"));

    let listed = shell(&a, &format!("tar -tvzf {archive} --full-time --utc"));
    assert!(listed.lines().all(|line| line.contains(" 0/0 ") && line.contains("2023-11-14 22:13:20")), "{listed}");
    let mut expected: Vec<String> =
        ["README.md", "LICENSE", "CHANGELOG.md", "man/man1/fragscope.1"].map(String::from).into();
    let shells = ["fragscope.bash", "_fragscope", "fragscope.fish", "_fragscope.ps1", "fragscope.elv"];
    expected.extend(shells.map(|file| format!("completions/{file}")));
    expected.extend(commands().iter().map(|command| format!("man/man1/fragscope-{command}.1")));
    for file in expected {
        assert!(listed.contains(&format!("{name}/{file}\n")), "{file} is missing in {listed}");
    }
    let said = shell(&a, &format!("tar -xzf {archive} && {name}/fragscope --version"));
    assert_eq!(said, format!("fragscope {}\n", env!("CARGO_PKG_VERSION")));
}

/// The time of now.
fn filetime_of(path: &Path) {
    std::fs::File::options().append(true).open(path).unwrap().set_modified(std::time::SystemTime::now()).unwrap();
}

#[test]
fn bad_usage_is_refused() {
    for arguments in [&["--wrong"][..], &[]] {
        let output = Command::new("bash").arg(root().join("packaging/release.sh")).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).starts_with("release.sh: "));
    }
}
