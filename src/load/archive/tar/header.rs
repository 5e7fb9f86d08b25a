//! One header block.

use super::super::entry::{What, name};
use super::BLOCK;

/// A header block whose checksum is right.
pub(super) struct Header {
    block: Vec<u8>,
    at: u64,
}

impl Header {
    /// Parses the block at offset `at`; `None` is a block of zeros, which ends an archive.
    ///
    /// # Errors
    /// It is no header.
    pub(super) fn parse(block: &[u8], at: u64) -> Result<Option<Header>, String> {
        let block = block.get(..usize::try_from(BLOCK).unwrap_or(0));
        let Some(block) = block else { return Err(format!("the archive ends in the header at offset {at}")) };
        if block.iter().all(|b| *b == 0) {
            return Ok(None);
        }
        let header = Header { block: block.to_owned(), at };
        if header.number(148, 8) != Some(header.checksum()) {
            return Err(format!("the header at offset {at} is damaged, as its checksum does not match"));
        }
        Ok(Some(header))
    }

    /// The sum of all bytes, with spaces in place of the sum itself.
    fn checksum(&self) -> u64 {
        let bytes = self.block.iter().zip(0u64..);
        bytes.map(|(b, at)| if (148..156).contains(&at) { 32 } else { u64::from(*b) }).sum()
    }

    pub(super) fn has_magic(&self) -> bool {
        self.field(257, 5) == b"ustar"
    }

    pub(super) fn at(&self) -> u64 {
        self.at
    }

    pub(super) fn kind(&self) -> u8 {
        self.field(156, 1).first().copied().unwrap_or(0)
    }

    /// Bytes behind the header.
    ///
    /// # Errors
    /// It is no number.
    pub(super) fn size(&self) -> Result<u64, String> {
        self.number(124, 12).ok_or_else(|| format!("the size in the header at offset {} is no number", self.at))
    }

    pub(super) fn modified(&self) -> Option<u64> {
        self.number(136, 12)
    }

    /// `prefix/name` as ustar parts it. GNU tar has other things where the prefix would be.
    pub(super) fn name(&self) -> String {
        let prefix = if self.field(257, 6) == b"ustar\0" { text(self.field(345, 155)) } else { &[] };
        let short = text(self.field(0, 100));
        match prefix {
            [] => name(short),
            prefix => name(&[prefix, b"/", short].concat()),
        }
    }

    /// Links and devices have none, whatever their size field says.
    pub(super) fn has_bytes(&self) -> bool {
        !(b'1'..=b'6').contains(&self.kind())
    }

    /// What the entry is; `path` is its name if a header before said so.
    pub(super) fn what(&self, path: Option<&[u8]>) -> What {
        let is_folder = path.map_or_else(|| text(self.field(0, 100)).ends_with(b"/"), |path| path.ends_with(b"/"));
        match self.kind() {
            // Archives older than POSIX have no other sign of a folder.
            0 | b'0' if is_folder => What::Folder,
            0 | b'0' | b'7' | b'S' => What::File,
            b'5' | b'D' => What::Folder,
            b'1' => What::refused("this is a hard link to another member of the archive, which has the bytes"),
            b'2' => What::refused("this is a symbolic link, which is not followed"),
            b'3' | b'4' => What::refused("this is a device, which has no bytes"),
            b'6' => What::refused("this is a FIFO, which has no bytes"),
            b'M' => What::refused("this is the rest of a file that begins in another archive; join the parts first"),
            kind => What::Refused(format!("this is an entry of type {kind:#04x}, which is not known")),
        }
    }

    pub(super) fn is_gnu_sparse(&self) -> bool {
        self.kind() == b'S'
    }

    /// The size of a sparse file with its holes.
    ///
    /// # Errors
    /// It is no number.
    pub(super) fn real_size(&self) -> Result<u64, String> {
        self.number(483, 12).ok_or_else(|| format!("the size in the header at offset {} is no number", self.at))
    }

    /// The fields of a sparse file: the first pieces, and a byte that tells whether a block of more follows.
    pub(super) fn pieces(&self) -> &[u8] {
        self.field(386, 97)
    }

    fn number(&self, at: usize, len: usize) -> Option<u64> {
        number(self.field(at, len))
    }

    fn field(&self, at: usize, len: usize) -> &[u8] {
        self.block.get(at..at + len).unwrap_or_default()
    }
}

/// Up to the first NUL.
fn text(field: &[u8]) -> &[u8] {
    field.split(|b| *b == 0).next().unwrap_or_default()
}

/// Octal digits between spaces and NULs; or, with the first bit set, a binary number (GNU, star).
pub(super) fn number(field: &[u8]) -> Option<u64> {
    let (first, rest) = field.split_first()?;
    if first & 0x80 != 0 {
        let bytes = std::iter::once(first & 0x7f).chain(rest.iter().copied());
        return bytes.into_iter().try_fold(0u64, |sum, b| Some(sum.checked_mul(256)? + u64::from(b)));
    }
    let digits = text(field).trim_ascii();
    let digits = if digits.is_empty() { b"0" } else { digits };
    digits.iter().try_fold(0u64, |sum, b| match b {
        b'0'..=b'7' => sum.checked_mul(8)?.checked_add(u64::from(b - b'0')),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_in_both_forms() {
        assert_eq!(number(b"00000000644\0"), Some(0o644));
        assert_eq!(number(b"  644 \0\0"), Some(0o644));
        assert_eq!(number(b"\0\0\0\0"), Some(0));
        assert_eq!(number(b"9\0"), None);
        assert_eq!(number(&[0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0]), Some(8 << 30));
        assert_eq!(number(&[0xff; 12]), None);
    }
}
