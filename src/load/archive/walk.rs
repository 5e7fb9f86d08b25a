//! All members of an archive, and of the archives in it, one after the other.

use std::io::{self, Read};
use std::ops::ControlFlow;

use super::entry::{Entries, Entry, What};
use super::extras::Extras;
use super::kind::{ArchiveKind, recognise};
use super::limits::{ArchiveLimits, in_words};
use super::unpack::{Unpacked, beginning, unpack};
use super::{HEAD, Member, Start, tar};
use crate::error::LoadError;
use crate::load::{Compression, Input};

/// Deeper ones are not opened whatever the limit is, as each takes a part of the stack.
const DEEPEST: u32 = 32;

/// `Break` ends the walk: a limit for all archives together was reached.
type Flow = ControlFlow<()>;

/// Gives all members to `visit`; returns how many there are.
pub(super) fn all(
    input: &Input<'_>,
    kind: ArchiveKind,
    limits: &ArchiveLimits,
    start: &Start,
    begin: &mut dyn FnMut(&str),
    visit: &mut dyn FnMut(Member),
) -> u64 {
    let mut walk = Walk { limits, start, begin, visit, members: 0, entries: 0, unpacked: 0 };
    let _ = walk.archive(input, kind, "", 1, None);
    walk.members
}

struct Walk<'w> {
    limits: &'w ArchiveLimits,
    start: &'w Start,
    begin: &'w mut dyn FnMut(&str),
    visit: &'w mut dyn FnMut(Member),
    /// Members that were given or skipped.
    members: u64,
    /// Entries of all archives.
    entries: u64,
    /// What was unpacked at the most. It is counted by what archives state, so that it is the same for skipped members.
    unpacked: u64,
}

