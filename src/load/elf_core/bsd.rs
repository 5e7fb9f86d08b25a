//! Notes of FreeBSD and NetBSD cores: threads, name, signal, and FreeBSD's list of mappings.
//!
//! After FreeBSD's sys/sys/procfs.h, elf_common.h and user.h, and NetBSD's sys/sys/exec_elf.h; not measured on real
//! dumps, and the grade of the map says so.

use object::elf::{self, NoteType};

use super::header::Header;
use super::process::Ended;
use super::siginfo::Signal;
use crate::addr::{Addr, AddrRange};
use crate::bytes::Reader;
use crate::load::auxv;
use crate::load::facts::{Facts, Row, ThreadFacts};
use crate::model::{PointerWidth, Protection, Source, State};

/// FreeBSD: the list of mappings, as `procstat -v` prints it.
pub(super) const NT_PROCSTAT_VMMAP: NoteType = NoteType(10);
/// FreeBSD: the auxiliary vector.
pub(super) const NT_PROCSTAT_AUXV: NoteType = NoteType(16);
const NT_THRMISC: NoteType = NoteType(7);
/// NetBSD: the process.
const PROCINFO: NoteType = NoteType(1);
/// NetBSD: its auxiliary vector.
const NETBSD_AUXV: NoteType = NoteType(2);
/// NetBSD on x86: a thread's registers (PT_GETREGS).
const GETREGS: NoteType = NoteType(33);

/// Takes one FreeBSD note; returns whether it was the whole list of mappings.
pub(super) fn freebsd(
    kind: NoteType,
    desc: &[u8],
    header: &Header,
    facts: &mut Facts,
    ended: &mut Option<Ended>,
) -> bool {
    match kind {
        elf::NT_PRSTATUS => {
            let _ = freebsd_thread(desc, header, facts, ended);
        }
        elf::NT_PRPSINFO => {
            let _ = freebsd_process(desc, header, facts);
        }
        NT_THRMISC => name_last_thread(desc, facts),
        NT_PROCSTAT_VMMAP => return vmmap(desc, header, facts).is_some(),
        NT_PROCSTAT_AUXV => take_auxv(desc.get(4..).unwrap_or_default(), header, facts),
        _ => {}
    }
    false
}

/// Takes one NetBSD note of the process.
pub(super) fn netbsd(kind: NoteType, desc: &[u8], header: &Header, facts: &mut Facts, ended: &mut Option<Ended>) {
    match kind {
        PROCINFO => {
            let _ = procinfo(desc, header, facts, ended);
        }
        NETBSD_AUXV => take_auxv(desc, header, facts),
        _ => {}
    }
}

/// Takes one NetBSD note of a thread. Orders: sys/arch/i386/include/reg.h, sys/arch/amd64/include/frame_regs.h.
pub(super) fn netbsd_thread(lwp: u64, kind: NoteType, desc: &[u8], header: &Header, facts: &mut Facts) {
    let (sp, pc) = match header.machine {
        elf::EM_386 => (4, 8),
        elf::EM_X86_64 => (24, 21),
        _ => return,
    };
    if kind == GETREGS {
        let register = |index| register(desc, 0, index, header);
        facts.threads.push(ThreadFacts { id: lwp, sp: register(sp), pc: register(pc), ..ThreadFacts::default() });
    }
}

fn register(desc: &[u8], start: usize, index: usize, header: &Header) -> Option<Addr> {
    let offset = start + index * usize::from(header.width.bytes());
    Reader::at(desc, offset, header.endian)?.word(header.width).map(Addr)
}

/// `struct prstatus`: version, three sizes as words, osreldate, cursig, pid (the thread's id), then the registers in
/// the order of `struct reg`.
fn freebsd_thread(desc: &[u8], header: &Header, facts: &mut Facts, ended: &mut Option<Ended>) -> Option<()> {
    let (sizes_at, registers_at) = match header.width {
        PointerWidth::Bits32 => (4, 28),
        PointerWidth::Bits64 => (8, 48),
    };
    let mut at = Reader::at(desc, sizes_at + 3 * usize::from(header.width.bytes()), header.endian)?;
    let (_release, signal, id) = (at.u32()?, at.u32()?, u64::from(at.u32()?));
    let order = match header.machine {
        elf::EM_386 => Some((16, 13)),
        elf::EM_X86_64 => Some((20, 17)),
        elf::EM_AARCH64 => Some((31, 32)),
        _ => None,
    };
    let register = |index| register(desc, registers_at, index, header);
    let (sp, pc) = order.map_or((None, None), |(sp, pc)| (register(sp), register(pc)));
    facts.threads.push(ThreadFacts { id, sp, pc, ..ThreadFacts::default() });
    if signal != 0 {
        ended.get_or_insert(Ended { signal: Signal { number: signal, address: None }, thread: Some(id) });
    }
    Some(())
}

