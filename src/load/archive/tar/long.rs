//! What headers before an entry's own say of it.

/// Facts that take the place of the header's.
#[derive(Default)]
pub(super) struct Long {
    pub path: Option<Vec<u8>>,
    pub size: Option<u64>,
    pub modified: Option<u64>,
    /// With its holes, if it is a sparse file of version 1.0.
    pub sparse_size: Option<u64>,
}

impl Long {
    /// GNU tar's: the name, ended by NUL.
    pub(super) fn take_path(&mut self, text: &[u8]) {
        self.path = Some(text.split(|b| *b == 0).next().unwrap_or_default().to_owned());
    }

    /// pax's: records of `LENGTH KEY=VALUE\n`, where the length counts the whole record. A damaged one ends them.
    pub(super) fn take(&mut self, text: &[u8]) {
        let mut rest = text;
        while let Some((record, behind)) = record(rest) {
            let mut parts = record.splitn(2, |b| *b == b'=');
            if let (Some(key), Some(value)) = (parts.next(), parts.next()) {
                self.take_record(key, value);
            }
            rest = behind;
        }
    }

    fn take_record(&mut self, key: &[u8], value: &[u8]) {
        match key {
            // The entry's own name is one that tells other programs of the holes.
            b"GNU.sparse.name" => self.path = Some(value.to_owned()),
            b"path" if self.sparse_size.is_none() || self.path.is_none() => self.path = Some(value.to_owned()),
            b"size" => self.size = decimal(value),
            // Fractions of a second follow a point.
            b"mtime" => self.modified = value.split(|b| *b == b'.').next().and_then(decimal),
            b"GNU.sparse.realsize" => self.sparse_size = decimal(value),
            _ => {}
        }
    }
}

fn record(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let space = text.iter().take(20).position(|b| *b == b' ')?;
    let len = usize::try_from(decimal(text.get(..space)?)?).ok()?;
    let record = text.get(space + 1..len)?.strip_suffix(b"\n")?;
    Some((record, text.get(len..)?))
}

/// Digits and nothing else.
pub(super) fn decimal(text: &[u8]) -> Option<u64> {
    let digits = text.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(text).ok().filter(|_| digits)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::Long;

    #[test]
    fn records_of_pax() {
        let mut long = Long::default();
        long.take(b"13 path=a\nb.c\n18 size=8589934592\n20 mtime=1700000000.5\n99 path=x\n");
        assert_eq!(long.path.as_deref(), None);
        let mut long = Long::default();
        long.take(b"14 path=a\nb.c\n19 size=8589934592\n22 mtime=1700000000.5\n99 path=x\n");
        assert_eq!((long.path.as_deref(), long.size), (Some(&b"a\nb.c"[..]), Some(8 << 30)));
        assert_eq!(long.modified, Some(1_700_000_000));
    }
}
