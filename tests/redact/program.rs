//! The program with and without `--redact`, on dumps that carry users, hosts and arguments wherever a dump can.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::synth::elf_arch;
use crate::synth::elf_core::{Core, Load};
use crate::synth::elf_notes::MappedFile;
use crate::synth::elf_process::Thread;
use crate::synth::minidump::Minidump;
use crate::synth::minidump_annotations::{CrashpadInfo, pairs};
use crate::synth::minidump_context::{Context as Registers, Cpu};
use crate::synth::minidump_modules::{Module, ModuleList, UnloadedModuleList};
use crate::synth::minidump_streams::{Thread as DumpThread, ThreadList, ThreadNames};
use crate::synth::minidump_system::{SystemInfo, platform};

/// What must not be seen: two users, a host, and an argument.
const SECRETS: [&str; 4] = ["wilhelmina", "bartholomew", "fileserver", "hunter2"];

fn minidump() -> Vec<u8> {
    let names = ["wilhelmina-worker", "copy from fileserver", "watcher-wilhelm"];
    let threads = (1..=3).map(|id| {
        let stack = 0x1000_0000 + u64::from(id) * 0x1_0000;
        DumpThread::new(id).context(Registers::new(Cpu::Amd64, stack + 0x800, 0x40_0000)).stack_range(stack, 0x1000)
    });
    let modules = vec![
        Module::new(0x40_0000, 0x1000, r"C:\Users\Wilhelmina\app\wilhelmina-tool.exe"),
        Module::new(0x50_0000, 0x1000, r"D:\profiles\bartholomew\AppData\Local\x.dll"),
        Module::new(0x51_0000, 0x1000, r"\\fileserver\tools\y.dll"),
        // Without bytes: a diagnostic names it.
        Module::new(0x60_0000, 0, r"C:\z\bartholomew.dll"),
    ];
    let annotations = pairs(&[("OOMAllocationSize", "4096"), ("CommandLine", "--password=hunter2")]);
    Minidump::new()
        .stream(SystemInfo::new(Cpu::Amd64, platform::WINDOWS_NT).csd("wilhelmina's build"))
        .stream(ThreadList::new(threads))
        .stream(ThreadNames((1..=3).zip(names.map(str::to_owned)).collect()))
        .stream(ModuleList(modules))
        .stream(UnloadedModuleList(vec![(0x70_0000, 0x1000, r"C:\Users\bartholomew\old.dll".to_owned())]))
        .stream(CrashpadInfo { simple: annotations, modules: Vec::new() })
        .build()
        .bytes
}

fn core() -> Vec<u8> {
    Core::new(elf_arch::X86_64)
        .program("wilhelmina-serv", "/opt/wilhelmina-serv-hunter2 --password=hunter2")
        .thread(Thread::new(7).sp(0x7fff_0000).pc(0x40_0000))
        .load(Load::new(0x40_0000, 0x1000, "r-x"))
        .load(Load::new(0x50_0000, 0x1000, "r--"))
        .load(Load::new(0x60_0000, 0x1000, "r--"))
        .load(Load::new(0x7ffe_0000, 0x2_0000, "rw-"))
        .files([
            MappedFile::new(0x40_0000, 0x40_1000, 0, "/home/wilhelmina/bin/server"),
            MappedFile::new(0x50_0000, 0x50_1000, 0, "/data/people/bartholomew/.cache/index"),
            MappedFile::new(0x60_0000, 0x60_1000, 0, "/net/fileserver/vol/bartholomew/table"),
        ])
        .build()
        .bytes
}

fn maps() -> Vec<u8> {
    b"00400000-00401000 r-xp 0 fe:00 1   /home/wilhelmina/bin/server\n\
      00500000-00501000 r--p 0 fe:00 2   /tmp/hsperfdata_bartholomew/77 (deleted)\n\
      00600000-00601000 rw-p 0 00:00 0   [anon:cache of wilhelmina]\n\
      00700000-00701000 r--s 0 00:31 3   //fileserver/share/bartholomew.db\n\
      bffdf000-c0000000 rw-p 0 00:00 0   [stack]\n"
        .to_vec()
}

struct Dumps {
    _folder: TempDir,
    paths: Vec<PathBuf>,
}

/// The dumps in a folder whose path has a secret in it as well, with an `.extra` file that is none.
fn dumps() -> Dumps {
    let folder = TempDir::new().unwrap();
    let home = folder.path().join("home/wilhelmina/bartholomew");
    std::fs::create_dir_all(&home).unwrap();
    let mut paths = Vec::new();
    for (name, bytes) in [("a.dmp", minidump()), ("core", core()), ("maps", maps())] {
        std::fs::write(home.join(name), bytes).unwrap();
        paths.push(home.join(name));
    }
    std::fs::write(home.join("a.extra"), "\"--password=hunter2 by wilhelmina\"").unwrap();
    Dumps { _folder: folder, paths }
}

struct Said {
    out: String,
    all: String,
}

