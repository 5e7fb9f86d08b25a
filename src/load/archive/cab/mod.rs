//! Microsoft's cabinets (\[MS-CAB\]): files lie one behind the other in folders, which are packed in blocks of 32 KiB.

mod block;
mod folder;
mod header;

use std::io::{self, Read};

use super::entry::{Entries, Entry, What, name};
use super::time;
use crate::load::Input;
use folder::Folder;
use header::{File, Header};

/// A reader of one archive.
pub(super) struct Cab<'a> {
    input: &'a Input<'a>,
    header: Header,
    files_read: u16,
    /// Where the next file's description is.
    at: u64,
    last: Option<File>,
    /// The folder that was unpacked last, as far as it was.
    folder: Option<(u16, Folder<'a>)>,
    /// The folder of the last file, and where that ends in it.
    reached: (u16, u64),
}

impl<'a> Cab<'a> {
    /// # Errors
    /// Its header is cut.
    pub(super) fn new(input: &'a Input<'a>) -> Result<Cab<'a>, String> {
        let header = Header::parse(input)?;
        let at = header.files_at;
        Ok(Cab { input, header, files_read: 0, at, last: None, folder: None, reached: (0, 0) })
    }

    fn entry(&mut self, file: &File) -> Entry {
        let size = u64::from(file.size);
        let start = u64::from(file.start);
        let end = start + size;
        let (folder, reached) = self.reached;
        // A file that does not lie behind the last one has its folder unpacked anew.
        let from = if folder == file.folder && start >= reached { reached } else { 0 };
        self.reached = (file.folder, end);
        let modified = time::of_dos(file.date, file.time);
        Entry { name: name(&file.name), size: Some(size), modified, cost: end - from, what: self.what(file) }
    }

    fn what(&self, file: &File) -> What {
        // \[MS-CAB\] 2.3: 0xfffd to 0xffff.
        if file.folder >= 0xfffd {
            return What::Refused(
                "it is continued in another .cab file; unpack them together and pass the dump".into(),
            );
        }
        let problem = match self.header.folder(self.input, file.folder) {
            Ok(folder) => block::Packing::of(folder.packing).err(),
            Err(sentence) => Some(sentence),
        };
        problem.map_or(What::File, What::Refused)
    }

    /// The folder of a number, at most unpacked as far as `start`.
    fn open(&mut self, number: u16, start: u64) -> Result<&mut Folder<'a>, String> {
        let open = self.folder.take().filter(|(n, folder)| *n == number && folder.at() <= start);
        let folder = match open {
            Some((_, folder)) => folder,
            None => Folder::new(self.input, self.header.folder(self.input, number)?, self.header.block_reserve)?,
        };
        Ok(&mut self.folder.insert((number, folder)).1)
    }
}

impl Entries for Cab<'_> {
    fn next(&mut self) -> Result<Option<Entry>, String> {
        if self.files_read == self.header.files {
            return Ok(None);
        }
        let file = File::parse(self.input, self.at);
        let file = file.ok_or_else(|| {
            let (claimed, read, at) = (self.header.files, self.files_read, self.at);
            format!("the archive claims {claimed} files and has {read}, as it is cut at offset {at}; fetch it again")
        })?;
        self.files_read += 1;
        self.at += file.described_in;
        let entry = self.entry(&file);
        self.last = Some(file);
        Ok(Some(entry))
    }

    fn content(&mut self) -> Result<Box<dyn Read + '_>, String> {
        let Some(file) = &self.last else { return Err("there is no member".to_owned()) };
        let (number, start, size) = (file.folder, u64::from(file.start), u64::from(file.size));
        let folder = self.open(number, start)?;
        let behind = start - folder.at();
        let passed = io::copy(&mut folder.take(behind), &mut io::sink()).map_err(|e| e.to_string())?;
        if passed < behind {
            return Err("the archive is cut before it begins".to_owned());
        }
        Ok(Box::new(folder.take(size)))
    }
}
