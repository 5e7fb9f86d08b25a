//! Compressed dumps, recognised by content: `.zst .gz .xz .lz4`.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::GzDecoder;

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
        const MAGICS: [(&[u8], Compression); 5] = [
            (&[0x28, 0xb5, 0x2f, 0xfd], Compression::Zstd),
            // A skippable frame, which pzstd begins its files with; lz4's are the same, and nothing writes them first.
            (&[0x50, 0x2a, 0x4d, 0x18], Compression::Zstd),
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
    pub(super) fn decoder<'a>(self, packed: Box<dyn Read + 'a>) -> io::Result<Box<dyn Read + 'a>> {
        let packed = BufReader::with_capacity(1 << 16, packed);
        Ok(match self {
            Compression::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(packed)?;
                decoder.window_log_max(ZSTD_WINDOW_LOG_MAX)?;
                Box::new(decoder)
            }
            Compression::Gzip => Box::new(Members { member: Some(GzDecoder::new(packed)), count: 1, unpacked: 0 }),
            Compression::Xz => Box::new(xz_decoder(packed)?),
            Compression::Lz4 => Box::new(lz4_flex::frame::FrameDecoder::new(packed)),
        })
    }
}

/// More members than these in a gzip file are read only if they hold something on average; bgzip's hold 64 KiB.
const FREE_MEMBERS: u64 = 1 << 14;
const BYTES_PER_MEMBER: u64 = 1 << 10;

/// All members of a gzip file, one behind the other. Millions of empty ones would cost seconds and give nothing.
struct Members<R> {
    /// `None` behind the last.
    member: Option<GzDecoder<R>>,
    count: u64,
    unpacked: u64,
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = self.member.as_mut().filter(|_| !buf.is_empty()) {
            let got = member.read(buf)?;
            self.unpacked += got as u64;
            if got > 0 {
                return Ok(got);
            }
            self.next_member()?;
        }
        Ok(0)
    }
}

impl<R: BufRead> Members<R> {
    fn next_member(&mut self) -> io::Result<()> {
        let Some(mut packed) = self.member.take().map(GzDecoder::into_inner) else { return Ok(()) };
        if packed.fill_buf()?.is_empty() {
            return Ok(());
        }
        self.count += 1;
        if self.count > FREE_MEMBERS + self.unpacked / BYTES_PER_MEMBER {
            return Err(io::Error::other(format!("{} gzip members hold next to nothing", self.count)));
        }
        self.member = Some(GzDecoder::new(packed));
        Ok(())
    }
}

fn xz_decoder<'a>(packed: BufReader<Box<dyn Read + 'a>>) -> io::Result<impl Read + 'a> {
    let stream = liblzma::stream::Stream::new_stream_decoder(XZ_MEMORY_LIMIT, liblzma::stream::CONCATENATED)?;
    Ok(liblzma::bufread::XzDecoder::new_stream(packed, stream))
}
