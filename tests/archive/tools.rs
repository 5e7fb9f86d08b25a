//! Archives made by Python, zip, tar, bsdtar, gcab and 7z. Each test says which tool is missing, and passes then.

use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::{Row, walk};

/// Files as uploads have them: one that is longer than two cabinet blocks, a packed one, an empty one, long and odd names.
fn files() -> Vec<(String, Vec<u8>)> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-dumps");
    let sample = |name: &str| std::fs::read(samples.join(name)).unwrap();
    let long = format!("{}/{}.dmp", "folder".repeat(30), "x".repeat(120));
    vec![
        ("crash.dmp".to_owned(), sample("linux-x86_64.dmp")),
        ("d/crash.maps".to_owned(), sample("i386-legacy.maps")),
        ("d/e/empty.dmp".to_owned(), Vec::new()),
        (long, b"a long name".to_vec()),
        ("d/gr\u{fc}n & 'b' !x.txt".to_owned(), b"an odd name".to_vec()),
    ]
}

fn folder_of_files() -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, bytes) in files() {
        let path = folder.path().join("in").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    folder
}

/// Runs a shell command in the folder with the files; `false` if it needs a program that is not there.
fn run(folder: &TempDir, program: &str, command: &str) -> bool {
    let there = Command::new("sh").args(["-c", "command -v \"$0\"", program]).stdout(Stdio::null()).status();
    if !there.is_ok_and(|status| status.success()) {
        println!("skipped: no {program}");
        return false;
    }
    let in_folder = folder.path().join("in");
    let output = Command::new("sh").args(["-c", command]).current_dir(in_folder).env("LC_ALL", "C.UTF-8").output();
    let output = output.unwrap();
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{command}: {words}");
    true
}

/// All files are there with their bytes, whatever their order.
fn check(folder: &TempDir, archive: &str) {
    let walked = walk(&folder.path().join(archive));
    assert_eq!(walked.count, walked.rows.len() as u64, "{archive}");
    let mut found: Vec<(String, Vec<u8>)> =
        walked.rows.iter().map(|row| (plain(row), row.bytes().to_owned())).collect();
    let mut expected = files();
    found.sort();
    expected.sort();
    let names = |files: &[(String, Vec<u8>)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&found), names(&expected), "{archive}");
    assert!(found == expected, "{archive}: other bytes");
    for row in &walked.rows {
        assert_eq!((row.cut.as_deref(), row.size), (None, Some(row.bytes().len() as u64)), "{archive}: {}", row.name);
        assert!(row.modified.is_some_and(|time| time > 1_700_000_000), "{archive}: {:?}", row.modified);
    }
    assert_eq!(walked.begun, walked.names(), "{archive}");
}

fn plain(row: &Row) -> String {
    row.name.trim_start_matches("./").replace('\\', "/")
}

#[test]
fn tar_in_every_format() {
    let folder = folder_of_files();
    for (number, format) in ["gnu", "posix"].iter().enumerate() {
        if run(&folder, "tar", &format!("tar --format={format} -cf ../{number}.tar .")) {
            check(&folder, &format!("{number}.tar"));
        }
    }
    for (suffix, packer) in [("gz", "gzip"), ("zst", "zstd"), ("xz", "xz"), ("lz4", "lz4")] {
        if run(&folder, packer, &format!("tar -c * | {packer} -c >../a.tar.{suffix}")) {
            check(&folder, &format!("a.tar.{suffix}"));
        }
    }
    if run(&folder, "bsdtar", "bsdtar --format=pax -cf ../bsd.tar ./*") {
        check(&folder, "bsd.tar");
    }
}

#[test]
fn tar_by_python() {
    let folder = folder_of_files();
    let script = "import tarfile\nfor f in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):\n with tarfile.open(f'../{f}.tar', 'w', format=f) as t: t.add('.')";
    if run(&folder, "python3", &format!("python3 -c \"{script}\"")) {
        check(&folder, "1.tar");
        check(&folder, "2.tar");
    }
}

/// Cores have holes, and `tar --sparse` leaves them out: in the header, in blocks behind it, or before the bytes.
#[test]
fn sparse_files() {
    let folder = TempDir::new().unwrap();
    std::fs::create_dir(folder.path().join("in")).unwrap();
    let path = folder.path().join("in/core");
    let mut expected = vec![0u8; 40 * 16_384 + 100];
    for (number, piece) in expected.chunks_mut(16_384).enumerate().filter(|(number, _)| number % 2 == 1) {
        piece[..4096].fill(number as u8);
    }
    write_with_holes(&path, &expected);
    let ways = [
        ("tar", "tar --sparse --format=gnu -cf ../a.tar core"),
        ("tar", "tar --sparse --format=posix --sparse-version=1.0 -cf ../a.tar core"),
        ("bsdtar", "bsdtar --read-sparse -cf ../a.tar core"),
    ];
    for (program, command) in ways {
        if run(&folder, program, command) {
            let walked = walk(&folder.path().join("a.tar"));
            assert_eq!(walked.names(), ["core"], "{command}");
            assert!(std::fs::metadata(folder.path().join("a.tar")).unwrap().len() < 200_000, "{command} left no holes");
            assert!(walked.rows[0].bytes() == expected, "{command}: other bytes");
        }
    }
}

