//! ProcessVmCountersStream (22): MINIDUMP_PROCESS_VM_COUNTERS_2 (minidumpapiset.h), in bytes. Only the limits of a job matter.

use minidump_common::format::MINIDUMP_STREAM_TYPE as Kind;

use super::reading::Reading;
use crate::bytes::Reader;

/// MINIDUMP_PROCESS_VM_COUNTERS_JOB: the process is in a job, and the counters of the job are valid.
const HAS_JOB: u16 = 0x10;
/// JobSharedCommitUsage, JobPrivateCommitUsage, JobPeakPrivateCommitUsage, JobPrivateCommitLimit, JobTotalCommitLimit.
const JOB_AT: usize = 112;

/// Lowers what can still be committed to what the process's job allows. A limit of 0 is none: Firefox's dumps have a
/// job without limits.
pub(super) fn read(dump: &mut Reading<'_>) {
    let Some(bytes) = dump.small_stream(Kind::ProcessVmCountersStream, 152) else { return };
    let left = job_commit_left(&bytes, dump);
    let limits = &mut dump.facts.limits;
    limits.commit_left = limits.commit_left.into_iter().chain(left).min();
}

fn job_commit_left(bytes: &[u8], dump: &Reading<'_>) -> Option<u64> {
    let endian = dump.file.endian;
    let flags = Reader::at(bytes, 2, endian)?.u16()?;
    if flags & HAS_JOB == 0 {
        return None;
    }
    let mut job = Reader::at(bytes, JOB_AT, endian)?;
    let (shared, private, _peak) = (job.u64()?, job.u64()?, job.u64()?);
    let (private_limit, total_limit) = (job.u64()?, job.u64()?);
    let by_private = (private_limit > 0).then(|| private_limit.saturating_sub(private));
    let by_total = (total_limit > 0).then(|| total_limit.saturating_sub(shared.saturating_add(private)));
    by_private.into_iter().chain(by_total).min()
}
