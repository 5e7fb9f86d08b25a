//! Limits of the process decide the verdict where the address space does not.

use super::target::{Target, report, unless_skipped};

/// malloc itself says that the request fails; the limit is the reason, for there is room.
fn check_limit(option: &str, words: &str) {
    unless_skipped(&format!("live ulimit {option}"), || {
        let script = format!("ulimit {option} 400000 && exec \"$0\" \"$@\"");
        let arguments = ["2".to_owned(), "0".into(), "0x20000000".into()];
        let target = Target::start_by(&["sh", "-c", &script], "-m64", &arguments)?;
        assert_eq!(target.said, ["null"], "512 MiB are more than the limit lets through");
        let report = report(target.pid, &["--need", "512M"]);
        assert_eq!(report["verdict"]["kind"], "resource-limit", "{}", report["verdict"]);
        let reasons = report["verdict"]["reasons"].to_string();
        assert!(reasons.contains(words), "{reasons}");
        let small = super::target::report(target.pid, &["--need", "1M"]);
        assert_eq!(small["verdict"]["kind"], "fits", "{}", small["verdict"]);
        Ok(())
    });
}

#[test]
fn rlimit_as_is_the_reason() {
    check_limit("-v", "ulimit -v");
}

#[test]
fn rlimit_data_is_the_reason() {
    check_limit("-d", "ulimit -d");
}

#[test]
fn limits_are_those_of_proc() {
    unless_skipped("live limits", || {
        let script = "ulimit -s 4096 && exec \"$0\" \"$@\"";
        let target = Target::start_by(&["sh", "-c", script], "-m64", &["1".into(), "0".into()])?;
        let limits = report(target.pid, &[])["limits"].clone();
        assert_eq!(limits["stack_limit"], 4 << 20);
        assert_eq!(limits["address_space_limit"], u64::MAX);
        let mode = std::fs::read_to_string("/proc/sys/vm/overcommit_memory").unwrap();
        assert_eq!(limits["overcommit"]["mode"].to_string(), mode.trim());
        assert_eq!(limits["commit_left"].is_null(), mode.trim() != "2");
        Ok(())
    });
}

/// With vm.overcommit_memory=0 a single request above memory and swap is refused, whatever the address space has.
#[test]
fn more_than_memory_and_swap_is_refused() {
    unless_skipped("live overcommit", || {
        let mode = std::fs::read_to_string("/proc/sys/vm/overcommit_memory").unwrap();
        if mode.trim() != "0" {
            return Err(format!("vm.overcommit_memory is {}", mode.trim()));
        }
        let target = Target::start_by(&["env"], "-m64", &["1".into(), "0".into(), "0x100000000000".into()])?;
        assert_eq!(target.said, ["null"], "16 TiB are more than any machine has");
        let report = report(target.pid, &["--need", "16T"]);
        assert_eq!(report["verdict"]["kind"], "commit-limit", "{}", report["verdict"]);
        Ok(())
    });
}
