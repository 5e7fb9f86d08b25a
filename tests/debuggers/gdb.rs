//! `fragscope integrate gdb`, sourced by a real gdb.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::figures::{assert_same_figures, figures, names, read, report_of, stack_pointers};
use super::process::{Process, script};
use super::server::Server;
use crate::live::{Bits, unless_skipped};

const BOTH: [Bits; 2] = [Bits::X86_64, Bits::I386];

fn gdb_is_there() -> Result<(), String> {
    let asked = Command::new("gdb").args(["-nx", "-batch", "-ex", "python print(6 * 7)"]).output();
    match asked {
        Err(_) => Err("gdb is not installed".into()),
        Ok(output) if String::from_utf8_lossy(&output.stdout).trim() == "42" => Ok(()),
        Ok(_) => Err("this gdb has no Python".into()),
    }
}

/// Runs gdb with commands, and returns what it printed and what it said on stderr.
fn run(folder: &Path, arguments: &[&str], commands: &[&str]) -> (String, String) {
    let mut gdb = Command::new("gdb");
    gdb.args(["-nx", "-q", "-batch"]).args(arguments);
    gdb.args(commands.iter().flat_map(|command| ["-ex", command]));
    gdb.env("FRAGSCOPE", env!("CARGO_BIN_EXE_fragscope")).env_remove("DEBUGINFOD_URLS").current_dir(folder);
    let output = gdb.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (printed, said) = (text(&output.stdout), text(&output.stderr));
    assert!(!printed.contains("Traceback") && !said.contains("Traceback"), "{printed}\n{said}");
    (printed, said)
}

/// The values of `thread apply all print $sp` by the kernel's number of the thread, which stands last in the header:
/// `Thread 2 (Thread 0x7f… (LWP 77) "name"):`, of a gdbserver `Thread 2 (Thread 70.77 "name"):`.
fn printed_stack_pointers(printed: &str) -> BTreeMap<u64, u64> {
    let mut found = BTreeMap::new();
    let mut id = None;
    for line in printed.lines() {
        if let Some((_, target)) = line.strip_prefix("Thread ").and_then(|l| l.split_once(" (")) {
            let target = target.split('"').next().unwrap();
            let digits = target.split(|c: char| !c.is_ascii_digit()).rfind(|digits| !digits.is_empty());
            id = digits.map(|digits| digits.parse().unwrap());
        } else if let (Some(id), Some(sp)) = (id, line.split_once(" = (void *) 0x").map(|(_, sp)| sp)) {
            found.insert(id, u64::from_str_radix(sp.trim(), 16).unwrap());
        }
    }
    found
}

/// What gdb had the program say is what the program says of /proc/PID/maps, and gdb's own stack pointers.
fn check(process: &Process, report: &str, printed: &str, truth: (&str, &BTreeMap<u64, u64>)) {
    let maps = process.file("maps.txt");
    std::fs::write(&maps, truth.0).unwrap();
    let report = read(report);
    assert_same_figures(&report, &report_of(Path::new(&maps)));
    assert_eq!(stack_pointers(&report), *truth.1, "against the kernel's");
    assert_eq!(stack_pointers(&report), printed_stack_pointers(printed), "against gdb's own\n{printed}");
    let names = names(&report);
    assert_eq!(names.len(), truth.1.len());
    assert!(names.values().any(|name| name == "worker-1"), "{names:?}");
}

#[test]
fn a_live_process() {
    for bits in BOTH {
        unless_skipped(&format!("gdb, live {bits:?}"), || {
            gdb_is_there()?;
            let process = Process::start(bits)?;
            let script = script(process.folder(), "gdb", "fragscope.py");
            let truth = (process.maps(), process.stack_pointers());
            let report = process.file("report.json");
            let (printed, said) = process.unchanged(|process| {
                let ask = format!("fragscope report --format json -o {report}");
                let source = format!("source {script}");
                run(process.folder(), &["-p", &process.pid()], &[&source, &ask, "thread apply all print $sp"])
            });
            assert!(Path::new(&report).exists(), "{printed}\n{said}");
            check(&process, &report, &printed, (&truth.0, &truth.1));
            Ok(())
        });
    }
}

