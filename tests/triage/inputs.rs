//! What is an input, and in which order.

use std::ffi::OsStr;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::process::Stdio;

use super::harness::{Place, column, lines, maps};

#[test]
fn folders_are_walked_in_the_order_of_names() {
    let place = Place::new();
    for name in ["b/2", "b/10", "b/c/1", "a", "b.x", ".hidden/x", "b/.h"] {
        place.file(&format!("in/{name}"), maps(1));
    }
    let rows = place.rows(&["in/b", "in", "in/a"]);
    let inside = ["in/.hidden/x", "in/a", "in/b/.h", "in/b/10", "in/b/2", "in/b/c/1", "in/b.x"];
    let named = ["in/b/.h", "in/b/10", "in/b/2", "in/b/c/1"];
    assert_eq!(column(&rows, "file"), [&named[..], &inside, &["in/a"]].concat());
}

#[test]
fn links_to_files_are_followed_and_links_to_folders_are_not() {
    let place = Place::new();
    place.file("in/a", maps(1));
    symlink("a", place.path("in/b")).unwrap();
    symlink(".", place.path("in/c")).unwrap();
    symlink("nowhere", place.path("in/d")).unwrap();
    let outcome = place.run(&["triage", "in", "--format", "json"]);
    assert_eq!(column(&lines(&outcome.out), "file"), ["in/a", "in/b", "in/d"]);
    assert_eq!(outcome.err, "fragscope: not followed: 1 link to folders; name such a folder to have it read\n");
    // One that is named is.
    assert_eq!(place.rows(&["in/c"]).len(), 3);
}

