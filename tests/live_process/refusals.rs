//! What cannot be looked at is said in one sentence, with what to do.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use super::target::{Outcome, Target, fragscope, outcome, run, unless_skipped};

fn assert_refused(outcome: &Outcome, words: &str) {
    assert_eq!((outcome.code, outcome.out.as_str()), (Some(2), ""), "{}", outcome.err);
    assert!(outcome.err.starts_with("fragscope: pid:") && outcome.err.contains(words), "{}", outcome.err);
    assert_eq!(outcome.err.lines().count(), 1, "{}", outcome.err);
}

#[test]
fn numbers_that_are_no_process() {
    assert_refused(&run(&["live", "0"]), "no process 0");
    assert_refused(&run(&["report", "pid:4194305"]), "there is no process 4194305 here");
    assert_refused(&run(&["live", "18446744073709551615"]), "there is no process");
    assert_refused(&run(&["report", "pid:1", "Cargo.toml"]), "a running process stands alone");
    let typo = run(&["live", "abc"]);
    assert!(typo.code == Some(2) && typo.err.contains("pgrep"), "{}", typo.err);
}

#[test]
fn a_file_may_have_a_name_like_a_process() {
    let folder = tempfile::tempdir().unwrap();
    let maps = "08048000-0804c000 r-xp 00000000 fe:00 7   /usr/bin/app\n";
    fs::write(folder.path().join("pid:1"), maps).unwrap();
    let outcome = outcome(fragscope().args(["report", "./pid:1"]).current_dir(&folder));
    assert_eq!(outcome.code, Some(0), "{}", outcome.err);
}

#[test]
fn itself() {
    let script = format!("exec '{}' live $$", fragscope().get_program().to_string_lossy());
    assert_refused(&outcome(Command::new("sh").args(["-c", &script])), "fragscope itself");
}

#[test]
fn a_thread_names_its_process() {
    unless_skipped("live thread", || {
        let target = Target::start("-m64", 1, 0)?;
        let thread = target.states().into_iter().map(|(id, _)| id).find(|id| *id != target.pid).unwrap();
        assert_refused(&run(&["live", &thread.to_string()]), &format!("of process {}", target.pid));
        Ok(())
    });
}

#[test]
fn a_zombie_has_no_address_space() {
    let mut child = Command::new("true").stdout(Stdio::null()).spawn().unwrap();
    let stat = format!("/proc/{}/stat", child.id());
    while !fs::read_to_string(&stat).unwrap().contains(") Z") {
        std::thread::yield_now();
    }
    assert_refused(&run(&["live", &child.id().to_string()]), "(a zombie)");
    child.wait().unwrap();
}

#[test]
fn a_kernel_thread_has_none_either() {
    // kthreadd is process 2 wherever kernel threads are seen at all.
    if !fs::read_to_string("/proc/2/comm").is_ok_and(|name| name.trim() == "kthreadd") {
        println!("live kernel thread skipped: none is seen here");
        return;
    }
    assert_refused(&run(&["live", "2"]), "thread of the kernel");
}

/// Whoever is nobody may not look at root's processes, and is told whom to be.
#[test]
fn without_permission_there_is_a_way_out() {
    unless_skipped("live permission", || {
        let target = Target::start("-m64", 1, 0)?;
        let folder = tempfile::Builder::new().permissions(fs::Permissions::from_mode(0o755)).tempdir().unwrap();
        let copy = folder.path().join("fragscope");
        fs::copy(fragscope().get_program(), &copy).unwrap();
        let mut command = Command::new(&copy);
        command.args(["live", &target.pid.to_string()]).uid(65_534).gid(65_534).stdin(Stdio::null());
        let output = command.output().map_err(|e| format!("nobody cannot run programs here ({e})"))?;
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("may not be read") && said.contains("sudo fragscope live"), "{said}");
        Ok(())
    });
}