/// A program's name may be no text, and hold line breaks: gdb refuses to hand the first to Python, and prints the second
/// as they are.
#[test]
fn a_process_with_a_name_to_fear() {
    unless_skipped("gdb, name", || {
        gdb_is_there()?;
        let name = OsStr::from_bytes(b"f\xff\n0x1 0x9000 ");
        let process = Process::start_as(Bits::X86_64, name)?;
        let script = script(process.folder(), "gdb", "fragscope.py");
        let truth = (process.maps_bytes(), process.stack_pointers());
        let report = process.file("report.json");
        let ask = format!("fragscope report --format json -o {report}");
        let source = format!("source {script}");
        let (printed, said) = process.unchanged(|p| run(p.folder(), &["-p", &p.pid()], &[&source, &ask]));
        assert!(Path::new(&report).exists(), "{printed}\n{said}");
        let maps = process.file("maps.txt");
        std::fs::write(&maps, truth.0).unwrap();
        let report = read(&report);
        assert_same_figures(&report, &report_of(Path::new(&maps)));
        assert_eq!(stack_pointers(&report), truth.1);
        Ok(())
    });
}

#[test]
fn a_process_behind_gdbserver() {
    for bits in BOTH {
        unless_skipped(&format!("gdb, gdbserver {bits:?}"), || {
            gdb_is_there()?;
            let process = Process::start(bits)?;
            let script = script(process.folder(), "gdb", "fragscope.py");
            let truth = (process.maps(), process.stack_pointers());
            let report = process.file("report.json");
            let (printed, said) = process
                .unchanged(|process| {
                    let server = Server::start(process).map_err(|e| (String::new(), e))?;
                    let target = format!("target remote {}", server.address);
                    let ask = format!("fragscope report --format json -o {report}");
                    let source = format!("source {script}");
                    let commands = ["set sysroot /", &source, &target, &ask, "thread apply all print $sp", "detach"];
                    let seen = run(process.folder(), &[], &commands);
                    server.finish();
                    Ok::<_, (String, String)>(seen)
                })
                .map_err(|(_, reason)| reason)?;
            assert!(Path::new(&report).exists(), "{printed}\n{said}");
            check(&process, &report, &printed, (&truth.0, &truth.1));
            Ok(())
        });
    }
}

/// A core is handed over by its path: the report is the program's own, to the byte.
#[test]
fn a_kernel_core() {
    for bits in BOTH {
        unless_skipped(&format!("gdb, core {bits:?}"), || {
            gdb_is_there()?;
            let mut process = Process::start(bits)?;
            let script = script(process.folder(), "gdb", "fragscope.py");
            let maps = process.file("maps.txt");
            std::fs::write(&maps, process.maps()).unwrap();
            let core = process.crash()?;
            // A path that would end the mark behind it, if marks were looked for.
            let odd = process.folder().join("core', file 1");
            std::fs::rename(core, &odd).unwrap();
            let report = process.file("report.json");
            let source = format!("source {script}");
            let ask = format!("fragscope report --format json -o {report}");
            let commands = [source.as_str(), &ask, "thread apply all print $sp"];
            let (printed, said) = run(process.folder(), &["-c", &odd.to_string_lossy()], &commands);
            assert!(Path::new(&report).exists(), "{printed}\n{said}");
            let report = read(&report);
            assert_eq!(report, report_of(&odd));
            assert_eq!(report["dump"]["format"], "elf-core");
            assert_eq!(stack_pointers(&report), printed_stack_pointers(&printed));
            assert_eq!(figures(&report)["gaps"], figures(&report_of(Path::new(&maps)))["gaps"]);
            Ok(())
        });
    }
}

