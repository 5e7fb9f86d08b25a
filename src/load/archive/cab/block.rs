//! How blocks are packed: not at all, or with MSZIP (\[MS-MCI\]), which is deflate that looks back into the block before.

use flate2::{Decompress, FlushDecompress, Status};

/// Bytes of an unpacked block.
pub(super) const MOST_UNPACKED: u16 = 0x8000;

/// A packing that can be unpacked.
#[derive(Clone, Copy)]
pub(super) enum Packing {
    Stored,
    Mszip,
}

impl Packing {
    /// # Errors
    /// The sentence for one that cannot be unpacked.
    pub(super) fn of(number: u16) -> Result<Packing, String> {
        let name = match number & 15 {
            0 => return Ok(Packing::Stored),
            1 => return Ok(Packing::Mszip),
            2 => "Quantum",
            3 => "LZX",
            _ => "an unknown method",
        };
        Err(format!("it is packed with {name}, which is not read; unpack the archive (cabextract) and pass the dump"))
    }

    /// Unpacks a block that holds `size` bytes, behind the block `before`.
    pub(super) fn unpack(self, packed: &[u8], size: u16, before: &[u8]) -> Result<Vec<u8>, String> {
        let block = match self {
            Packing::Stored => packed.to_owned(),
            Packing::Mszip => mszip(packed, size, before)?,
        };
        match block.len() == usize::from(size) {
            true => Ok(block),
            false => Err(format!("holds {} bytes and claims {size}, so it is damaged", block.len())),
        }
    }
}

fn mszip(packed: &[u8], size: u16, before: &[u8]) -> Result<Vec<u8>, String> {
    let damaged = |e: flate2::DecompressError| format!("is damaged ({e})");
    let Some(deflated) = packed.strip_prefix(b"CK") else {
        return Err("is damaged, as it has no signature".to_owned());
    };
    let mut inflate = Decompress::new(false);
    // Room for a byte too many, which is damage.
    let mut unpacked = Vec::with_capacity(before.len() + usize::from(size) + 1);
    // What is looked back into is given to the decompressor as a stored block (RFC 1951, 3.2.4).
    let len = u16::try_from(before.len()).unwrap_or(0);
    let [a, b] = len.to_le_bytes();
    let stored = [&[0, a, b, !a, !b], before].concat();
    inflate.decompress_vec(&stored, &mut unpacked, FlushDecompress::None).map_err(damaged)?;
    let status = inflate.decompress_vec(deflated, &mut unpacked, FlushDecompress::Finish).map_err(damaged)?;
    let unpacked = unpacked.split_off(before.len().min(unpacked.len()));
    match status {
        Status::StreamEnd => Ok(unpacked),
        _ => Err(format!("holds more than the {size} bytes that it claims, or is cut")),
    }
}
