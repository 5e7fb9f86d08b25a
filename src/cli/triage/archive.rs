//! An archive: a row for each file in it.

use std::io;
use std::path::Path;
use std::time::Instant;

use super::digest;
use super::one::{Emit, Named, Reader, noted, since};
use super::wire::{Answer, Identity, Job};
use crate::addr::FileOffset;
use crate::load;
use crate::load::archive::{ArchiveLimits, Member, Start, walk};
use crate::triage::{Row, RowFile, Status};

/// Reads those members that have no row yet.
///
/// # Errors
/// Those of `emit`.
pub fn read(reader: &Reader, job: &Job, identity: Identity, emit: Emit<'_>) -> io::Result<()> {
    let begun = std::cell::Cell::new(Instant::now());
    let emit = std::cell::RefCell::new((emit, Ok(())));
    // A worker that cannot answer has nobody to work for, which is told when the archive is done.
    let tell = |answer: Answer<&Row>| {
        let (emit, result) = &mut *emit.borrow_mut();
        if result.is_ok() {
            *result = emit(answer);
        }
    };
    let start = Start { skip: job.skip.into(), closed: job.closed.clone(), deep: reader.options().deep };
    let walked = walk(
        &job.name.path(),
        &ArchiveLimits::default(),
        &start,
        &mut |name| {
            begun.set(Instant::now());
            tell(Answer { begin: Some(name.to_owned()), ..Answer::about(identity) });
        },
        &mut |member| {
            let row = Row { ms: since(begun.replace(Instant::now())), ..row_of(reader, job, member) };
            tell(Answer { row: Some(&row), failed: !row.status.was_read(), ..Answer::about(identity) });
        },
    );
    match walked {
        Ok(_) => tell(Answer { end: true, ..Answer::about(identity) }),
        Err(error) => {
            let row = reader.row(job.name.shown(), Status::Unreadable, error.to_string());
            tell(Answer { row: Some(&row), failed: true, end: true, ..Answer::about(identity) });
        }
    }
    emit.into_inner().1
}

/// The name of a member as rows have it; what is said of the archive as a whole has the archive's.
pub fn named(archive: &str, member: &str) -> String {
    if member.is_empty() { archive.to_owned() } else { format!("{archive}!{member}") }
}

fn row_of(reader: &Reader, job: &Job, member: Member) -> Row {
    let Member { name, content, size, modified, cut, extra } = member;
    let shown = named(&job.name.shown(), &name);
    let exact = [job.name.bytes(), vec![b'!'], name.into_bytes()].concat();
    let named = Named { shown, exact };
    let mtime_ms = modified.map(|seconds| seconds.saturating_mul(1000));
    let input = match content {
        Ok(input) => input,
        Err(error) => return Row { size, mtime_ms, ..reader.failed(&named, error.to_string()) },
    };
    reader.obey(&input.read_available(FileOffset(0), 64));
    // Of a member that is unpacked again, what was packed is not at hand.
    let hashed = reader.hashes() && input.compression().is_none();
    let sha256 = hashed.then(|| digest::of_all(&mut input.reader()).ok()).flatten();
    let file = RowFile { size, mtime_ms, sha256, ..RowFile::default() };
    let path = job.name.path();
    let paths: [&Path; 2] = [&path, Path::new(&named.shown)];
    let row = reader.row_of(&named, &path, file, || load::of_input(input, extra.as_deref(), &paths, reader.options()));
    match cut {
        Some(sentence) if row.status == Status::Ok => noted(Row { status: Status::Partial, ..row }, sentence),
        Some(sentence) => noted(row, sentence),
        None => row,
    }
}