#[test]
fn what_the_user_selected_stays_selected() {
    unless_skipped("gdb, selection", || {
        gdb_is_there()?;
        let process = Process::start(Bits::X86_64)?;
        let source = format!("source {}", script(process.folder(), "gdb", "fragscope.py"));
        let look = ["echo <\\n", "thread", "info frame", "info breakpoints", "show values", "show may-call-functions"];
        let mut commands = vec![source.as_str(), "thread 3", "up"];
        commands.extend(look);
        commands.extend(["echo >\\n", "fragscope threads", "fragscope at $sp", "fragscope map"]);
        commands.extend(look);
        let (printed, _) = process.unchanged(|p| run(p.folder(), &["-p", &p.pid()], &commands));
        let (before, after) = printed.split_once(">\n").unwrap();
        let before = before.rsplit_once("<\n").unwrap().1;
        let after = after.rsplit_once("<\n").unwrap().1.split("[Inferior 1").next().unwrap();
        assert!(before.contains("level 1"), "{before}");
        assert_eq!(before, after);
        assert!(!after.contains('\u{1b}'), "colours, though nobody sees them");
        Ok(())
    });
}

/// In non-stop mode some threads may run: they have no stack pointer, and that is said. The commands come one by one, as
/// of someone who types, so that gdb takes note of stopped threads between them. (gdb 13 leaves a process stopped that it
/// detaches from in this mode, whatever was typed, so this process is not looked at afterwards.)
#[test]
fn running_threads_are_missing() {
    unless_skipped("gdb, non-stop", || {
        gdb_is_there()?;
        // gdb does not tell when it has taken note of all of them: a busy machine needs more time.
        let looks = [1, 4, 12].into_iter().map(|pause| one_of_them_runs(Duration::from_secs(pause)));
        let mut last = String::new();
        for look in looks {
            match look? {
                (report, said) if said.contains("no stack pointer of thread 2: running") => {
                    let listed = report["threads"].as_array().unwrap().len();
                    assert_eq!(listed, 10, "it is listed all the same");
                    assert_eq!(stack_pointers(&report).len(), listed - 1);
                    return Ok(());
                }
                (_, said) => last = said,
            }
        }
        panic!("{last}");
    });
}

/// The report of a process whose second thread goes on `pause` after all were stopped, and what gdb said.
fn one_of_them_runs(pause: Duration) -> Result<(serde_json::Value, String), String> {
    let process = Process::start(Bits::X86_64)?;
    let source = format!("source {}", script(process.folder(), "gdb", "fragscope.py"));
    let report = process.file("report.json");
    let mut gdb = Command::new("gdb");
    gdb.args(["-nx", "-q", "-ex", "set non-stop on", "-ex", &source]).stdin(Stdio::piped());
    gdb.env("FRAGSCOPE", env!("CARGO_BIN_EXE_fragscope")).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut gdb = gdb.env_remove("DEBUGINFOD_URLS").spawn().unwrap();
    let mut input = gdb.stdin.take().unwrap();
    writeln!(input, "attach {}", process.pid()).unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    while process.states().iter().any(|state| state != "t") {
        assert!(Instant::now() < deadline, "gdb does not stop the process");
        std::thread::sleep(Duration::from_millis(50));
    }
    std::thread::sleep(pause);
    let ask = format!("fragscope report --format json -o {report}");
    writeln!(input, "thread 2\ncontinue&\n{ask}\nkill\nquit").unwrap();
    drop(input);
    let said = String::from_utf8_lossy(&gdb.wait_with_output().unwrap().stderr).into_owned();
    Ok((read(&report), said))
}

