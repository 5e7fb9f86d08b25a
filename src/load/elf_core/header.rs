//! The ELF header: width, byte order, machine, and where the program headers are (System V gABI, "ELF Header").

use object::elf;

use crate::addr::FileOffset;
use crate::bytes::Reader;
use crate::error::LoadError;
use crate::load::Input;
use crate::model::{Cpu, Endian, PointerWidth};

const IDENT_SIZE: u64 = 16;
/// sizeof(Elf32_Ehdr), sizeof(Elf64_Ehdr).
const HEADER_SIZE: [u64; 2] = [52, 64];
/// sizeof(Elf32_Phdr), sizeof(Elf64_Phdr).
const ENTRY_SIZE: [u16; 2] = [32, 56];
/// sizeof(Elf32_Shdr), sizeof(Elf64_Shdr).
const SECTION_SIZE: [u64; 2] = [40, 64];

/// The fields that matter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Header {
    pub width: PointerWidth,
    pub endian: Endian,
    pub os_abi: elf::OsAbi,
    pub machine: elf::Machine,
    pub flags: u32,
    /// Where the program headers are.
    pub phoff: u64,
    /// Bytes from one program header to the next; zero in damaged files.
    pub phentsize: u16,
    /// Number of program headers, or [`elf::PN_XNUM`] if section header 0 has it.
    pub phnum: u16,
    /// Where the section headers are; zero if there are none.
    pub shoff: u64,
    /// Number of section headers, or zero if section header 0 has it.
    pub shnum: u16,
    /// Index of the section with the sections' names; zero if there is none.
    pub shstrndx: u16,
}

/// Reads the ELF header.
///
/// # Errors
/// If it is cut, or names a class or byte order that does not exist.
pub(super) fn read(input: &Input<'_>) -> Result<Header, LoadError> {
    let ident = input.read(FileOffset(0), IDENT_SIZE, "the ELF identification")?;
    let width = match ident.get(4) {
        Some(1) => PointerWidth::Bits32,
        Some(2) => PointerWidth::Bits64,
        other => return Err(bad_ident(4, "EI_CLASS", other)),
    };
    let endian = match ident.get(5) {
        Some(1) => Endian::Little,
        Some(2) => Endian::Big,
        other => return Err(bad_ident(5, "EI_DATA", other)),
    };
    let os_abi = elf::OsAbi(ident.get(7).copied().unwrap_or(0));
    let bytes = input.read(FileOffset(0), by_width(width, HEADER_SIZE), "the ELF header")?;
    fields(&bytes, width, endian, os_abi).ok_or_else(|| bad_ident(0, "the ELF header", None))
}

fn bad_ident(offset: u64, field: &'static str, found: Option<&u8>) -> LoadError {
    let found = found.map_or_else(|| "nothing".to_owned(), u8::to_string);
    let problem = format!("{field} is {found}, and 1 or 2 was expected");
    LoadError::Malformed { what: "the ELF header", offset: FileOffset(offset), problem }
}

fn fields(bytes: &[u8], width: PointerWidth, endian: Endian, os_abi: elf::OsAbi) -> Option<Header> {
    // e_machine stands behind e_ident and e_type.
    let mut at = Reader::at(bytes, 18, endian)?;
    let machine = elf::Machine(at.u16()?);
    let _version = at.u32()?;
    let _entry = at.word(width)?;
    let phoff = at.word(width)?;
    let shoff = at.word(width)?;
    let flags = at.u32()?;
    let _ehsize = at.u16()?;
    let phentsize = at.u16()?;
    let phnum = at.u16()?;
    let _shentsize = at.u16()?;
    let shnum = at.u16()?;
    let shstrndx = at.u16()?;
    Some(Header { width, endian, os_abi, machine, flags, phoff, phentsize, phnum, shoff, shnum, shstrndx })
}

fn by_width<T: Copy>(width: PointerWidth, sizes: [T; 2]) -> T {
    let [narrow, wide] = sizes;
    match width {
        PointerWidth::Bits32 => narrow,
        PointerWidth::Bits64 => wide,
    }
}

impl Header {
    /// Size of a program header as the class defines it.
    pub fn entry_size(&self) -> u16 {
        by_width(self.width, ENTRY_SIZE)
    }

    /// Bytes from one program header to the next: `e_phentsize`, unless that is less than a program header has.
    pub fn stride(&self) -> u64 {
        u64::from(self.phentsize.max(self.entry_size()))
    }

    /// Size of a section header.
    pub fn section_size(&self) -> u64 {
        by_width(self.width, SECTION_SIZE)
    }

    /// The instruction set, or `None` for one that is not known here.
    ///
    /// x32 is x86-64 with 32-bit pointers, n32 is MIPS64 with them.
    pub fn cpu(&self) -> Option<Cpu> {
        let wide = self.width == PointerWidth::Bits64;
        Some(match self.machine {
            elf::EM_386 => Cpu::X86,
            elf::EM_X86_64 => Cpu::X86_64,
            elf::EM_ARM => Cpu::Arm,
            elf::EM_AARCH64 => Cpu::Aarch64,
            elf::EM_PPC => Cpu::Ppc,
            elf::EM_PPC64 => Cpu::Ppc64,
            elf::EM_RISCV if wide => Cpu::Riscv64,
            elf::EM_RISCV => Cpu::Riscv32,
            elf::EM_S390 if wide => Cpu::S390x,
            elf::EM_MIPS if wide || self.is_n32() => Cpu::Mips64,
            elf::EM_MIPS => Cpu::Mips,
            elf::EM_LOONGARCH if wide => Cpu::LoongArch64,
            _ => return None,
        })
    }

    /// Whether it is MIPS with 64-bit registers and 32-bit pointers.
    pub fn is_n32(&self) -> bool {
        let narrow = self.width == PointerWidth::Bits32;
        self.machine == elf::EM_MIPS && narrow && self.flags & elf::EF_MIPS_ABI2.0 != 0
    }
}