impl Walk<'_> {
    /// All members of one archive, whose own name is `own`. `cut` tells why it is not all of the archive.
    fn archive(&mut self, input: &Input<'_>, kind: ArchiveKind, own: &str, depth: u32, cut: Option<String>) -> Flow {
        let before = self.members;
        let extras = Extras::find(input, kind, self.limits);
        let ended = kind.entries(input).and_then(|mut entries| self.each(&mut *entries, &extras, own, depth));
        match (cut.map_or(ended, Err), self.members - before) {
            (Err(sentence), _) => self.refuse(own, sentence),
            (Ok(Flow::Continue(())), 0) => self.refuse(own, "the archive holds no file".to_owned()),
            (Ok(flow), _) => return flow,
        }
        Flow::Continue(())
    }

    /// Up to the end of the archive, or to where it cannot be read any further, which is an error.
    fn each(&mut self, entries: &mut dyn Entries, extras: &Extras, own: &str, depth: u32) -> Result<Flow, String> {
        loop {
            if self.unpacked > self.limits.total_bytes {
                let limit = in_words(self.limits.total_bytes);
                return Ok(
                    self.stop(own, format!("the archive unpacks to more than {limit}, the most that is unpacked"))
                );
            }
            let Some(entry) = entries.next()? else { return Ok(Flow::Continue(())) };
            if self.entries == self.limits.members {
                let limit = self.entries;
                return Ok(
                    self.stop(own, format!("the archive holds more than {limit} members, the most that are read"))
                );
            }
            self.entries += 1;
            let size = entry.size.unwrap_or(0).min(self.limits.member_bytes);
            self.unpacked = self.unpacked.saturating_add(entry.cost.max(size));
            if entry.is_member()
                && !extras.contains(&entry.name)
                && self.entry(entries, &entry, extras.of(&entry.name), own, depth).is_break()
            {
                return Ok(Flow::Break(()));
            }
        }
    }

    fn entry(
        &mut self,
        entries: &mut dyn Entries,
        entry: &Entry,
        extra: Option<Vec<u8>>,
        own: &str,
        depth: u32,
    ) -> Flow {
        let name = if own.is_empty() { entry.name.clone() } else { format!("{own}!{}", entry.name) };
        if let What::Refused(sentence) = &entry.what {
            return self.refuse_entry(&name, entry, sentence.clone());
        }
        if self.start.closed.contains(&name) {
            return self.refuse_entry(&name, entry, CLOSED.to_owned());
        }
        match self.is_skipped() {
            true => self.pass(entries, entry, &name, depth),
            false => self.open(entries, entry, extra, &name, depth),
        }
    }

    /// A member that was had already: counted, after a look at its beginning, as an archive counts by its members.
    fn pass(&mut self, entries: &mut dyn Entries, entry: &Entry, name: &str, depth: u32) -> Flow {
        let Ok(mut content) = entries.content() else { return self.count() };
        let (mut head, mut failed) = beginning(&mut *content, tar::BLOCK);
        if Compression::recognise(&head).is_some() && failed.is_none() {
            let (more, error) = beginning(&mut *content, HEAD - tar::BLOCK);
            head.extend(more);
            failed = error;
        }
        let Some(kind) = recognise(&head).filter(|_| depth < self.deepest()) else { return self.count() };
        (self.begin)(name);
        let rest: Box<dyn Read + '_> = match failed {
            Some(error) => Box::new(Failed(Some(error))),
            None => content,
        };
        match unpack(&mut head.chain(rest), entry.size, self.limits.member_bytes) {
            Ok(unpacked) => self.inner(unpacked, kind, entry, name, depth),
            Err(_) => self.count(),
        }
    }

    fn open(
        &mut self,
        entries: &mut dyn Entries,
        entry: &Entry,
        extra: Option<Vec<u8>>,
        name: &str,
        depth: u32,
    ) -> Flow {
        (self.begin)(name);
        let unpacked = match entries.content() {
            Ok(mut content) => unpack(&mut *content, entry.size, self.limits.member_bytes),
            Err(sentence) => Err(LoadError::NotADump(sentence)),
        };
        match unpacked.map(|u| (recognise(start_of(&u.head)), u)) {
            Ok((Some(kind), unpacked)) => self.inner(unpacked, kind, entry, name, depth),
            Ok((None, unpacked)) => self.give(name, entry, Ok(unpacked), extra),
            Err(error) => self.give(name, entry, Err(error), extra),
        }
    }

    /// An archive inside of an archive.
    fn inner(&mut self, mut unpacked: Unpacked, kind: ArchiveKind, entry: &Entry, name: &str, depth: u32) -> Flow {
        if depth >= self.deepest() {
            let (suffix, most) = (kind.suffix(), self.deepest());
            let sentence = format!(
                "this is a {suffix} archive inside of {depth} others, and {most} are opened; unpack it and pass the dump"
            );
            return self.refuse_entry(name, entry, sentence);
        }
        let cut = unpacked.cut.take();
        self.archive(&unpacked.into_archive(), kind, name, depth + 1, cut)
    }

    fn give(
        &mut self,
        name: &str,
        entry: &Entry,
        unpacked: Result<Unpacked, LoadError>,
        extra: Option<Vec<u8>>,
    ) -> Flow {
        let (cut, content) = match unpacked {
            Ok(mut unpacked) => (unpacked.cut.take(), unpacked.into_input(self.start.deep)),
            Err(error) => (None, Err(error)),
        };
        let (name, size, modified) = (name.to_owned(), entry.size, entry.modified);
        self.member(Member { name, content, size, modified, cut, extra });
        Flow::Continue(())
    }

    fn refuse_entry(&mut self, name: &str, entry: &Entry, sentence: String) -> Flow {
        self.give(name, entry, Err(LoadError::NotADump(sentence)), None)
    }

    /// A member that stands for an archive as a whole.
    fn refuse(&mut self, own: &str, sentence: String) {
        let (name, content) = (own.to_owned(), Err(LoadError::NotADump(sentence)));
        self.member(Member { name, content, size: None, modified: None, cut: None, extra: None });
    }

    fn stop(&mut self, own: &str, sentence: String) -> Flow {
        self.refuse(own, format!("{sentence}; unpack it and pass the rest of the dumps"));
        Flow::Break(())
    }

    fn member(&mut self, member: Member) {
        if !self.is_skipped() {
            (self.visit)(member);
        }
        self.members += 1;
    }

    fn count(&mut self) -> Flow {
        self.members += 1;
        Flow::Continue(())
    }

    fn is_skipped(&self) -> bool {
        self.members < self.start.skip
    }

    fn deepest(&self) -> u32 {
        self.limits.depth.min(DEEPEST)
    }
}

const CLOSED: &str = "it was not unpacked, as unpacking it failed before";

/// As much as a skipped member is judged by.
fn start_of(bytes: &[u8]) -> &[u8] {
    bytes.get(..usize::try_from(HEAD).unwrap_or(usize::MAX)).unwrap_or(bytes)
}

/// Damage that was met already.
struct Failed(Option<io::Error>);

impl Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}
