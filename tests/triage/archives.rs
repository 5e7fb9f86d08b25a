//! Archives: a row for each file in them, also when one of these ends its reader.

use std::process::Command;

use super::harness::{Place, column, journal_lines, lines, maps, timeless};

/// Packs a folder with tar; the order is that of names.
fn tar(place: &Place, folder: &str, archive: &str) {
    let args = ["--sort=name", "-cf", archive, "-C", folder, "."];
    let status = Command::new("tar").args(args).current_dir(place.path(".")).status().unwrap();
    assert!(status.success());
}

/// A tar with a tar in it, and files that end their readers in both.
fn nested(place: &Place) {
    for (name, content) in [("b-abort", "fragscope-hook: abort"), ("d-exit", "fragscope-hook: exit")] {
        place.file(&format!("inner/{name}"), content);
        place.file(&format!("outer/{name}"), content);
    }
    for name in ["a", "c", "e"] {
        place.file(&format!("inner/{name}"), maps(1));
        place.file(&format!("outer/{name}"), maps(2));
    }
    tar(place, "inner", "outer/c.tar");
    tar(place, "outer", "all.tar");
}

const NESTED: [(&str, &str); 10] = [
    ("a", "ok"),
    ("b-abort", "crashed"),
    ("c", "ok"),
    ("c.tar!./a", "ok"),
    ("c.tar!./b-abort", "crashed"),
    ("c.tar!./c", "ok"),
    ("c.tar!./d-exit", "crashed"),
    ("c.tar!./e", "ok"),
    ("d-exit", "crashed"),
    ("e", "ok"),
];

#[test]
fn each_member_has_its_row_whatever_becomes_of_the_others() {
    let place = Place::new();
    nested(&place);
    let expected: Vec<String> = NESTED.iter().map(|(name, _)| format!("all.tar!./{name}")).collect();
    for jobs in ["1", "2"] {
        let rows = place.rows(&["all.tar", "--jobs", jobs]);
        assert_eq!(column(&rows, "file"), expected);
        assert_eq!(column(&rows, "status"), NESTED.map(|(_, status)| status));
    }
}

#[test]
fn an_archive_goes_on_where_it_was() {
    let place = Place::new();
    nested(&place);
    place.file("outer/d-hang", "fragscope-hook: hang");
    tar(&place, "outer", "all.tar");
    let args = ["triage", "all.tar", "-o", "out.jsonl", "--timeout", "600"];
    let mut child = place.command(&args).spawn().unwrap();
    let journal = "out.jsonl.fragscope-journal";
    let begun = std::time::Instant::now();
    while std::fs::read_to_string(place.path(journal)).unwrap_or_default().lines().count() < 10 {
        assert!(begun.elapsed().as_secs() < 60);
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let kept = journal_lines(&place.read(journal));
    let resumed = ["triage", "all.tar", "-o", "out.jsonl", "--timeout", "1", "--resume"];
    assert_eq!(place.run(&resumed).code, 0);
    let rows = lines(&place.read("out.jsonl"));
    assert_eq!(rows.len(), 11);
    assert!(kept.iter().all(|line| rows.contains(&line["row"])), "a member was read again");
    assert_eq!(place.run(&resumed[..6]).code, 0);
    let anew = timeless(&place.read("out.jsonl"));
    let text: String = rows.iter().map(|row| format!("{row}\n")).collect();
    assert_eq!(timeless(&text), anew);
}

#[test]
fn an_archive_without_a_file_is_a_row() {
    let place = Place::new();
    std::fs::create_dir(place.path("none")).unwrap();
    tar(&place, "none", "none.tar");
    let rows = place.rows(&["none.tar"]);
    assert_eq!((rows.len(), &rows[0]["status"], &rows[0]["file"]), (1, &"unreadable".into(), &"none.tar".into()));
}
