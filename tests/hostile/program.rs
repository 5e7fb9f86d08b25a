//! The program on hostile input: exit code 2 and exactly one sentence on stderr that names the file; quiet when its
//! reader goes away; bounded memory, as the system counts it.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use assert_cmd::cargo::CommandCargoExt;
use tempfile::TempDir;

use super::invariants::check_sentence;
use super::seeds;
use super::wrapped::{PACKERS, pack};

/// What `ulimit -v` allows the program, in KiB: the 256 MiB of the limit, and as much for the program itself, its
/// libraries and what is only reserved.
const ADDRESS_SPACE: u64 = 512 << 10;

fn report_of(path: &Path, more: &[&str]) -> Output {
    let program = Command::cargo_bin("fragscope").unwrap();
    let limited = format!("ulimit -v {ADDRESS_SPACE}; exec \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &limited, "sh"]).arg(program.get_program()).arg("report").arg(path).args(more);
    command.stdin(Stdio::null()).output().unwrap()
}

/// The one sentence without the program's name; the file's must be in it.
fn refusal(output: &Output, path: &Path) -> String {
    assert_eq!(output.status.code(), Some(2), "{}: {output:?}", path.display());
    assert!(output.stdout.is_empty(), "{}: {output:?}", path.display());
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    let line = text.strip_suffix('\n').expect("the sentence ends its line");
    assert!(!line.contains('\n'), "more than one line: {line}");
    let sentence = line.strip_prefix("fragscope: ").expect("the program's name in front");
    assert!(sentence.starts_with(&*path.to_string_lossy()), "the file is not named first: {sentence}");
    check_sentence(sentence);
    sentence.to_string()
}

fn refuses(path: &Path) -> String {
    refusal(&report_of(path, &[]), path)
}

fn written(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn files_that_are_no_dumps() {
    let folder = TempDir::new().unwrap();
    let expected: [(&str, &[u8], &str); 10] = [
        ("empty", b"", "empty"),
        ("zeros", &[0; 5000], "zeros"),
        ("kernel.dmp", b"PAGEDU64 and more", "kernel dump"),
        ("mach", b"\xcf\xfa\xed\xfe.......", "Mach-O"),
        ("error.html", b"<!DOCTYPE html><p>404", "HTML"),
        ("noise", b"\x01\x02\x03\x04\x05\x06\x07\x08", "neither"),
        ("elf", b"\x7fELF\x02\x01\x01", "cut after"),
        ("short.dmp", b"MDMP", "needs"),
        ("short.zst", b"\x28\xb5\x2f\xfd", "damaged"),
        ("text", b"hello world\n", "text"),
    ];
    for (name, bytes, word) in expected {
        let sentence = refuses(&written(&folder, name, bytes));
        assert!(sentence.contains(word), "{name}: {sentence}");
    }
}

#[test]
fn this_program_is_no_dump_of_itself() {
    let program = Command::cargo_bin("fragscope").unwrap();
    assert!(refuses(Path::new(program.get_program())).contains("not a core"));
}

#[test]
fn what_cannot_be_opened() {
    let folder = TempDir::new().unwrap();
    assert!(refuses(&folder.path().join("missing")).contains("cannot be opened"));
    assert!(refuses(folder.path()).contains("folder"));
}

#[test]
fn names_of_files_reach_the_terminal_as_text() {
    let folder = TempDir::new().unwrap();
    let output = report_of(&folder.path().join("evil\u{1b}[31mname"), &[]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), text.lines().count()), (Some(2), 1), "{text}");
    assert!(text.contains("name: cannot be opened") && !text.contains('\u{1b}'), "{text:?}");
}

#[cfg(unix)]
#[test]
fn an_unreadable_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().unwrap();
    let path = written(&folder, "secret", b"MDMP");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::File::open(&path).is_ok() {
        eprintln!("skipped: this user (root) may read every file");
        return;
    }
    assert!(refuses(&path).contains("cannot be opened"));
}

#[cfg(target_os = "linux")]
#[test]
fn devices_and_pipes() {
    assert!(refuses(Path::new("/dev/zero")).contains("zeros"));
    assert!(refuses(Path::new("/dev/null")).contains("empty"));
    let folder = TempDir::new().unwrap();
    let fifo = folder.path().join("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let core = seeds::synthetic().into_iter().find(|seed| seed.name == "core x86 Kernel").unwrap();
    for bytes in [core.image.bytes, b"no dump at all".to_vec()] {
        let to = fifo.clone();
        // The reader may close its end before all is written.
        let writer = std::thread::spawn(move || drop(fs::write(to, &bytes)));
        let output = report_of(&fifo, &[]);
        writer.join().unwrap();
        match output.status.code() {
            Some(0) => assert!(!output.stdout.is_empty()),
            _ => assert!(refusal(&output, &fifo).contains("text")),
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_reader_that_goes_away_is_no_error() {
    let sample = seeds::sample_files().into_iter().next().unwrap();
    for format in ["text", "json"] {
        let mut command = Command::cargo_bin("fragscope").unwrap();
        command.arg("report").arg(&sample).args(["--all", "--format", format]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]), "{format}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_one_sentence() {
    let sample = seeds::sample_files().into_iter().next().unwrap();
    let mut command = Command::cargo_bin("fragscope").unwrap();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = command.arg("report").arg(sample).stdout(full).stderr(Stdio::piped()).spawn().unwrap();
    let output = output.wait_with_output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), text.lines().count()), (Some(2), 1), "{text}");
}

/// What unpacks to a gigabyte stays within the memory that the system allows.
#[cfg(target_os = "linux")]
#[test]
fn bombs_stay_within_bounds() {
    let size = if super::examine::is_long_run() { 1 << 30 } else { 256 << 20 };
    let folder = TempDir::new().unwrap();
    for (suffix, packer) in PACKERS {
        let bomb = written(&folder, &format!("bomb.{suffix}"), &packer(&mut io::repeat(0).take(size)));
        assert!(refuses(&bomb).contains("zeros"), "{suffix}");
        let maps = b"00010000-00020000 rw-p 00000000 00:00 0 /x\n".iter().copied().cycle().take(80 << 20);
        let text: Vec<u8> = maps.collect();
        let long = written(&folder, &format!("long.{suffix}"), &pack(packer, &text));
        assert_eq!(report_of(&long, &[]).status.code(), Some(0), "{suffix}");
    }
    let deep = report_of(&folder.path().join("bomb.zst"), &["--deep"]);
    assert_eq!(deep.status.code(), Some(2));
}

/// Each minute of a tired engineer's upload: a dump cut in the middle still gives a report or one sentence.
#[test]
fn cut_samples() {
    let folder = TempDir::new().unwrap();
    for sample in seeds::sample_files() {
        let bytes = fs::read(&sample).unwrap();
        for parts in [1, 4, 15] {
            let path = written(&folder, "cut", &bytes[..bytes.len() * parts / 16]);
            let output = report_of(&path, &[]);
            match output.status.code() {
                Some(0) => assert!(!output.stdout.is_empty() && output.stderr.is_empty()),
                _ => drop(refusal(&output, &path)),
            }
        }
    }
}
