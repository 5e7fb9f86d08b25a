//! How far the map can be trusted, by who wrote it and what is left of it.

use super::process::Seen;
use super::shape::Shape;
use crate::addr::{Addr, AddrRange};
use crate::load::facts::{Facts, RawCoverage, Row};
use crate::model::{Evidence, Source, Writer};

/// Sets grade, coverage, their reasons, and the number of mappings where it is known.
pub(super) fn grade(shape: &Shape, seen: &Seen, facts: &mut Facts) {
    match facts.writer {
        _ if facts.rows.is_empty() => note(facts, Evidence::None, "no mapping could be read from the program headers"),
        Some(Writer::Kernel) => kernel(shape, seen, facts),
        Some(Writer::Gdb) => gdb(seen, facts),
        Some(Writer::Qemu) => note(facts, Evidence::Partial, QEMU),
        _ if seen.vmmap => note(facts, Evidence::NearlyComplete, FREEBSD),
        _ => note(facts, Evidence::Partial, UNKNOWN),
    }
}

const QEMU: &str = "qemu-user lists the guest's pages with equal neighbours merged, without files, and leaves out its \
                    own mappings, which lie in the same address space";
const FREEBSD: &str =
    "FreeBSD's NT_PROCSTAT_VMMAP lists every mapping; this was not yet checked against a real process";
const UNKNOWN: &str = "the writer of this core is not known, so mappings that it does not list may have existed";
const NO_FILES: &str = "the kernel wrote no NT_FILE note, so mapped files have no names; it does so above 65,536 mappings \
                        (kernel.core_file_note_size_limit is 4 MiB), and before Linux 3.7";
const STRIPPED: &str = "the notes name mapped files that no program header lists: something left mappings out of the \
                        kernel's core (minicoredumper does), and others may be missing too";
const KERNEL: &str = "the kernel lists every mapping as a program header";

fn note(facts: &mut Facts, evidence: Evidence, reason: &str) {
    facts.evidence = evidence;
    facts.evidence_notes.push(reason.to_owned());
}

/// The kernel walks all mappings upwards: what is left of a cut table is complete as far as it reaches.
fn kernel(shape: &Shape, seen: &Seen, facts: &mut Facts) {
    note(facts, Evidence::Complete, KERNEL);
    if seen.complete && !seen.file {
        // Observed with 68,000 mappings on Linux 6.18.
        facts.diagnostics.info("no-file-names", NO_FILES, None);
    }
    if shape.odd > 0 {
        note(facts, Evidence::Partial, "some program headers contradict themselves, so others may be wrong unnoticed");
    } else if shape.whole && !lists_its_files(facts) {
        note(facts, Evidence::Partial, STRIPPED);
    } else if shape.whole {
        facts.coverage = RawCoverage::Everything;
        facts.limits.vma_count = Some(shape.mappings);
    } else {
        let read = shape.mapped_end.and_then(|end| AddrRange::new(Addr(0), end));
        facts.coverage = RawCoverage::Within(read.into_iter().collect());
        note(facts, Evidence::Partial, "the program headers are cut: mappings above the last one read are missing");
    }
}

/// Each row of the kernel's NT_FILE is a mapping, and each mapping a program header. minicoredumper and the like copy the
/// notes and leave program headers out.
fn lists_its_files(facts: &Facts) -> bool {
    let loads = facts.rows.partition_point(|r| r.source == Source::PtLoad);
    let (loads, files) = facts.rows.split_at(loads);
    let listed = |file: &Row| {
        let next = loads.partition_point(|l| l.range.end() <= file.range.start());
        loads.get(next).is_some_and(|l| l.range.covers(file.range))
    };
    files.iter().filter(|r| r.source == Source::NtFile).all(listed)
}

/// Measured with gdb 13 and 18: NT_FILE has the file-backed mappings that gdb does not dump, and nothing but memory
/// marked MADV_DONTDUMP and [vvar] is missing from both.
fn gdb(seen: &Seen, facts: &mut Facts) {
    let covered = seen.file;
    note(
        facts,
        if covered { Evidence::NearlyComplete } else { Evidence::Partial },
        "gdb leaves out anonymous memory marked MADV_DONTDUMP and the [vvar] pages below the vdso",
    );
    let files = match covered {
        true => "read-only and shared file mappings, which gdb does not dump, are taken from NT_FILE",
        false => {
            "read-only and shared file mappings, which gdb does not dump, are missing, because NT_FILE was not read"
        }
    };
    facts.evidence_notes.push(files.to_owned());
    facts.evidence_notes.push(
        "gdb writes PROT_NONE as readable: guard pages and reservations look like committed memory here".to_owned(),
    );
}
