//! Archives written by hand, field by field, so that any field can lie.

/// A member of a .zip archive.
#[derive(Clone, Default)]
pub struct Zipped {
    pub name: Vec<u8>,
    pub flags: u16,
    pub method: u16,
    pub packed: Vec<u8>,
    pub size: u32,
    pub crc: u32,
    pub made_by: u16,
    pub attributes: u32,
}

impl Zipped {
    /// Stored.
    pub fn stored(name: &str, content: &[u8]) -> Zipped {
        let (size, crc) = (content.len() as u32, crc(content));
        Zipped { name: name.into(), packed: content.to_owned(), size, crc, ..Zipped::default() }
    }

    /// Packed with deflate.
    pub fn deflated(name: &str, content: &[u8]) -> Zipped {
        Zipped { method: 8, packed: deflate(content), ..Zipped::stored(name, content) }
    }

    fn fields(&self) -> Vec<u8> {
        let mut fields = Vec::new();
        // Version, flags, method, 12:34:56 on 2024-03-01.
        for number in [20, self.flags, self.method, 12 << 11 | 34 << 5 | 28, 44 << 9 | 3 << 5 | 1] {
            fields.extend(number.to_le_bytes());
        }
        for number in [self.crc, self.packed.len() as u32, self.size] {
            fields.extend(number.to_le_bytes());
        }
        fields.extend((self.name.len() as u16).to_le_bytes());
        fields.extend(0u16.to_le_bytes());
        fields
    }

    /// The header before it, and its bytes.
    pub fn local(&self) -> Vec<u8> {
        [b"PK\x03\x04", &self.fields()[..], &self.name, &self.packed].concat()
    }

    /// Its part of the directory.
    pub fn listed(&self, at: u32) -> Vec<u8> {
        let mut listed = [&b"PK\x01\x02"[..], &self.made_by.to_le_bytes(), &self.fields()].concat();
        listed.extend([0; 6]);
        listed.extend(self.attributes.to_le_bytes());
        listed.extend(at.to_le_bytes());
        listed.extend(&self.name);
        listed
    }
}

/// The end record.
pub fn zip_end(count: u16, directory: u32, size: u32) -> Vec<u8> {
    let count = count.to_le_bytes();
    [b"PK\x05\x06\0\0\0\0", &count[..], &count, &size.to_le_bytes(), &directory.to_le_bytes(), &[0, 0]].concat()
}

/// A whole archive.
pub fn zip(members: &[Zipped]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for member in members {
        directory.extend(member.listed(bytes.len() as u32));
        bytes.extend(member.local());
    }
    let end = zip_end(members.len() as u16, bytes.len() as u32, directory.len() as u32);
    [bytes, directory, end].concat()
}

/// A header block of a tar archive with its right checksum.
pub fn tar_header(name: &str, kind: u8, size: &[u8]) -> Vec<u8> {
    let mut block = vec![0u8; 512];
    block[..name.len()].copy_from_slice(name.as_bytes());
    block[124..124 + size.len()].copy_from_slice(size);
    block[136..147].copy_from_slice(b"14570336160");
    block[156] = kind;
    block[257..265].copy_from_slice(b"ustar\x0000");
    seal(&mut block);
    block
}

/// Writes the checksum of a header block.
pub fn seal(block: &mut [u8]) {
    block[148..156].fill(b' ');
    let sum: u32 = block.iter().map(|b| u32::from(*b)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

/// A size as 11 octal digits.
pub fn octal(size: usize) -> Vec<u8> {
    format!("{size:011o}").into_bytes()
}

/// A size of 64 bits, as GNU tar writes what has more than 11 digits.
pub fn binary(size: u64) -> Vec<u8> {
    [&[0x80, 0, 0, 0][..], &size.to_be_bytes()].concat()
}

/// A member of a tar archive.
pub fn tarred(name: &str, kind: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = tar_header(name, kind, &octal(content.len()));
    bytes.extend(content);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}

/// A whole tar archive.
pub fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes: Vec<u8> = members.iter().flat_map(|(name, content)| tarred(name, b'0', content)).collect();
    bytes.extend([0; 1024]);
    bytes
}

/// A cabinet with one folder of stored blocks; files are (name, start, size).
pub fn cab(blocks: &[&[u8]], packing: u16, files: &[(&str, u32, u32)]) -> Vec<u8> {
    let mut listed = Vec::new();
    for (name, start, size) in files {
        listed.extend(size.to_le_bytes());
        listed.extend(start.to_le_bytes());
        listed.extend([0, 0, 0x61, 0x58, 0x5c, 0x64, 0x20, 0]);
        listed.extend(name.as_bytes());
        listed.push(0);
    }
    let mut bytes = b"MSCF\0\0\0\0\0\0\0\0\0\0\0\0".to_vec();
    bytes.extend(44u32.to_le_bytes());
    bytes.extend([0, 0, 0, 0, 3, 1]);
    for number in [1, files.len() as u16, 0, 0, 0] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend((44 + listed.len() as u32).to_le_bytes());
    bytes.extend((blocks.len() as u16).to_le_bytes());
    bytes.extend(packing.to_le_bytes());
    bytes.extend(listed);
    for block in blocks {
        bytes.extend([0; 4]);
        bytes.extend([(block.len() as u16).to_le_bytes(), (block.len() as u16).to_le_bytes()].concat());
        bytes.extend(*block);
    }
    bytes
}

/// Deflate without a header.
pub fn deflate(content: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut to = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    to.write_all(content).unwrap();
    to.finish().unwrap()
}

/// gzip.
pub fn gzip(content: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut to = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    to.write_all(content).unwrap();
    to.finish().unwrap()
}

/// CRC-32.
pub fn crc(content: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(content);
    crc.sum()
}
