//! What tells one process from another: pointer width, system, process id. Files that disagree are not of one process.

use crate::addr::Addr;
use crate::error::LoadError;
use crate::model::{Os, PointerWidth};

/// One file's signs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Sign {
    /// Said outright: `elf32-i386`, `$esp`, Stack32.
    pub narrow: bool,
    /// Addresses with a backtick, or above 4 GiB.
    pub wide: bool,
    /// WinDbg's addresses without a backtick.
    pub plain: bool,
    pub os: Option<Os>,
    pub pid: Option<u64>,
    /// More than one process id was seen.
    pub several: bool,
}

/// The signs of all files, the current one last.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Signs {
    files: Vec<Sign>,
}

/// Addresses from here on are the kernel's, whatever the process.
const KERNEL: u64 = 1 << 56;

impl Signs {
    /// Begins the next file.
    pub(super) fn next_file(&mut self) {
        self.files.push(Sign::default());
    }

    fn now(&mut self) -> Option<&mut Sign> {
        self.files.last_mut()
    }

    pub(super) fn narrow(&mut self) {
        if let Some(sign) = self.now() {
            sign.narrow = true;
        }
    }

    pub(super) fn wide(&mut self) {
        if let Some(sign) = self.now() {
            sign.wide = true;
        }
    }

    pub(super) fn saw(&mut self, os: Os) {
        if let Some(sign) = self.now() {
            sign.os = sign.os.or(Some(os));
        }
    }

    /// A WinDbg session that has a Linux core open.
    pub(super) fn is_linux(&mut self) {
        if let Some(sign) = self.now() {
            sign.os = Some(Os::Linux);
        }
    }

    pub(super) fn pid(&mut self, pid: u64) {
        if let Some(sign) = self.now() {
            sign.several |= sign.pid.is_some_and(|known| known != pid);
            sign.pid = sign.pid.or(Some(pid));
        }
    }

    /// An address of the process as WinDbg wrote it, which has a backtick where it debugs from the 64-bit side.
    pub(super) fn address(&mut self, text: &str, addr: Addr) {
        self.high_address(addr);
        let Some(sign) = self.now() else { return };
        sign.wide |= text.contains('`');
        sign.plain |= !text.contains('`');
    }

    /// An end of a range, from a tool that pads its addresses as it likes.
    pub(super) fn high_address(&mut self, end: Addr) {
        let Some(sign) = self.now() else { return };
        sign.wide |= 1 << 32 < end.0 && end.0 < KERNEL;
    }

    /// What the files together say.
    ///
    /// # Errors
    /// The index of a file that is not of the first one's process, and how that shows.
    pub(super) fn together(&self) -> Result<Sign, (usize, LoadError)> {
        let width = self.agreed("one is of a 32-bit and another of a 64-bit process", Sign::width)?;
        let os = self.agreed("one is of a Windows and another of a Linux process", |s| s.os)?;
        let pid = self.agreed("they give different process ids", |s| s.pid)?;
        let (narrow, wide) = (width == Some(PointerWidth::Bits32), width == Some(PointerWidth::Bits64));
        let several = self.files.iter().any(|sign| sign.several);
        Ok(Sign { narrow, wide, plain: false, os, pid, several })
    }

    fn agreed<T: PartialEq>(
        &self,
        problem: &str,
        of: impl Fn(&Sign) -> Option<T>,
    ) -> Result<Option<T>, (usize, LoadError)> {
        let mut said = self.files.iter().enumerate().filter_map(|(index, sign)| Some((index, of(sign)?)));
        let first = said.next().map(|(_, value)| value);
        match said.find(|(_, other)| first.as_ref() != Some(other)) {
            None => Ok(first),
            Some((index, _)) => Err((
                index,
                LoadError::NotADump(format!(
                    "it does not belong to the files before it: {problem}; pass the output about one process at one moment"
                )),
            )),
        }
    }

    /// Whether output of a known command was in the last file.
    pub(super) fn has_output(&self) -> bool {
        self.files.last().is_some_and(|sign| sign.os.is_some())
    }
}

impl Sign {
    /// Pointer width, or `None` to have it concluded from all addresses. A 64-bit debugger prints a 32-bit process's
    /// addresses with backticks, so what is said outright counts first.
    pub(super) fn width(&self) -> Option<PointerWidth> {
        match (self.narrow, self.wide, self.plain) {
            (true, ..) => Some(PointerWidth::Bits32),
            (_, true, _) => Some(PointerWidth::Bits64),
            (_, _, true) => Some(PointerWidth::Bits32),
            _ => None,
        }
    }
}
