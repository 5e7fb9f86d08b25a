//! Compressed dumps, recognised by content: `.zst .gz .xz .lz4`.

use std::io::{self, BufReader, Read};

/// A compression that can be unpacked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Compression {
    /// Zstandard (RFC 8878).
    Zstd,
    /// gzip (RFC 1952).
    Gzip,
    /// xz.
    Xz,
    /// LZ4 frames.
    Lz4,
}

/// How many bytes [`Compression::recognise`] looks at.
pub const MAGIC_LEN: usize = 6;

/// Largest window that a Zstandard frame may ask for, as a power of two: 128 MiB, what `zstd --long` uses.
const ZSTD_WINDOW_LOG_MAX: u32 = 27;
/// Memory that the xz decoder may use, in bytes; `xz -9` needs 65 MiB.
const XZ_MEMORY_LIMIT: u64 = 128 << 20;

impl Compression {
    /// The compression whose magic number stands at the start of `head`.
    pub fn recognise(head: &[u8]) -> Option<Compression> {
        const MAGICS: [(&[u8], Compression); 4] = [
            (&[0x28, 0xb5, 0x2f, 0xfd], Compression::Zstd),
            (&[0x1f, 0x8b], Compression::Gzip),
            (&[0xfd, b'7', b'z', b'X', b'Z', 0], Compression::Xz),
            (&[0x04, 0x22, 0x4d, 0x18], Compression::Lz4),
        ];
        MAGICS.into_iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, kind)| kind)
    }

    /// The word used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Compression::Zstd => "zstd",
            Compression::Gzip => "gzip",
            Compression::Xz => "xz",
            Compression::Lz4 => "lz4",
        }
    }

    /// A reader of the unpacked bytes, with bounded memory.
    ///
    /// # Errors
    /// The decompressor's refusal to start.
    pub(super) fn decoder(self, packed: Box<dyn Read>) -> io::Result<Box<dyn Read>> {
        let packed = BufReader::with_capacity(1 << 16, packed);
        Ok(match self {
            Compression::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(packed)?;
                decoder.window_log_max(ZSTD_WINDOW_LOG_MAX)?;
                Box::new(decoder)
            }
            Compression::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(packed)),
            Compression::Xz => Box::new(xz_decoder(packed)?),
            Compression::Lz4 => Box::new(lz4_flex::frame::FrameDecoder::new(packed)),
        })
    }
}

fn xz_decoder(packed: BufReader<Box<dyn Read>>) -> io::Result<impl Read> {
    let stream = liblzma::stream::Stream::new_stream_decoder(XZ_MEMORY_LIMIT, liblzma::stream::CONCATENATED)?;
    Ok(liblzma::bufread::XzDecoder::new_stream(packed, stream))
}
