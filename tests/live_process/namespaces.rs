//! A process in a container has another number inside, and /proc may be of another namespace than this program.

use std::fs;
use std::process::Command;

use super::target::{Target, fragscope, outcome, unless_skipped, whole_report};

fn can_unshare() -> Result<(), String> {
    let done = Command::new("unshare").args(["--pid", "--fork", "true"]).output();
    let works = done.is_ok_and(|output| output.status.success());
    works.then_some(()).ok_or_else(|| "unshare --pid is not permitted here".into())
}

/// struct pthread has the number inside; the stacks are found all the same.
#[test]
fn a_process_in_another_namespace_has_exact_stacks() {
    unless_skipped("live inner namespace", || {
        can_unshare()?;
        let arguments = ["4".to_owned(), "0".into()];
        let mut target = Target::start_by(&["unshare", "--pid", "--fork"], "-m64", &arguments)?;
        let children = format!("/proc/{0}/task/{0}/children", target.child.id());
        let children = fs::read_to_string(children).map_err(|e| e.to_string())?;
        target.pid = children.trim().parse().map_err(|_| format!("children: {children:?}"))?;
        let report = whole_report(target.pid);
        let threads = report["threads"].as_array().unwrap();
        let exact = threads.iter().filter(|t| t["stack"]["source"] == "pthread").count();
        assert_eq!((threads.len(), exact), (5, 4), "{threads:#?}");
        Ok(())
    });
}

/// Stopping by /proc's numbers would stop whoever has them here.
#[test]
fn nothing_is_stopped_by_the_numbers_of_another_namespace() {
    unless_skipped("live outer namespace", || {
        can_unshare()?;
        let target = Target::start("-m64", 1, 1)?;
        let mut command = Command::new("unshare");
        command.args(["--pid", "--fork"]).arg(fragscope().get_program());
        let outcome = outcome(command.args(["live", &target.pid.to_string(), "--format", "json"]));
        assert_eq!(outcome.code, Some(0), "{}", outcome.err);
        assert!(outcome.out.contains("\"other-namespace\""), "{}", outcome.out);
        Ok(())
    });
}
