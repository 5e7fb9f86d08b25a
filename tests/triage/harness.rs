//! Folders of dumps, and runs over them.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use assert_cmd::cargo::CommandCargoExt;
use serde_json::Value;
use tempfile::TempDir;

/// A folder that the program is run in.
pub struct Place(TempDir);

pub struct Outcome {
    pub out: String,
    pub err: String,
    pub code: i32,
}

impl Place {
    pub fn new() -> Place {
        Place(TempDir::new().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A file, with the folders that it lies in.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// A link to a sample.
    pub fn sample(&self, name: &str, sample: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        symlink(Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-dumps").join(sample), &path).unwrap();
        path
    }

    /// So many maps of processes, each another one.
    pub fn maps(&self, folder: &str, count: usize) {
        for n in 0..count {
            self.file(&format!("{folder}/{n:05}.maps"), maps(n));
        }
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The program, which obeys files that ask for misbehaviour.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::cargo_bin("fragscope").unwrap();
        command.args(args).current_dir(self.0.path()).stdin(Stdio::null()).env("FRAGSCOPE_TRIAGE_HOOKS", "1");
        command
    }

    pub fn run(&self, args: &[&str]) -> Outcome {
        let output = self.command(args).output().unwrap();
        Outcome {
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code().unwrap(),
        }
    }

    /// The rows that a run prints.
    pub fn rows(&self, args: &[&str]) -> Vec<Value> {
        let outcome = self.run(&[&["triage", "--format", "json"], args].concat());
        assert_eq!(outcome.code, 0, "{}", outcome.err);
        lines(&outcome.out)
    }

    /// Names in the folder.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

/// A small process; the larger the number, the smaller the largest gap.
pub fn maps(number: usize) -> String {
    let top = 0xc000_0000u64 - 0x1000 * number as u64 - 0x10000;
    format!(
        "08048000-0804c000 r-xp 00000000 fe:00 7   /usr/bin/app\n{top:08x}-bfff0000 rw-p 00000000 00:00 0\n\
         bfff0000-c0000000 rw-p 00000000 00:00 0   [stack]\n"
    )
}

pub fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What a journal says of inputs, each line behind its checksum.
pub fn journal_lines(text: &str) -> Vec<Value> {
    text.lines().skip(1).map(|line| serde_json::from_str(line.split_once(' ').unwrap().1).unwrap()).collect()
}

/// One column of rows.
pub fn column<'r>(rows: &'r [Value], name: &str) -> Vec<&'r str> {
    rows.iter().map(|row| row[name].as_str().unwrap_or_default()).collect()
}

/// Rows without what differs from run to run.
pub fn timeless(text: &str) -> Vec<Value> {
    let mut rows = lines(text);
    rows.iter_mut().for_each(|row| row["ms"] = Value::Null);
    rows
}
