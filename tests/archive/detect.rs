//! What is said of an archive where a dump is expected, and what is taken for one.

use fragscope::load::archive::{ArchiveKind, recognise, recognise_file};
use fragscope::load::{Compression, LoadOptions, from_bytes, from_reader};
use tempfile::TempDir;

use super::bytes::{Zipped, cab, gzip, tar, zip};
use super::file;

fn sentence(bytes: Vec<u8>) -> String {
    let Err(error) = from_bytes(bytes, &LoadOptions::default()) else { panic!("this was taken for a dump") };
    error.to_string()
}

#[test]
fn the_sentence_tells_what_is_in_it() {
    let todo = "; unpack it, or run fragscope triage on it";
    let three = zip(&["d/", "a", "b", "c"].map(|name| Zipped::stored(name, b"")));
    assert_eq!(sentence(three.clone()), format!("this is a .zip archive with 3 files{todo}"));
    assert_eq!(sentence(tar(&[("a", b"x")])), format!("this is a .tar archive with 1 file{todo}"));
    assert_eq!(sentence(tar(&[("d/", b"")])), format!("this is a .tar archive without a file{todo}"));
    assert_eq!(sentence(gzip(&tar(&[("a", b"x")]))), format!("this is a .tar.gz archive with 1 file{todo}"));
    assert_eq!(
        sentence(cab(&[], 0, &[("a", 0, 0), ("b", 0, 0)])),
        format!("this is a .cab archive with 2 files{todo}")
    );
    assert_eq!(sentence(three[..70].to_vec()), format!("this is a .zip archive with at least 1 file{todo}"));
    // Of a stream the end is not known.
    let large = zip(&[Zipped::stored("a", &vec![1; 300_000])]);
    let stream = from_reader(Box::new(std::io::Cursor::new(large)), &LoadOptions::default());
    assert_eq!(stream.err().unwrap().to_string(), format!("this is a .zip archive{todo}"));
}

#[test]
fn kinds_by_content() {
    let folder = TempDir::new().unwrap();
    let core = std::fs::read(format!("{}/sample-dumps/i386-legacy.core.zst", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let kinds = [
        (zip(&[]), Some(ArchiveKind::Zip)),
        (zip(&[Zipped::stored("a", b"")]), Some(ArchiveKind::Zip)),
        (cab(&[], 0, &[]), Some(ArchiveKind::Cab)),
        (tar(&[("a", b"")]), Some(ArchiveKind::Tar)),
        (gzip(&tar(&[("a", b"")])), Some(ArchiveKind::CompressedTar(Compression::Gzip))),
        (gzip(b"no tar"), None),
        (core, None),
        (b"MSCF is how this text begins".to_vec(), None),
        ([&[0; 257][..], b"ustar", &[0; 250]].concat(), None),
        (Vec::new(), None),
    ];
    for (bytes, kind) in kinds {
        assert_eq!(recognise(&bytes), kind);
        assert_eq!(recognise_file(&file(&folder, "a", &bytes)).unwrap(), kind);
    }
    assert_eq!(recognise_file(folder.path()).unwrap(), None);
    assert!(recognise_file(&folder.path().join("none")).is_err());
}

/// A block of LZ4 is unpacked as a whole, and is as large as 4 MiB.
#[test]
fn a_tar_that_begins_with_a_large_block() {
    let noise: Vec<u8> = (0..6_000_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let mut packed = Vec::new();
    let info = lz4_flex::frame::FrameInfo::new().block_size(lz4_flex::frame::BlockSize::Max4MB);
    let mut to = lz4_flex::frame::FrameEncoder::with_frame_info(info, &mut packed);
    std::io::Write::write_all(&mut to, &tar(&[("a", &noise)])).unwrap();
    to.finish().unwrap();
    let folder = TempDir::new().unwrap();
    let kind = recognise_file(&file(&folder, "a", &packed)).unwrap();
    assert_eq!(kind, Some(ArchiveKind::CompressedTar(Compression::Lz4)));
}
