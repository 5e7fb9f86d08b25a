//! How members are packed (APPNOTE 4.4.5).

use std::io::{BufReader, Read};

use crate::load::Compression;
use crate::load::cursor::Cursor;

/// A method that can be unpacked.
#[derive(Clone, Copy)]
pub(super) enum Method {
    Stored,
    Deflate,
    /// Explorer of Windows packs what is larger than 2 GiB with it.
    Deflate64,
    Whole(Compression),
}

impl Method {
    /// The method of a number.
    ///
    /// # Errors
    /// The sentence for one that cannot be unpacked.
    pub(super) fn of(number: u16) -> Result<Method, String> {
        Ok(match number {
            0 => Method::Stored,
            8 => Method::Deflate,
            9 => Method::Deflate64,
            20 | 93 => Method::Whole(Compression::Zstd),
            95 => Method::Whole(Compression::Xz),
            other => return Err(refusal(other)),
        })
    }

    pub(super) fn decoder<'a>(self, packed: Cursor<'a>) -> Result<Box<dyn Read + 'a>, String> {
        Ok(match self {
            Method::Stored => Box::new(packed),
            Method::Deflate => Box::new(flate2::read::DeflateDecoder::new(packed)),
            Method::Deflate64 => Box::new(deflate64::Deflate64Decoder::with_buffer(BufReader::new(packed))),
            Method::Whole(compression) => compression.decoder(Box::new(packed)).map_err(|e| e.to_string())?,
        })
    }
}

fn refusal(number: u16) -> String {
    let name = match number {
        1..=6 => "an old method of PKZIP",
        12 => "bzip2",
        14 => "LZMA",
        96 => "JPEG",
        97 => "WavPack",
        98 => "PPMd",
        99 => return "it is encrypted (AES); unpack the archive with its password and pass the dump".to_owned(),
        _ => "an unknown method",
    };
    format!("it is packed with {name} (method {number}), which is not read; unpack the archive and pass the dump")
}
