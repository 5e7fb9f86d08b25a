//! Facts from an ELF module's first page, where the dump holds it (gABI, "ELF Header" and "Program Header").
//! Kernel cores keep that page by default (coredump_filter bit 4).

use object::read::elf::{FileHeader, ProgramHeader};
use object::{Endianness, elf, pod};

use super::Headers;
use crate::addr::Addr;
use crate::bytes::Reader;
use crate::model::{Endian, Memory, Platform, PointerWidth};

/// More program headers than any linker makes.
const MAX_PROGRAM_HEADERS: u16 = 64;
/// Room for the notes that hold a build id.
const MAX_NOTES: u64 = 0x400;
const PAGE: u64 = 0x1000;

/// Whether ELF magic stands at `base`, or `None` if the dump does not hold that page.
pub(super) fn is_elf(memory: &Memory<'_>, base: Addr) -> Option<bool> {
    let mut magic = [0u8; 4];
    memory.read_exact(base, &mut magic).then(|| magic == elf::ELFMAG)
}

/// Reads what the headers at `base` say; all fields are `None` if they are not in the dump.
pub(super) fn read(memory: &Memory<'_>, base: Addr, platform: Platform) -> Headers {
    let found = match platform.width {
        PointerWidth::Bits32 => read_class::<elf::FileHeader32<Endianness>>(memory, base, platform),
        PointerWidth::Bits64 => read_class::<elf::FileHeader64<Endianness>>(memory, base, platform),
    };
    found.unwrap_or_default()
}

fn read_class<E: FileHeader<Endian = Endianness>>(
    memory: &Memory<'_>,
    base: Addr,
    platform: Platform,
) -> Option<Headers> {
    let mut head = vec![0u8; size_of::<E>()];
    if !memory.read_exact(base, &mut head) {
        return None;
    }
    let (header, _) = pod::from_bytes::<E>(&head).ok()?;
    let endian = match platform.endian {
        Endian::Little => Endianness::Little,
        Endian::Big => Endianness::Big,
    };
    let right_class = header.is_class_64() == (platform.width == PointerWidth::Bits64);
    if header.e_ident().magic != elf::ELFMAG || !right_class {
        return None;
    }
    let count = header.e_phnum(endian).min(MAX_PROGRAM_HEADERS);
    let mut table = vec![0u8; usize::from(count) * size_of::<E::ProgramHeader>()];
    let table_at = base.checked_add(header.e_phoff(endian).into())?;
    if !memory.read_exact(table_at, &mut table) {
        return None;
    }
    let (segments, _) = pod::slice_from_bytes::<E::ProgramHeader>(&table, usize::from(count)).ok()?;
    let layout = Layout::of(segments, endian)?;
    let dynamic = header.e_type(endian) == elf::ET_DYN;
    let bias = base.0.wrapping_sub(layout.lowest);
    Some(Headers {
        load_order: None,
        id: build_id(memory, segments, endian, bias, platform.endian),
        preferred_base: Some(Addr(layout.lowest)),
        relocatable: Some(dynamic),
        span: layout.highest.checked_sub(layout.lowest),
        large_address_aware: None,
    })
}

/// From the first to the last page that the PT_LOAD headers ask for.
struct Layout {
    lowest: u64,
    highest: u64,
}

impl Layout {
    fn of<P: ProgramHeader<Endian = Endianness>>(segments: &[P], endian: Endianness) -> Option<Layout> {
        let loads = || segments.iter().filter(|s| s.p_type(endian) == elf::PT_LOAD);
        let start = |s: &P| -> u64 { s.p_vaddr(endian).into() };
        let end = |s: &P| start(s).saturating_add(s.p_memsz(endian).into());
        let lowest = loads().map(start).min()?;
        let highest = loads().map(end).max()?.checked_next_multiple_of(PAGE)?;
        Some(Layout { lowest: lowest - lowest % PAGE, highest })
    }
}

fn build_id<P: ProgramHeader<Endian = Endianness>>(
    memory: &Memory<'_>,
    segments: &[P],
    endian: Endianness,
    bias: u64,
    order: Endian,
) -> Option<String> {
    segments.iter().filter(|s| s.p_type(endian) == elf::PT_NOTE).find_map(|s| {
        let size: u64 = s.p_memsz(endian).into();
        let at = Addr(bias.wrapping_add(s.p_vaddr(endian).into()));
        let mut notes = vec![0u8; usize::try_from(size.min(MAX_NOTES)).ok()?];
        let got = memory.read(at, &mut notes);
        build_id_in(notes.get(..got)?, order)
    })
}

/// Walks the notes for NT_GNU_BUILD_ID of `GNU`.
fn build_id_in(notes: &[u8], order: Endian) -> Option<String> {
    let mut reader = Reader::new(notes, order);
    loop {
        let name_size = usize::try_from(reader.u32()?).ok()?;
        let desc_size = usize::try_from(reader.u32()?).ok()?;
        let kind = reader.u32()?;
        let name = reader.take(name_size)?;
        reader.skip(name_size.wrapping_neg() % 4)?;
        let desc = reader.take(desc_size)?;
        if name == b"GNU\0" && kind == elf::NT_GNU_BUILD_ID.0 {
            return Some(desc.iter().map(|b| format!("{b:02x}")).collect());
        }
        reader.skip(desc_size.wrapping_neg() % 4)?;
    }
}
