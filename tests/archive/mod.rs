//! Dumps inside of archives: made by the tools that people make them with, and by hand where no tool would.

mod bytes;
mod cut;
mod detect;
mod extra;
mod hostile;
mod nested;
mod property;
mod tools;

use std::path::{Path, PathBuf};

use fragscope::addr::FileOffset;
use fragscope::load::archive::{self, ArchiveLimits, Start};
use tempfile::TempDir;

/// What a test looks at of a member.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Row {
    name: String,
    /// The unpacked bytes, up to `KEPT`, and how many there are; or the sentence.
    content: Result<(Vec<u8>, u64), String>,
    size: Option<u64>,
    modified: Option<u64>,
    cut: Option<String>,
    extra: Option<Vec<u8>>,
}

const KEPT: u64 = 1 << 20;

impl Row {
    fn bytes(&self) -> &[u8] {
        &self.content.as_ref().unwrap_or_else(|e| panic!("{}: {e}", self.name)).0
    }

    fn sentence(&self) -> &str {
        self.content.as_ref().err().unwrap_or_else(|| panic!("{} can be read", self.name))
    }
}

/// A walk: its members, and the names that were told before they were unpacked.
struct Walk {
    rows: Vec<Row>,
    begun: Vec<String>,
    count: u64,
}

impl Walk {
    fn names(&self) -> Vec<&str> {
        self.rows.iter().map(|row| row.name.as_str()).collect()
    }

    fn row(&self, name: &str) -> &Row {
        self.rows.iter().find(|row| row.name == name).unwrap_or_else(|| panic!("no {name} in {:?}", self.names()))
    }
}

fn walk_with(path: &Path, limits: &ArchiveLimits, start: &Start) -> Walk {
    let (mut rows, mut begun) = (Vec::new(), Vec::new());
    let count = archive::walk(path, limits, start, &mut |name| begun.push(name.to_owned()), &mut |member| {
        let content = member.content.map_err(|e| e.to_string());
        let content = content.map(|c| (c.read_available(FileOffset(0), KEPT), c.len().unwrap()));
        let (name, size, modified) = (member.name, member.size, member.modified);
        rows.push(Row { name, content, size, modified, cut: member.cut, extra: member.extra });
    });
    Walk { rows, begun, count: count.unwrap() }
}

fn walk(path: &Path) -> Walk {
    walk_with(path, &ArchiveLimits::default(), &Start::default())
}

/// A walk through bytes.
fn walk_bytes(bytes: &[u8]) -> Walk {
    let folder = TempDir::new().unwrap();
    walk(&file(&folder, "a", bytes))
}

fn file(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}
