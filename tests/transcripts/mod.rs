//! Logs of debuggers and other tools: `importer` has a test for each thing that their output does, `shapes` prints a
//! known process in every form and expects the figures of its dump, `published` reads what others have printed, `tools`
//! runs gdb, lldb, pmap and readelf here. What nobody prints is in `hostile`.

mod bundled;
mod importer;
mod program;
mod published;
mod shapes;
mod tools;

use std::path::Path;

use fragscope::analyze::{Analysis, analyze};
use fragscope::error::LoadError;
use fragscope::load::{self, Dump, Input, LoadOptions};
use fragscope::model::Snapshot;

/// Reads texts as the files of one process.
fn try_read(texts: &[&str]) -> Result<Dump<'static>, (usize, LoadError)> {
    let input = |text: &&str| Input::from_bytes(text.as_bytes().to_vec(), false).unwrap();
    load::together(texts.iter().map(input).collect(), &[] as &[&Path], &LoadOptions::default())
}

/// The same where it must succeed.
fn read(texts: &[&str]) -> Dump<'static> {
    try_read(texts).unwrap_or_else(|(file, e)| panic!("file {file}: {e}"))
}

/// The sentence of what cannot be read.
fn refusal(texts: &[&str]) -> String {
    match try_read(texts) {
        Ok(_) => panic!("it is read: {texts:?}"),
        Err((_, e)) => e.to_string(),
    }
}

fn figures(snapshot: &Snapshot) -> Analysis {
    analyze(snapshot)
}

/// First and one past the last address of each region.
fn ranges(snapshot: &Snapshot) -> Vec<(u64, u64)> {
    snapshot.space.regions().iter().map(|r| (r.range.start().0, r.range.end().0)).collect()
}

fn holes(snapshot: &Snapshot) -> Vec<(u64, u64)> {
    snapshot.space.holes().map(|h| (h.range.start().0, h.range.end().0)).collect()
}