fn run(arguments: &[&str], dump: &Path) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fragscope"));
    let output = command.args(arguments).arg("--redact").arg(dump).env_remove("FRAGSCOPE_REDACT_KEY").output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let (out, err) = (text(output.stdout), text(output.stderr));
    Said { all: format!("{out}{err}"), out }
}

/// Fails if any part of a secret that is long enough to tell is in the text.
fn assert_hidden(said: &str, what: &str) {
    for secret in SECRETS {
        let part = &secret[..secret.len().min(6)];
        assert!(!said.to_lowercase().contains(part), "{secret} is in {what}:\n{said}");
    }
}

const FORMS: [&[&str]; 14] = [
    &["report"],
    &["report", "--all", "--explain"],
    &["report", "--format", "json"],
    &["report", "--format", "markdown"],
    &["report", "--format", "markdown", "--all"],
    &["report", "--format", "html"],
    &["threads"],
    &["threads", "--gdb"],
    &["threads", "--format", "json"],
    &["threads", "--format", "markdown"],
    &["map"],
    &["map", "--format", "json"],
    &["map", "--format", "markdown"],
    &["map", "--format", "html"],
];

#[test]
fn no_secret_in_any_output() {
    let dumps = dumps();
    for dump in &dumps.paths {
        for form in FORMS {
            let said = run(form, dump);
            // A maps file has no threads for gdb to print.
            assert!(!said.out.is_empty() || form.contains(&"--gdb"), "{form:?}: {}", said.all);
            assert_hidden(&said.all, &format!("{form:?} of {}", dump.file_name().unwrap().to_string_lossy()));
        }
        for address in ["0x400000", "0x500000", "0x510000", "0x600000", "0x700000", "0x10000800"] {
            for format in ["text", "json", "markdown", "html"] {
                let program = env!("CARGO_BIN_EXE_fragscope");
                let at = |dump: &Path| {
                    let arguments = [dump.as_os_str(), address.as_ref(), "--redact".as_ref()];
                    Command::new(program).arg("at").args(arguments).args(["--format", format]).output().unwrap()
                };
                let output = at(dump);
                assert!(output.status.success());
                assert_hidden(&String::from_utf8(output.stdout).unwrap(), &format!("at {address} as {format}"));
            }
        }
    }
}

#[test]
fn one_user_is_one_stand_in_in_every_dump() {
    let dumps = dumps();
    let reports: Vec<String> = dumps.paths.iter().map(|dump| run(&["report", "--format", "json"], dump).out).collect();
    let stand_in = |report: &str, before: &str| {
        let rest = report.split(before).nth(1).unwrap_or_else(|| panic!("{before} is not in\n{report}"));
        rest.chars().take("user-1a2b3c4d".len()).collect::<String>()
    };
    let wilhelmina = stand_in(&reports[1], "/home/");
    let bartholomew = stand_in(&reports[1], "/data/people/");
    let fileserver = stand_in(&reports[1], "/net/");
    assert!(wilhelmina.starts_with("user-") && fileserver.starts_with("host-"), "{wilhelmina} {fileserver}");
    assert_ne!(wilhelmina, bartholomew);
    for report in &reports {
        for name in [&wilhelmina, &bartholomew, &fileserver] {
            assert!(report.contains(name.as_str()), "{name} is not in\n{report}");
        }
    }
    // A thread's name that was cut in the middle of the user's.
    assert!(run(&["threads", "--format", "json"], &dumps.paths[0]).out.contains(&format!("watcher-{wilhelmina}")));
}

#[test]
fn refusals_are_redacted_too() {
    let dumps = dumps();
    let core = &dumps.paths[1];
    // Of a dump that is not there nothing is known but its path.
    let missing = core.parent().unwrap().with_file_name("missing");
    for (arguments, dump) in [
        (&["report"][..], missing.as_path()),
        (&["report", "-o", "/home/wilhelmina/no/such/folder/x"], core),
        // Only the dump tells that this is a user.
        (&["report", "-o", "/no/such/bartholomew/x"], core),
        (&["report", "--need", "/home/wilhelmina/x"], core),
        (&["map", "--around", "module:fileserver-plugin"], core),
        (&["nonsense", "/home/wilhelmina/x"], core),
    ] {
        let said = run(arguments, dump);
        assert!(said.out.is_empty() && !said.all.is_empty(), "{arguments:?}");
        assert_hidden(&said.all, &format!("{arguments:?}"));
    }
}

#[test]
fn a_key_makes_stand_ins_ones_own() {
    let dumps = dumps();
    let with = |key: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fragscope"));
        command.args(["report", "--redact"]).arg(&dumps.paths[2]).env("FRAGSCOPE_REDACT_KEY", key);
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    assert_eq!(with("a"), with("a"));
    assert_ne!(with("a"), with("b"));
    assert_eq!(with(""), run(&["report"], &dumps.paths[2]).out);
}

#[test]
fn a_hidden_module_is_found_by_its_name() {
    let dumps = dumps();
    let said = run(&["map", "--around", "module:wilhelmina-tool.exe"], &dumps.paths[0]);
    assert!(said.out.contains("-tool.exe"), "{}", said.all);
}
