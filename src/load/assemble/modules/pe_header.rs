//! Facts from a PE module's header page, where the dump holds it (PE specification, "COFF File Header" and
//! "Optional Header").

use object::LittleEndian as LE;
use object::pe;
use object::pod;

use super::Headers;
use crate::addr::Addr;
use crate::model::Memory;

/// The header fields lie in the first page of every image that linkers make.
const HEADER_PAGE: usize = 0x1000;

/// Reads what the headers at `base` say; all fields are `None` if they are not in the dump or no PE headers.
///
/// Windows rewrites ImageBase in memory when it relocates an image, so that there the preferred base equals the
/// actual one; Wine leaves it as linked.
pub(super) fn read(memory: &Memory<'_>, base: Addr) -> Headers {
    let mut page = vec![0u8; HEADER_PAGE];
    let got = memory.read(base, &mut page);
    page.truncate(got);
    parse(&page).unwrap_or_default()
}

fn parse(page: &[u8]) -> Option<Headers> {
    let (dos, _) = pod::from_bytes::<pe::ImageDosHeader>(page).ok()?;
    if dos.e_magic.get(LE) != pe::IMAGE_DOS_SIGNATURE {
        return None;
    }
    let nt = page.get(usize::try_from(dos.e_lfanew.get(LE)).ok()?..)?;
    let (head, _) = pod::from_bytes::<pe::ImageNtHeaders32>(nt).ok()?;
    if head.signature.get(LE) != pe::IMAGE_NT_SIGNATURE {
        return None;
    }
    let characteristics = head.file_header.characteristics.get(LE);
    let (image_base, dll_characteristics) = match head.optional_header.magic.get(LE) {
        pe::IMAGE_NT_OPTIONAL_HDR64_MAGIC => {
            let (wide, _) = pod::from_bytes::<pe::ImageNtHeaders64>(nt).ok()?;
            (wide.optional_header.image_base.get(LE), wide.optional_header.dll_characteristics.get(LE))
        }
        _ => (u64::from(head.optional_header.image_base.get(LE)), head.optional_header.dll_characteristics.get(LE)),
    };
    let stripped = characteristics.0 & pe::IMAGE_FILE_RELOCS_STRIPPED.0 != 0;
    let dynamic = dll_characteristics.0 & pe::IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE.0 != 0;
    let is_dll = characteristics.0 & pe::IMAGE_FILE_DLL.0 != 0;
    Some(Headers {
        preferred_base: Some(Addr(image_base)),
        // A DLL with relocations is moved on a conflict even without DYNAMIC_BASE.
        relocatable: Some(!stripped && (dynamic || is_dll)),
        large_address_aware: Some(characteristics.0 & pe::IMAGE_FILE_LARGE_ADDRESS_AWARE.0 != 0),
        ..Headers::default()
    })
}
