//! All names of a snapshot: learned from first, then replaced.

use std::path::Path;

use super::{CUT_NAME, Redaction, Redactor};
use crate::model::{DumpFormat, Snapshot};

/// Hides users and hosts in everything that a snapshot says in words. The dump's own paths are learned from, too; the
/// redactor is for whoever shows it.
pub(in crate::load) fn redact(snapshot: &mut Snapshot, paths: &[&Path], redaction: &Redaction) -> Redactor {
    drop_arguments(snapshot);
    let mut redactor = Redactor::new(redaction);
    paths.iter().for_each(|path| redactor.learn(&path.to_string_lossy()));
    learn(snapshot, &mut redactor);
    replace_paths(snapshot, &redactor);
    replace_names(snapshot, &redactor);
    replace_sentences(snapshot, &redactor);
    redactor
}

/// What an ELF core's process name has beyond the kernel's 15 bytes was completed from the first argument.
fn drop_arguments(snapshot: &mut Snapshot) {
    if let (DumpFormat::ElfCore, Some(name)) = (snapshot.dump.format, &mut snapshot.dump.process_name) {
        *name = name.get(..name.floor_char_boundary(CUT_NAME)).unwrap_or_default().into();
    }
}

fn learn(snapshot: &Snapshot, redactor: &mut Redactor) {
    let paths = snapshot.files.iter().chain(snapshot.modules.iter().map(|m| &m.path));
    let owners = snapshot.owners.iter().filter_map(|(_, owner)| owner.name.as_ref());
    let threads = snapshot.threads.iter().filter_map(|t| t.name.as_ref());
    let unloaded = snapshot.unloaded_modules.iter().map(|m| &m.name);
    let dump = snapshot.dump.process_name.iter().chain(&snapshot.dump.writer_detail);
    paths.chain(owners).chain(threads).chain(unloaded).chain(dump).for_each(|name| redactor.learn(name));
    let notes = snapshot.evidence_notes.iter().chain(&snapshot.deep_would_add);
    notes.for_each(|note| redactor.learn(note));
    snapshot.diagnostics.to_vec().iter().for_each(|diagnostic| redactor.learn(&diagnostic.message));
}

fn replace_paths(snapshot: &mut Snapshot, redactor: &Redactor) {
    let modules = snapshot.modules.iter_mut().flat_map(|m| [&mut m.name, &mut m.path]);
    let unloaded = snapshot.unloaded_modules.iter_mut().map(|m| &mut m.name);
    for name in snapshot.files.iter_mut().chain(modules).chain(unloaded) {
        replace(name, redactor.apply(name));
    }
}

fn replace_names(snapshot: &mut Snapshot, redactor: &Redactor) {
    let threads = snapshot.threads.iter_mut().filter_map(|t| t.name.as_mut());
    let dump = snapshot.dump.process_name.iter_mut().chain(&mut snapshot.dump.writer_detail);
    for name in threads.chain(dump) {
        replace(name, redactor.apply_cut(name));
    }
    for name in snapshot.owners.iter_mut().filter_map(|owner| owner.name.as_mut()) {
        replace(name, redactor.apply_cut(name));
    }
}

/// Most names stay as they are, and keep their memory.
fn replace(name: &mut Box<str>, shown: String) {
    if **name != shown {
        *name = shown.into();
    }
}

fn replace_sentences(snapshot: &mut Snapshot, redactor: &Redactor) {
    for note in snapshot.evidence_notes.iter_mut().chain(&mut snapshot.deep_would_add) {
        *note = redactor.apply(note);
    }
    snapshot.diagnostics.rewrite(|message| redactor.apply(message));
}
