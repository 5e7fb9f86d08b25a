//! The command in a report makes that report again.

use std::path::Path;
use std::process::Command;

/// What `sh` prints for a command line, with the program in its path.
fn by_sh(line: &str, folder: &Path) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_fragscope"));
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let output = Command::new("sh").args(["-c", line]).current_dir(folder).env("PATH", path).output().unwrap();
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn shown_command(page: &str) -> &str {
    page.rsplit("```sh\n").next().unwrap().split("\n```").next().unwrap()
}

#[test]
fn what_is_shown_reproduces_what_is_shown() {
    let folder = tempfile::TempDir::new().unwrap();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-dumps/i386-truncated.core");
    let names = ["core", "a b", "it's", "-x", "$(id)", "tab\there", "line\n", "`q` ```", "\u{1b}[2J", "ü~*"];
    for name in names {
        std::fs::copy(&sample, folder.path().join(name)).unwrap();
        for (command, arguments) in [
            ("report", &["--need", "64M:2M", "--window", "0x10000+2G", "--granularity", "64K", "--all"][..]),
            ("report", &["--ceiling", "0xc0000000", "--assume-used", "0x20000000+1M", "--explain"]),
            ("threads", &[]),
            ("map", &["--around", "largest-gap", "--cell", "1M"]),
        ] {
            let program = env!("CARGO_BIN_EXE_fragscope");
            let first = Command::new(program)
                .arg(command)
                .args(arguments)
                .args(["--format", "markdown", "--", name])
                .current_dir(folder.path())
                .output()
                .unwrap();
            let first = String::from_utf8(first.stdout).unwrap();
            let again = by_sh(shown_command(&first), folder.path());
            assert_eq!(first, again, "{name:?} {command} {arguments:?}");
            assert!(first.contains("fragscope "), "{first}");
        }
    }
}

#[test]
fn options_are_shown_as_one_types_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for line in [
        "fragscope report sample-dumps/windows-2gb.dmp.zst --need 64M --format markdown",
        "fragscope at sample-dumps/windows-2gb.dmp.zst 0x38a20000 --format markdown",
        "fragscope threads sample-dumps/i386-truncated.core --redact --format markdown",
    ] {
        assert_eq!(shown_command(&by_sh(line, root)), line);
    }
}