#[test]
fn help_and_completion() {
    unless_skipped("gdb, help", || {
        gdb_is_there()?;
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a-file.txt"), "").unwrap();
        let source = format!("source {}", script(folder.path(), "gdb", "fragscope.py"));
        let complete = |line: &str| run(folder.path(), &[], &[&source, &format!("complete {line}")]).0;
        for (typed, completed) in [
            ("fragscope what-", "fragscope what-if"),
            ("fragscope report --assume-", "fragscope report --assume-used"),
            ("fragscope map --format ma", "fragscope map --format markdown"),
            ("fragscope map --format=ma", "fragscope map --format=markdown"),
            ("fragscope what-if without=thread-", "fragscope what-if without=thread-name:"),
            ("fragscope report -o a-f", "fragscope report -o a-file.txt"),
            ("set fragscope pro", "set fragscope program"),
        ] {
            assert_eq!(complete(typed).trim(), completed);
        }
        let commands = ["help fragscope", "help fragscope at", "show fragscope program"];
        let (printed, _) = run(folder.path(), &[], &[&source, commands[0], commands[1], commands[2]]);
        for words in ["fragscope fit -- Say what must go", "Usage: fragscope at <ADDR>", "--granularity"] {
            assert!(printed.contains(words), "{words} in {printed}");
        }
        assert!(printed.contains(concat!("fragscope commands run ", env!("CARGO_BIN_EXE_fragscope"))), "{printed}");
        Ok(())
    });
}

#[test]
fn refusals_are_sentences() {
    unless_skipped("gdb, refusals", || {
        gdb_is_there()?;
        let folder = tempfile::tempdir().unwrap();
        let source = format!("source {}", script(folder.path(), "gdb", "fragscope.py"));
        let core = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-dumps/no-such-core");
        assert!(!core.exists());
        let no_program = "set fragscope program /nowhere/fragscope";
        for (commands, sentence) in [
            (vec!["fragscope report"], "there is no process and no core: start or attach to one"),
            (vec![no_program, "fragscope report"], "/nowhere/fragscope is no program that can be run"),
            (vec!["fragscope at $sp"], "$sp has no value that is an address"),
        ] {
            let commands: Vec<&str> = std::iter::once(source.as_str()).chain(commands).collect();
            let (_, said) = run(folder.path(), &[], &commands);
            assert!(said.contains(sentence), "{said}");
            assert_eq!(said.trim().lines().count(), 1, "{said}");
        }
        let process = Process::start(Bits::X86_64)?;
        for (ask, sentence) in [
            ("fragscope report --need nonsense", "`nonsense` is no size"),
            ("fragscope at main()", "`main()` is no address"),
            ("fragscope fit", "required arguments were not provided"),
        ] {
            let (_, said) = process.unchanged(|p| run(p.folder(), &["-p", &p.pid()], &[&source, ask]));
            assert!(said.contains(sentence), "{ask}: {said}");
        }
        Ok(())
    });
}

/// A gdb without Python runs the file as its own commands; with `script-extension off` every gdb does.
#[test]
fn without_python_it_says_so_and_has_the_transcript() {
    unless_skipped("gdb, without Python", || {
        gdb_is_there()?;
        let process = Process::start(Bits::X86_64)?;
        let source = format!("source {}", script(process.folder(), "gdb", "fragscope.py"));
        let maps = process.file("maps.txt");
        std::fs::write(&maps, process.maps()).unwrap();
        let report = process.file("report.json");
        let program = env!("CARGO_BIN_EXE_fragscope");
        let ask = format!("pipe fragscope-transcript | {program} report - --format json -o {report}");
        let truth = process.stack_pointers();
        let commands = ["set script-extension off", &source, &ask];
        let (printed, said) = process.unchanged(|p| run(p.folder(), &["-p", &p.pid()], &commands));
        assert!(printed.contains("This gdb has no Python"), "{printed}\n{said}");
        assert!(!said.contains("fragscope.py"), "no line of it is an error: {said}");
        let report = read(&report);
        assert_same_figures(&report, &report_of(Path::new(&maps)));
        assert_eq!(stack_pointers(&report), truth);
        Ok(())
    });
}