#[test]
fn patterns_in_quotes() {
    let place = Place::new();
    for name in ["a1.dmp", "a2.dmp", "a3.txt", "d/a4.dmp", "d/e/a5.dmp", ".d/a6.dmp", "[x].dmp"] {
        place.file(&format!("in/{name}"), maps(1));
    }
    let found = |pattern: &str| {
        let rows = place.rows(&[pattern]);
        column(&rows, "file").into_iter().map(|file| file.trim_start_matches("in/").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found("in/a?.dmp"), ["a1.dmp", "a2.dmp"]);
    assert_eq!(found("in/**/*.dmp"), ["[x].dmp", "a1.dmp", "a2.dmp", "d/a4.dmp", "d/e/a5.dmp"]);
    assert_eq!(found("in/[d]"), ["d/a4.dmp", "d/e/a5.dmp"]);
    assert_eq!(found("in/d/**"), ["d/a4.dmp", "d/e/a5.dmp"]);
    assert_eq!(found("i*/d/e/a5.dmp"), ["d/e/a5.dmp"]);
    assert_eq!(found("in/a1.dmp/*"), ["a1.dmp/*"]);
    // A name that is there is that one.
    assert_eq!(found("in/[x].dmp"), ["[x].dmp"]);
    let rows = place.rows(&["in/*.none", "in/a1.dmp"]);
    assert_eq!(rows[0]["message"], "nothing matches the pattern");
    assert_eq!(rows[1]["status"], "ok");
}

#[test]
fn a_folder_without_a_dump_is_a_row() {
    let place = Place::new();
    std::fs::create_dir_all(place.path("in/empty")).unwrap();
    let rows = place.rows(&["in"]);
    assert_eq!((rows.len(), &rows[0]["message"]), (1, &"there is no dump in the folder".into()));
}

#[test]
fn what_a_run_writes_is_no_input_of_it() {
    let place = Place::new();
    place.maps("in", 3);
    place.file("in/other.jsonl", "{}");
    let args = ["triage", "in", "-o", "in/out.jsonl", "-o", "in/out.csv", "--reports", "in/reports"];
    for _ in 0..2 {
        assert_eq!(place.run(&args).code, 0);
        assert_eq!(lines(&place.read("in/out.jsonl")).len(), 4);
    }
    // Those of other parts are not, either.
    place.file("in/out-00001-of-00002.csv", "");
    place.file("in/out-00001-of-00002.jsonl.fragscope-journal", "");
    assert_eq!(place.run(&args).code, 0);
    assert_eq!(lines(&place.read("in/out.jsonl")).len(), 4);
    // One that is named is.
    assert_eq!(place.rows(&["in/out.csv"]).len(), 1);
}

#[test]
fn annotations_beside_a_minidump_are_part_of_it() {
    let place = Place::new();
    place.sample("in/a.dmp", "linux-x86_64.dmp");
    for name in ["a.extra", "b.dmp.zst", "b.extra", "c.extra", "c.txt"] {
        place.file(&format!("in/{name}"), "{}");
    }
    let rows = place.rows(&["in"]);
    assert_eq!(column(&rows, "file"), ["in/a.dmp", "in/b.dmp.zst", "in/c.extra", "in/c.txt"]);
}

#[test]
fn names_that_are_no_text() {
    let place = Place::new();
    let name = OsStr::from_bytes(b"caf\xe9\n.maps");
    std::fs::create_dir(place.path("in")).unwrap();
    std::fs::write(place.path("in").join(name), maps(1)).unwrap();
    let rows = place.rows(&["in", "--reports", "reports"]);
    assert_eq!((&rows[0]["file"], &rows[0]["status"]), (&"in/caf\u{fffd}\n.maps".into(), &"ok".into()));
    let report = rows[0]["report"].as_str().unwrap();
    assert!(report.starts_with("reports/in_caf") && place.path(report).is_file(), "{report}");
    let listed = [b"in/".as_slice(), name.as_bytes(), b"\0in\0"].concat();
    place.file("list", listed);
    let rows = place.rows(&["--files-from", "list", "--null"]);
    assert_eq!(column(&rows, "status"), ["ok", "unreadable"]);
}

#[test]
fn a_list_from_stdin_is_read_as_it_comes() {
    let place = Place::new();
    place.maps("in", 4);
    let mut command =
        place.command(&["triage", "--files-from", "-", "--format", "json", "--timeout", "1", "--jobs", "1"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut list = child.stdin.take().unwrap();
    for n in 0..4 {
        writeln!(list, "in/{n:05}.maps").unwrap();
        // Longer than a dump may take: waiting for a name is not reading.
        std::thread::sleep(std::time::Duration::from_millis(if n == 1 { 1500 } else { 10 }));
    }
    drop(list);
    let output = child.wait_with_output().unwrap();
    let rows = lines(&String::from_utf8(output.stdout).unwrap());
    assert_eq!(column(&rows, "status"), ["ok"; 4]);
}

#[test]
fn usage_is_refused_before_any_work() {
    let place = Place::new();
    place.maps("in", 2);
    for (args, part) in [
        (&["in", "-o", "out.doc"][..], "does not say what to write"),
        (&["in", "-o", "a.csv", "-o", "./a.csv"], "stands twice"),
        (&["in", "--by", "verdcit"], "did you mean `verdict`"),
        (&["in", "--shard", "2/2"], "parts count from 0 to 1"),
        (&["in", "--resume"], "--output"),
        (&["-"], "--files-from -"),
        (&[], "PATH"),
        (&["--files-from", "nowhere"], "the list nowhere cannot be opened"),
        (&["in", "-o", "nowhere/a.csv"], "cannot be written"),
        (&["in", "--ceiling", "0"], "--ceiling"),
        (&["--from-rows", "in/00000.maps"], "line 1 is no row"),
        (&["--from-rows", "in"], "no plain file"),
    ] {
        let outcome = place.run(&[&["triage"], args].concat());
        assert_eq!(outcome.code, 2, "{args:?}");
        assert!(outcome.err.contains(part), "{args:?}: {}", outcome.err);
        assert_eq!(outcome.out, "");
        assert_eq!(place.names(), ["in"]);
    }
}
