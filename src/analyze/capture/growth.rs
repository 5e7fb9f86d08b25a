//! How much larger a dump gets with what is advised, computed from the map as far as it is known.

use crate::model::{PointerWidth, Snapshot, State};
use crate::units::Bytes;

/// What a recipe adds to a dump.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Adds {
    /// A MemoryInfoList: an entry for each region, free ones included.
    MemoryInfo,
    /// The text of /proc/PID/maps.
    Maps,
    /// A program header for each mapping; memory only as far as the writer's filter says.
    Headers,
    /// Nothing: the dump has it, or has it once it is not cut.
    Nothing,
}

/// Size of MINIDUMP_MEMORY_INFO, and of the list's header (minidumpapiset.h).
const MEMORY_INFO: u64 = 48;
const MEMORY_INFO_LIST: u64 = 16;
/// A line of /proc/PID/maps without a name is 50 to 74 bytes long; names begin at column 73 (fs/proc/task_mmu.c).
const MAPS_LINE: u64 = 74;
/// sizeof(Elf32_Phdr), sizeof(Elf64_Phdr).
const PROGRAM_HEADER: [u64; 2] = [32, 56];

/// How much larger the next dump would be, in bytes. Lower bounds, for regions that are not listed count too.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Growth {
    /// By what is advised, at least; 0 where nothing is added.
    pub map: u64,
    /// By full memory, which is not needed, at least: all that is committed.
    pub full_memory: u64,
    adds: Adds,
}

impl Growth {
    pub(super) fn of(snapshot: &Snapshot, adds: Adds) -> Growth {
        let regions = snapshot.space.regions();
        let mappings = regions.len() as u64;
        let gaps = snapshot.space.holes().count() as u64;
        let header = match snapshot.width() {
            PointerWidth::Bits32 => PROGRAM_HEADER[0],
            PointerWidth::Bits64 => PROGRAM_HEADER[1],
        };
        let committed = regions.iter().filter(|region| region.state == State::Committed);
        Growth {
            map: match adds {
                Adds::MemoryInfo => MEMORY_INFO_LIST + MEMORY_INFO * (mappings + gaps),
                Adds::Maps => MAPS_LINE * mappings,
                Adds::Headers => header * mappings,
                Adds::Nothing => 0,
            },
            full_memory: committed.map(|region| region.range.size()).sum(),
            adds,
        }
    }

    /// The same as a sentence.
    pub fn sentence(&self) -> String {
        let cost = self.adds.sentence();
        let memory = format!("full memory, of at least {}, is not needed", Bytes(self.full_memory));
        match self.adds {
            Adds::Nothing => format!("{cost}; {memory}"),
            Adds::MemoryInfo | Adds::Maps | Adds::Headers => {
                format!("{cost}, at least {} here; {memory}", Bytes(self.map))
            }
        }
    }
}

impl Adds {
    pub(super) fn sentence(self) -> &'static str {
        match self {
            Adds::MemoryInfo => "adds 48 bytes for each region",
            Adds::Maps => "adds some 75 bytes for each mapping",
            Adds::Headers => "takes 32 or 56 bytes for each mapping and the memory that its filter lets through",
            Adds::Nothing => "adds nothing but what was missing",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_as_large_as_the_format_has_them() {
        assert_eq!(size_of::<minidump_common::format::MINIDUMP_MEMORY_INFO>() as u64, MEMORY_INFO);
        assert_eq!(size_of::<object::elf::ProgramHeader32<object::LittleEndian>>() as u64, PROGRAM_HEADER[0]);
        assert_eq!(size_of::<object::elf::ProgramHeader64<object::LittleEndian>>() as u64, PROGRAM_HEADER[1]);
    }
}
