//! What a cabinet holds (\[MS-CAB\] 2.1 to 2.3).

use crate::addr::FileOffset;
use crate::bytes::Reader;
use crate::load::Input;
use crate::model::platform::Endian;

/// CFHEADER.
pub(super) struct Header {
    /// How many files are described, from which offset.
    pub files: u16,
    pub files_at: u64,
    /// Bytes before the data of each block that are for other programs.
    pub block_reserve: u64,
    folders: u16,
    folders_at: u64,
    folder_size: u64,
}

/// CFFOLDER.
pub(super) struct FolderHeader {
    /// Where its blocks begin, and how many there are.
    pub blocks_at: u64,
    pub blocks: u16,
    /// How they are packed.
    pub packing: u16,
}

/// CFFILE.
pub(super) struct File {
    pub name: Vec<u8>,
    /// Unpacked, in bytes.
    pub size: u32,
    /// Where it begins in its folder.
    pub start: u32,
    pub folder: u16,
    pub date: u16,
    pub time: u16,
    /// Size of this description, in bytes.
    pub described_in: u64,
}

const FIXED: u64 = 36;
const HAS_PREVIOUS: u16 = 1;
const HAS_NEXT: u16 = 2;
const HAS_RESERVES: u16 = 4;
/// Names end with NUL within so many bytes. 256 are allowed, and gcab 1.5 writes longer ones.
const LONGEST_NAME: u64 = 4096;

impl Header {
    /// # Errors
    /// The file ends in it.
    pub(super) fn parse(input: &Input<'_>) -> Result<Header, String> {
        const CUT: &str = "the archive is cut within its header; fetch it again";
        // Fixed fields, reserves' sizes, a reserve of up to 64 KiB, four names.
        let bytes = input.read_available(FileOffset(0), FIXED + 4 + 0xffff + 4 * LONGEST_NAME);
        Header::of(&bytes).ok_or_else(|| CUT.to_owned())
    }

    fn of(bytes: &[u8]) -> Option<Header> {
        let mut fields = Reader::at(bytes, 16, Endian::Little)?;
        let files_at = u64::from(fields.u32()?);
        fields.skip(6)?;
        let [folders, files, flags] = [fields.u16()?, fields.u16()?, fields.u16()?];
        fields.skip(4)?;
        let (mut folder_reserve, mut block_reserve) = (0, 0);
        if flags & HAS_RESERVES != 0 {
            let reserve = fields.u16()?;
            (folder_reserve, block_reserve) = (fields.u8()?, fields.u8()?);
            fields.skip(usize::from(reserve))?;
        }
        let names = 2 * (u32::from(flags & HAS_PREVIOUS != 0) + u32::from(flags & HAS_NEXT != 0));
        for _ in 0..names {
            while fields.u8()? != 0 {}
        }
        let folders_at = fields.position() as u64;
        let (folder_size, block_reserve) = (8 + u64::from(folder_reserve), u64::from(block_reserve));
        Some(Header { files, files_at, block_reserve, folders, folders_at, folder_size })
    }

    /// The folder of a number.
    ///
    /// # Errors
    /// There is none.
    pub(super) fn folder(&self, input: &Input<'_>, number: u16) -> Result<FolderHeader, String> {
        let at = self.folders_at + u64::from(number) * self.folder_size;
        let bytes = input.read_available(FileOffset(at), 8);
        let parsed = || {
            let mut fields = Reader::new(&bytes, Endian::Little);
            Some(FolderHeader { blocks_at: fields.u32()?.into(), blocks: fields.u16()?, packing: fields.u16()? })
        };
        let missing = || format!("it lies in folder {number} of an archive that has {}", self.folders);
        parsed().filter(|_| number < self.folders).ok_or_else(missing)
    }
}

impl File {
    /// The file that is described at `at`; `None` if the archive ends in it.
    pub(super) fn parse(input: &Input<'_>, at: u64) -> Option<File> {
        let bytes = input.read_available(FileOffset(at), 16 + LONGEST_NAME + 1);
        let mut fields = Reader::new(&bytes, Endian::Little);
        let (size, start) = (fields.u32()?, fields.u32()?);
        let [folder, date, time, _attributes] = [fields.u16()?, fields.u16()?, fields.u16()?, fields.u16()?];
        let rest = fields.take(fields.remaining())?;
        let name = rest.get(..rest.iter().position(|b| *b == 0)?)?.to_owned();
        let described_in = 16 + name.len() as u64 + 1;
        Some(File { name, size, start, folder, date, time, described_in })
    }
}