/// `struct prpsinfo`: version, a size as word, pr_fname (17 bytes), pr_psargs (81), pr_pid since version 1 has it.
fn freebsd_process(desc: &[u8], header: &Header, facts: &mut Facts) -> Option<()> {
    let mut at = Reader::at(desc, 2 * usize::from(header.width.bytes()), header.endian)?;
    facts.process_name = text(at.take(17)?);
    at.skip(81)?;
    at.skip(at.position().next_multiple_of(4) - at.position())?;
    facts.pid = at.u32().map(u64::from);
    Some(())
}

/// `struct thrmisc`: the name of the thread before.
fn name_last_thread(desc: &[u8], facts: &mut Facts) {
    if let Some(thread) = facts.threads.last_mut() {
        thread.name = desc.get(..20).and_then(text);
    }
}

fn text(bytes: &[u8]) -> Option<String> {
    let text = bytes.split(|b| *b == 0).next().unwrap_or_default();
    (!text.is_empty()).then(|| String::from_utf8_lossy(text).into_owned())
}

fn take_auxv(desc: &[u8], header: &Header, facts: &mut Facts) {
    let (vector, page_size) = auxv::read(desc, header.width, header.endian, false);
    facts.auxv = vector;
    facts.page_size = page_size.or(facts.page_size);
}

/// The size of an entry, then packed entries of `struct kinfo_vmentry`, each as long as it says itself. `None` if an
/// entry is cut or has no room for its own fields.
fn vmmap(desc: &[u8], header: &Header, facts: &mut Facts) -> Option<()> {
    let mut rest = desc.get(4..)?;
    while !rest.is_empty() {
        let size = usize::try_from(Reader::new(rest, header.endian).u32()?).ok()?;
        let (entry, behind) = rest.split_at_checked(size)?;
        let row = vm_entry(entry, header, facts)?;
        facts.rows.extend(row);
        rest = behind;
    }
    Some(())
}

/// `None` if the entry is too short; `Some(None)` if its range is empty.
fn vm_entry(entry: &[u8], header: &Header, facts: &mut Facts) -> Option<Option<Row>> {
    let mut at = Reader::at(entry, 8, header.endian)?;
    let (start, end, offset) = (Addr(at.u64()?), Addr(at.u64()?), at.u64()?);
    let flags = Reader::at(entry, 56, header.endian)?.u32()?;
    let path = entry.get(136..).and_then(text);
    let Some(range) = AddrRange::new(start, end) else { return Some(None) };
    let protection = vm_protection(flags);
    let state = if protection.is_no_access() { State::Reserved } else { State::Committed };
    let file = path.map(|p| facts.intern_file(&p));
    let file_offset = file.map(|_| offset);
    Some(Some(Row { protection: Some(protection), file, file_offset, ..Row::new(range, state, Source::Maps) }))
}

/// KVME_PROT_READ 1, WRITE 2, EXEC 4: the other way round than `p_flags`.
fn vm_protection(flags: u32) -> Protection {
    let bits = [(1, Protection::READ), (2, Protection::WRITE), (4, Protection::EXECUTE)];
    bits.into_iter().filter(|(bit, _)| flags & bit != 0).fold(Protection::NONE, |all, (_, p)| all.with(p))
}

/// `struct netbsd_elfcore_procinfo`: cpi_signo at 8, cpi_pid at 80, cpi_name at 124, cpi_siglwp at 156.
fn procinfo(desc: &[u8], header: &Header, facts: &mut Facts, ended: &mut Option<Ended>) -> Option<()> {
    let field = |offset| Reader::at(desc, offset, header.endian)?.u32();
    let number = field(8)?;
    facts.pid = field(80).map(u64::from);
    facts.process_name = desc.get(124..156).and_then(text);
    let thread = field(156).map(u64::from);
    if number != 0 {
        *ended = Some(Ended { signal: Signal { number, address: None }, thread });
    }
    Some(())
}