fn write_with_holes(path: &Path, bytes: &[u8]) {
    use std::io::{Seek, SeekFrom, Write};
    let mut file = std::fs::File::create(path).unwrap();
    for (at, chunk) in (0..).step_by(4096).zip(bytes.chunks(4096)) {
        if chunk.iter().any(|b| *b != 0) {
            file.seek(SeekFrom::Start(at)).unwrap();
            file.write_all(chunk).unwrap();
        }
    }
    file.set_len(bytes.len() as u64).unwrap();
}

#[test]
fn zip_in_every_method() {
    let folder = folder_of_files();
    for (number, options) in ["-0", "-9", "-9 -fz"].iter().enumerate() {
        if run(&folder, "zip", &format!("zip -q {options} -r ../{number}.zip .")) {
            check(&folder, &format!("{number}.zip"));
        }
    }
    // Sizes stand behind the bytes where the output is a pipe.
    if run(&folder, "zip", "zip -q -r - . | cat >../piped.zip") {
        check(&folder, "piped.zip");
    }
    for method in ["Copy", "Deflate", "Deflate64"] {
        if run(&folder, "7z", &format!("7z a -tzip -mm={method} ../{method}.zip . >../7z.log")) {
            check(&folder, &format!("{method}.zip"));
        }
    }
}

#[test]
fn zip_that_cannot_be_unpacked() {
    let folder = folder_of_files();
    for (way, words) in [("-mm=BZip2", "bzip2"), ("-mm=PPMd", "PPMd"), ("-psecret", "password"), ("-mm=LZMA", "LZMA")] {
        if run(&folder, "7z", &format!("rm -f ../a.zip; 7z a -tzip {way} ../a.zip crash.dmp d/crash.maps >../7z.log")) {
            let walked = walk(&folder.path().join("a.zip"));
            assert_eq!(walked.names(), ["crash.dmp", "d/crash.maps"]);
            assert!(walked.rows.iter().all(|row| row.sentence().contains(words)), "{way}: {:?}", walked.rows);
        }
    }
}

#[test]
fn links_and_pipes_are_not_followed() {
    let folder = folder_of_files();
    let made = "ln -s /etc/passwd link; ln crash.dmp hard; mkfifo pipe";
    if run(&folder, "tar", &format!("{made}; tar -cf ../a.tar crash.dmp link hard pipe")) {
        let walked = walk(&folder.path().join("a.tar"));
        assert_eq!(walked.names(), ["crash.dmp", "link", "hard", "pipe"]);
        let words = ["symbolic link", "hard link", "FIFO"];
        for (row, words) in walked.rows[1..].iter().zip(words) {
            assert!(row.sentence().contains(words), "{}", row.sentence());
        }
    }
    if run(&folder, "zip", "rm pipe; zip -q --symlinks ../a.zip link crash.dmp") {
        let walked = walk(&folder.path().join("a.zip"));
        assert!(walked.row("link").sentence().contains("symbolic link"));
        assert_eq!(walked.row("crash.dmp").bytes(), files()[0].1);
    }
}

#[test]
fn cab_in_every_method() {
    let folder = folder_of_files();
    for (number, option) in ["-n", "-z"].iter().enumerate() {
        // gcab's own option is -z for MSZIP, and nothing for stored blocks.
        let option = if *option == "-z" { "-z" } else { "" };
        if run(&folder, "gcab", &format!("gcab -c {option} ../{number}.cab $(find . -name '*.dmp' -o -name '*.maps')"))
        {
            check_cab(&folder, &format!("{number}.cab"));
        }
    }
}

/// gcab keeps no folders' names: files are told apart by their bytes.
fn check_cab(folder: &TempDir, archive: &str) {
    let walked = walk(&folder.path().join(archive));
    let mut found: Vec<&[u8]> = walked.rows.iter().map(Row::bytes).collect();
    let expected = files();
    let mut expected: Vec<&[u8]> = expected.iter().filter(|f| !f.0.ends_with("txt")).map(|f| f.1.as_slice()).collect();
    found.sort_unstable();
    expected.sort_unstable();
    assert!(found == expected, "{archive}: {:?}", walked.names());
}
