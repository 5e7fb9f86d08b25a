//! `fragscope integrate windbg` under Node: the half that makes text of text alone, the other half with as much of WinDbg
//! as it calls (`windbg_host.js`). WinDbg itself runs on Windows only.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::figures::{figures, report_of, stack_pointers};
use super::process::script;
use crate::live::unless_skipped;
use crate::samples::published;

const HOST: &str = include_str!("windbg_host.js");
const PROGRAM: &str = env!("CARGO_BIN_EXE_fragscope");

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-dumps").join(name)
}

/// A session of WinDbg: what commands print, and the dump that is open.
struct Session {
    outputs: Value,
    dump: Option<PathBuf>,
}

impl Session {
    fn without_output() -> Session {
        Session { outputs: json!({}), dump: None }
    }

    /// Evaluates JavaScript in the extension; an object with `value` or `thrown`, `logged`, `commands` and `left`.
    fn evaluate(&self, expression: &str) -> Result<Value, String> {
        let folder = tempfile::tempdir().unwrap();
        let script = script(folder.path(), "windbg", "fragscope.js");
        let temporary = folder.path().join("temp");
        std::fs::create_dir(&temporary).unwrap();
        let asked = json!({
            "script": script,
            "folder": folder.path(),
            "outputs": self.outputs,
            "dump": self.dump,
            "evaluate": format!("fragscopeProgram({PROGRAM:?}); {expression}"),
        });
        let mut node = Command::new("node");
        node.args(["-e", HOST]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut node = node.spawn().map_err(|_| "there is no node to run the extension in")?;
        node.stdin.take().unwrap().write_all(asked.to_string().as_bytes()).unwrap();
        let output = node.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        let left = answer["left"].as_array().unwrap();
        assert!(!left.iter().any(|name| name.as_str().unwrap().contains("put.txt")), "left behind: {left:?}");
        Ok(answer)
    }

    fn value(&self, expression: &str) -> Result<Value, String> {
        let answer = self.evaluate(expression)?;
        assert!(answer["thrown"].is_null(), "{answer}");
        Ok(answer["value"].clone())
    }
}

fn lines(text: &str) -> Vec<&str> {
    text.lines().collect()
}

#[test]
fn words_and_quotes() {
    unless_skipped("windbg, words", || {
        let session = Session::without_output();
        for (expression, expected) in [
            ("fragscopeSplit(\"map --around 'thread 17'\")", json!(["map", "--around", "thread 17"])),
            ("fragscopeAsked([undefined])", json!({"command": "report", "words": []})),
            ("fragscopeAsked(['--need 64M'])", json!({"command": "report", "words": ["--need", "64M"]})),
            ("fragscopeAsked(['fit', '64M'])", json!({"command": "fit", "words": ["64M"]})),
            ("fragscopeArguments('report', 'in', [], 'out')", json!(["report", "--color", "never", "-o", "out", "in"])),
            (
                "fragscopeArguments('at', 'in', ['0x1', '--output=x', '--color', 'always'], 'out')",
                json!(["at", "in", "0x1", "--output=x", "--color", "always"]),
            ),
            (
                r"fragscopeShellLine('C:\\Program Files\\f.exe', ['report', 'C:\\a.dmp'])",
                json!(r#".shell -i- "C:\Program Files\f.exe" report C:\a.dmp"#),
            ),
            (r"fragscopeQuoted('C:\\a folder\\')", json!(r#""C:\a folder\\""#)),
            ("fragscopeQuoted('a & b')", json!("\"a & b\"")),
            ("fragscopeQuoted('')", json!("\"\"")),
            (
                "['a.dmp', 'a.run', 'A.CAB', '', undefined].map(fragscopeReads)",
                json!([true, false, false, false, false]),
            ),
            (
                "fragscopeSaid(['fragscope: no', '', '.shell: Process exited', '  it is so\\r'])",
                json!(["no", "  it is so"]),
            ),
        ] {
            assert_eq!(session.value(expression)?, expected, "{expression}");
        }
        for (expression, sentence) in [
            ("fragscopeAsked(['reprot'])", "reprot is none of the commands"),
            ("fragscopeQuoted('a\"b')", "cannot be handed over"),
            ("fragscopeQuoted('%PATH%')", "cannot be handed over"),
            ("fragscopeQuoted('a\\nq')", "cannot be handed over"),
        ] {
            let answer = session.evaluate(expression)?;
            assert!(answer["thrown"].as_str().is_some_and(|t| t.contains(sentence)), "{expression}: {answer}");
        }
        Ok(())
    });
}

/// What others' WinDbg has printed: which threads there are, and that a transcript holds each line as it was.
#[test]
fn published_transcripts() {
    unless_skipped("windbg, published", || {
        let session = Session::without_output();
        let Some(threads) = published("text/windbg_threads.txt") else { return Ok(()) };
        let text = std::fs::read_to_string(threads).unwrap();
        let listed = text.split("0:001:x86>").next().unwrap();
        let expression = format!("fragscopeThreadNumbers({})", json!(lines(listed)));
        assert_eq!(session.value(&expression)?, json!([0, 1, 2, 3]));
        for name in ["windbg_address_LISTING_NEW_plus", "windbg_address_LISTING_6.12_star", "windbg_lm"] {
            let Some(path) = published(&format!("text/{name}.txt")) else { return Ok(()) };
            let text = std::fs::read_to_string(&path).unwrap();
            let output: Vec<&str> = text.lines().filter(|line| !line.starts_with('(')).collect();
            let asked = json!([{"command": "!address", "output": output}]);
            let transcript = session.value(&format!("fragscopeTranscript({asked})"))?;
            let expected: Vec<&str> = std::iter::once("0:000> !address").chain(output.iter().copied()).collect();
            assert_eq!(transcript, json!(expected));
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), expected.join("\r\n")).unwrap();
            assert_eq!(report_of(file.path())["dump"]["writer"], "windbg", "{name}");
        }
        Ok(())
    });
}

#[test]
fn a_line_of_output_begins_no_other() {
    unless_skipped("windbg, lines", || {
        let asked = json!([{"command": "lm", "output": ["a\n0:000> .shell del", "b\r"]}]);
        let transcript = Session::without_output().value(&format!("fragscopeTranscript({asked})"))?;
        assert_eq!(transcript, json!(["0:000> lm", "a 0:000> .shell del", "b "]));
        Ok(())
    });
}

/// A live process of the sample: its walk, modules and threads in WinDbg's words.
fn live_session() -> Session {
    let text = |name: &str| {
        let path = sample("transcripts").join(name);
        let packed = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let bytes = if name.ends_with(".zst") { zstd::decode_all(&packed[..]).unwrap() } else { packed };
        String::from_utf8(bytes).unwrap()
    };
    let mut outputs = serde_json::Map::new();
    for name in ["windbg-address.txt.zst", "windbg-lm.txt", "windbg-threads.txt"] {
        let mut command = String::new();
        for line in text(name).lines() {
            if let Some((_, typed)) = line.strip_prefix("0:").and_then(|l| l.split_once("> ")) {
                // `~7s` of the sample shows the registers that `~7e r` shows.
                let shows = typed.strip_prefix('~').and_then(|t| t.strip_suffix('s'));
                command = shows.map_or_else(|| typed.to_owned(), |number| format!("~{number}e r"));
                outputs.insert(command.clone(), json!([]));
            } else if let Some(Value::Array(output)) = outputs.get_mut(&command) {
                output.push(json!(line));
            }
        }
    }
    Session { outputs: outputs.into(), dump: None }
}

#[test]
fn a_live_process_is_a_transcript() {
    unless_skipped("windbg, live", || {
        let session = live_session();
        let answer = session.evaluate("JSON.stringify(new FragscopeProcess().Fragscope)")?;
        let found: Value =
            serde_json::from_str(answer["value"].as_str().unwrap_or_else(|| panic!("{answer}"))).unwrap();
        let dump = report_of(&sample("windows-2gb.dmp.zst"));
        assert_eq!(figures(&found)["gaps"], figures(&dump)["gaps"]);
        assert_eq!(found["free"]["total"], dump["free"]["total"]);
        assert_eq!(found["totals"]["committed"], dump["totals"]["committed"]);
        let commands = answer["commands"].as_array().unwrap();
        let threads = dump["threads"].as_array().unwrap().len();
        assert_eq!(commands.len(), 3 + threads + 1, "!address, lm, ~, the registers of each thread, the program");
        assert_eq!(stack_pointers(&found).len(), threads);
        Ok(())
    });
}

#[test]
fn a_dump_is_handed_over_by_its_path() {
    unless_skipped("windbg, dump", || {
        let folder = tempfile::tempdir().unwrap();
        let dump = folder.path().join("a crash.dmp.zst");
        std::fs::copy(sample("windows-2gb.dmp.zst"), &dump).unwrap();
        let session = Session { outputs: json!({}), dump: Some(dump.clone()) };
        let answer = session.evaluate("fragscope(\"report --all\")")?;
        assert_eq!(answer["commands"].as_array().unwrap().len(), 1, "the program, and nothing of WinDbg's");
        let output = Command::new(PROGRAM).args(["report", "--all"]).arg(&dump).output().unwrap();
        assert_eq!(answer["logged"], json!(String::from_utf8(output.stdout).unwrap()));
        Ok(())
    });
}

#[test]
fn refusals_are_sentences() {
    unless_skipped("windbg, refusals", || {
        for (session, typed, sentence) in [
            (Session::without_output(), "fragscope()", "fragscope: there is no process"),
            (Session::without_output(), "fragscope('reprot')", "fragscope: reprot is none of the commands"),
            (live_session(), "fragscope('report --need nonsense')", "`nonsense` is no size"),
            (live_session(), "fragscopeProgram('nowhere'); fragscope()", "'nowhere' is not recognized"),
        ] {
            let answer = session.evaluate(typed)?;
            assert!(answer["logged"].as_str().unwrap().contains(sentence), "{typed}: {answer}");
        }
        Ok(())
    });
}
