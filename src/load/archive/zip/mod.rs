//! .zip archives (PKWARE's APPNOTE.TXT, section 4). What the directory at the end says counts; where that is missing, as in
//! an upload that was cut, the headers before the members do.

mod checked;
mod directory;
mod extra;
mod local;
mod method;
mod record;

use std::io::Read;

use super::entry::{Entries, Entry};
use crate::load::Input;
use crate::load::cursor::{Cursor, end_of};
use checked::Checked;
use directory::Directory;
use local::Scan;
use method::Method;
use record::Record;

/// A reader of one archive.
pub(super) struct Zip<'a> {
    input: &'a Input<'a>,
    place: Place,
    last: Option<Record>,
}

/// Where members are listed.
enum Place {
    Directory(Directory),
    Members(Scan),
}

impl<'a> Zip<'a> {
    pub(super) fn new(input: &'a Input<'a>) -> Zip<'a> {
        let directory = directory::find(input);
        let place = directory.map_or_else(|| Place::Members(Scan::default()), Place::Directory);
        Zip { input, place, last: None }
    }
}

impl Entries for Zip<'_> {
    fn next(&mut self) -> Result<Option<Entry>, String> {
        self.last = None;
        let record = match &mut self.place {
            Place::Directory(directory) => directory.next(self.input)?,
            Place::Members(scan) => Some(scan.next(self.input)?),
        };
        self.last = record;
        Ok(self.last.as_ref().map(Record::entry))
    }

    fn content(&mut self) -> Result<Box<dyn Read + '_>, String> {
        let Some(record) = &self.last else { return Err("there is no member".to_owned()) };
        let start = match record.data {
            Some(start) => start,
            None => local::data_behind(self.input, record.header)?,
        };
        let packed = Cursor::new(self.input, start, start.saturating_add(record.packed).min(end_of(self.input)));
        let unpacked = Method::of(record.method)?.decoder(packed)?;
        Ok(Box::new(Checked::new(unpacked, record.size, record.crc)))
    }
}
