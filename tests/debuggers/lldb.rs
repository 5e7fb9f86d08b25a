//! `fragscope integrate lldb`, imported by a real lldb.

use std::path::Path;
use std::process::Command;

use super::figures::{assert_same_figures, figures, names, read, report_of, stack_pointers};
use super::process::{Process, script};
use super::server::Server;
use crate::live::{Bits, unless_skipped};

const BOTH: [Bits; 2] = [Bits::X86_64, Bits::I386];

/// lldb with Python, or why there is none. Debian 12's looks for its module where it is not; then the folder where it is
/// comes with it.
fn lldb() -> Result<Command, String> {
    let candidates = std::iter::once(None).chain(python_folders().into_iter().map(Some));
    let mut installed = false;
    for folder in candidates {
        let command = || {
            let mut lldb = Command::new("lldb");
            lldb.args(["--no-lldbinit", "--batch"]).env("FRAGSCOPE", env!("CARGO_BIN_EXE_fragscope"));
            lldb.envs(folder.iter().map(|folder| ("PYTHONPATH", folder)));
            lldb
        };
        let Ok(output) = command().args(["-o", "script print(6 * 7)"]).output() else { continue };
        installed = true;
        if String::from_utf8_lossy(&output.stdout).lines().any(|line| line == "42") {
            return Ok(command());
        }
    }
    Err(if installed { "this lldb has no Python".into() } else { "lldb is not installed".into() })
}

/// /usr/lib/llvm-14/lib/python3.11/dist-packages and the like.
fn python_folders() -> Vec<std::path::PathBuf> {
    let inside = |folder: &Path, prefix: &str| -> Vec<std::path::PathBuf> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path());
        entries.filter(|e| e.file_name().is_some_and(|n| n.to_string_lossy().starts_with(prefix))).collect()
    };
    let versions = inside(Path::new("/usr/lib"), "llvm-").into_iter();
    let pythons = versions.flat_map(|llvm| inside(&llvm.join("lib"), "python3"));
    pythons.flat_map(|python| inside(&python, "dist-packages")).collect()
}

fn run(folder: &Path, arguments: &[&str], commands: &[&str]) -> Result<(String, String), String> {
    let mut lldb = lldb()?;
    lldb.args(arguments).current_dir(folder);
    lldb.args(commands.iter().flat_map(|command| ["-o", command]));
    let output = lldb.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (printed, said) = (text(&output.stdout), text(&output.stderr));
    assert!(!printed.contains("Traceback") && !said.contains("Traceback"), "{printed}\n{said}");
    Ok((printed, said))
}

fn import(folder: &Path) -> String {
    format!("command script import {}", script(folder, "lldb", "fragscope.py"))
}

/// Looks at a process with `arguments` and `connect`, and compares with what the kernel says of it.
fn check(process: &Process, arguments: &[&str], connect: &[&str]) -> Result<(), String> {
    let (maps, truth) = (process.maps(), process.stack_pointers());
    let report = process.file("report.json");
    let import = import(process.folder());
    let ask = format!("fragscope report --format json -o {report}");
    let mut commands = vec![import.as_str()];
    commands.extend(connect);
    commands.extend(["thread select 3", &ask, "thread info", "breakpoint list", "detach"]);
    let (printed, said) = run(process.folder(), arguments, &commands)?;
    assert!(Path::new(&report).exists(), "{printed}\n{said}");
    let path = process.file("maps.txt");
    std::fs::write(&path, maps).unwrap();
    let report = read(&report);
    assert_same_figures(&report, &report_of(Path::new(&path)));
    assert_eq!(stack_pointers(&report), truth);
    assert!(printed.contains("No breakpoints currently set"), "{printed}");
    let after = printed.rsplit_once("(lldb) thread info").unwrap().1;
    assert!(after.contains("thread #3"), "another thread is selected: {after}");
    Ok(())
}

#[test]
fn a_live_process() {
    for bits in BOTH {
        unless_skipped(&format!("lldb, live {bits:?}"), || {
            lldb()?;
            let process = Process::start(bits)?;
            process.unchanged(|process| check(process, &["-p", &process.pid()], &[]))?;
            let names = names(&read(&process.file("report.json")));
            assert!(names.values().any(|name| name == "worker-1"), "{names:?}");
            Ok(())
        });
    }
}

/// gdbserver tells lldb no regions: the kernel's own list of that process is taken, as it is on this machine.
#[test]
fn a_process_behind_gdbserver() {
    unless_skipped("lldb, gdbserver", || {
        lldb()?;
        let process = Process::start(Bits::X86_64)?;
        process.unchanged(|process| {
            let server = Server::start(process)?;
            let connect = format!("gdb-remote {}", server.address);
            check(process, &[], &[&connect])?;
            server.finish();
            Ok(())
        })
    });
}

#[test]
fn a_kernel_core() {
    for bits in BOTH {
        unless_skipped(&format!("lldb, core {bits:?}"), || {
            lldb()?;
            let mut process = Process::start(bits)?;
            let import = import(process.folder());
            let maps = process.file("maps.txt");
            std::fs::write(&maps, process.maps()).unwrap();
            let core = process.crash()?;
            for more in [String::new(), format!(" --core {}", core.display())] {
                let report = process.file("report.json");
                let ask = format!("fragscope report --format json -o {report}{more}");
                let (printed, said) = run(process.folder(), &["-c", &core.to_string_lossy()], &[&import, &ask])?;
                assert!(Path::new(&report).exists(), "{printed}\n{said}");
                let found = read(&report);
                assert_eq!(found, report_of(&core));
                assert_eq!(figures(&found)["gaps"], figures(&report_of(Path::new(&maps)))["gaps"]);
                std::fs::remove_file(&report).unwrap();
            }
            Ok(())
        });
    }
}

#[test]
fn help_and_refusals() {
    unless_skipped("lldb, help", || {
        lldb()?;
        let folder = tempfile::tempdir().unwrap();
        let import = import(folder.path());
        let (printed, _) = run(folder.path(), &[], &[&import, "help fragscope", "help fragscope at"])?;
        for words in ["fit     -- Say what must go", "Usage: fragscope at <ADDR>", "--granularity"] {
            assert!(printed.contains(words), "{words} in {printed}");
        }
        let (_, said) = run(folder.path(), &[], &[&import, "fragscope program /nowhere/fragscope"])?;
        assert!(said.contains("/nowhere/fragscope is no program that can be run"), "{said}");
        let (_, said) = run(folder.path(), &[], &[&import, "fragscope report"])?;
        assert!(said.contains("error: there is no process and no core"), "{said}");
        let process = Process::start(Bits::X86_64)?;
        for (ask, sentence) in [
            ("fragscope report --need nonsense", "`nonsense` is no size"),
            ("fragscope at nothing_here", "nothing_here has no value that is an address"),
        ] {
            let (_, said) = process.unchanged(|p| run(p.folder(), &["-p", &p.pid()], &[&import, ask]))?;
            assert!(said.contains(sentence), "{ask}: {said}");
        }
        Ok(())
    });
}
