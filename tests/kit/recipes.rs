//! The recipes in docs/ci: all parse, and their shell parts are run with the variables that the service would set.

#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use yaml_rust2::{Yaml, YamlLoader};

use super::{program, read, root};

/// A folder with dumps, and one for programs on the PATH.
struct Place(TempDir);

impl Place {
    fn new() -> Place {
        let place = Place(TempDir::new().unwrap());
        for folder in ["dumps", "out", "bin"] {
            std::fs::create_dir(place.path(folder)).unwrap();
        }
        std::os::unix::fs::symlink(program(), place.path("bin/fragscope")).unwrap();
        for name in ["i386-legacy.core.zst", "windows-2gb.dmp.zst", "linux-x86_64.dmp", "linux-i386.dmp.zst"] {
            std::fs::copy(root().join("sample-dumps").join(name), place.path("dumps").join(name)).unwrap();
        }
        std::fs::write(place.path("dumps/broken.dmp"), "MDMP").unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs a program in the folder, as a step of a pipeline would; returns its exit code and what it said.
    fn run(&self, command: &[&str], variables: &[(&str, &str)]) -> (i32, String) {
        let path = format!("{}:{}", self.path("bin").display(), std::env::var("PATH").unwrap());
        let mut process = Command::new(command[0]);
        process.args(&command[1..]).current_dir(self.0.path()).env("PATH", path).envs(variables.iter().copied());
        let output = process.output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap(), String::from_utf8_lossy(&said).into_owned())
    }

    /// Paths of the service, as paths in this folder.
    fn here(&self, text: &str) -> String {
        ["/dumps", "/out"].iter().fold(text.to_owned(), |text, path| {
            let own = self.path(&path[1..]).display().to_string();
            let text = text.replace(&format!(" {path}"), &format!(" {own}"));
            if text.starts_with(path) { text.replacen(path, &own, 1) } else { text }
        })
    }

    /// Whether all that a step publishes is there, and begins as such files do.
    fn check_outputs(&self, names: &[(&str, &str)]) {
        for (name, beginning) in names {
            let text = std::fs::read_to_string(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert!(text.starts_with(beginning), "{name}: {}", text.chars().take(80).collect::<String>());
        }
    }

    fn rows(&self, name: &str) -> usize {
        let text = std::fs::read_to_string(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
        text.lines().filter(|line| line.contains("\"file\"")).count()
    }
}

const PUBLISHED: [(&str, &str); 4] =
    [("out/dumps.jsonl", "{"), ("out/dumps.html", "<!DOCTYPE html>"), ("out/dumps.md", ""), ("out/junit.xml", "<?xml")];

fn yaml(name: &str) -> Yaml {
    let mut documents = YamlLoader::load_from_str(&read(&format!("docs/ci/{name}"))).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(documents.len(), 1);
    documents.remove(0)
}

#[test]
fn all_recipes_parse_and_are_named_in_the_document() {
    let document = read("docs/ci.md");
    for entry in std::fs::read_dir(root().join("docs/ci")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(document.contains(&format!("](ci/{name})")), "{name}");
        match Path::new(&name).extension().unwrap().to_str().unwrap() {
            "yml" => drop(yaml(&name)),
            "json" => drop(serde_json::from_str::<serde_json::Value>(&read(&format!("docs/ci/{name}"))).unwrap()),
            "sh" => {
                let path = root().join("docs/ci").join(&name);
                assert!(Command::new("bash").arg("-n").arg(path).status().unwrap().success(), "{name}");
            }
            other => panic!("{name}: what is .{other}?"),
        }
    }
}

#[test]
fn github() {
    let place = Place::new();
    let summary = place.path("summary");
    let workflow = yaml("github-actions.yml");
    let steps = workflow["jobs"]["triage"]["steps"].as_vec().unwrap();
    let script = |name: &str| steps.iter().find(|s| s["name"].as_str() == Some(name)).unwrap()["run"].as_str().unwrap();
    let variables = [("GITHUB_STEP_SUMMARY", summary.to_str().unwrap())];
    // As GitHub runs steps: bash -e.
    let (code, said) = place.run(&["bash", "-e", "-c", script("Triage")], &variables);
    assert_eq!(code, 1, "the gate matches the fragmented sample: {said}");
    assert!(said.contains("windows-2gb.dmp.zst"), "{said}");
    place.check_outputs(&PUBLISHED);
    assert_eq!(place.rows("out/dumps.jsonl"), 5);
    assert_eq!(std::fs::read_dir(place.path("out/reports")).unwrap().count(), 4);
    let (code, said) = place.run(&["bash", "-e", "-c", script("Summary")], &variables);
    assert_eq!((code, said.as_str()), (0, ""));
    assert_eq!(std::fs::read(summary).unwrap(), std::fs::read(place.path("out/dumps.md")).unwrap());
    // What is published and shown is so also after a failure.
    let always = steps.iter().filter(|s| s["if"].as_str() == Some("always()")).count();
    assert_eq!(always, 2);
    assert!(Command::new("bash").args(["-n", "-c", script("Install fragscope")]).status().unwrap().success());
}

#[test]
fn gitlab() {
    let place = Place::new();
    let pipeline = yaml("gitlab-ci.yml");
    let job = &pipeline["fragscope"];
    let lines: Vec<&str> = job["script"].as_vec().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    let (code, said) = place.run(&["bash", "-eo", "pipefail", "-c", &lines.join("\n")], &[]);
    assert_eq!(Some(i64::from(code)), job["allow_failure"]["exit_codes"].as_i64(), "{said}");
    place.check_outputs(&PUBLISHED);
    place.check_outputs(&[(job["artifacts"]["reports"]["junit"].as_str().unwrap(), "<?xml")]);
}

#[test]
fn kubernetes() {
    let place = Place::new();
    let job = yaml("kubernetes-job.yml");
    let parts = job["spec"]["completions"].as_i64().unwrap();
    let container = &job["spec"]["template"]["spec"]["containers"][0];
    for part in 0..parts {
        let argument =
            |yaml: &Yaml| place.here(&yaml.as_str().unwrap().replace("$(JOB_COMPLETION_INDEX)", &part.to_string()));
        let arguments: Vec<String> = container["args"].as_vec().unwrap().iter().map(argument).collect();
        let command: Vec<&str> = std::iter::once("fragscope").chain(arguments.iter().map(String::as_str)).collect();
        let (code, said) = place.run(&command, &[]);
        assert_eq!(code, 0, "{said}");
    }
    check_parts(&place);
    // The rules name the container and the exit codes of the program.
    let rules = job["spec"]["podFailurePolicy"]["rules"].as_vec().unwrap();
    let named: Vec<_> = rules.iter().filter_map(|r| r["onExitCodes"]["containerName"].as_str()).collect();
    assert_eq!(named, vec![container["name"].as_str().unwrap(); 2]);
}

#[test]
fn slurm() {
    let place = Place::new();
    let script = root().join("docs/ci/slurm.sh");
    for part in 0..16 {
        let number = part.to_string();
        let (code, said) = place.run(&["bash", script.to_str().unwrap()], &[("SLURM_ARRAY_TASK_ID", number.as_str())]);
        assert_eq!(code, 0, "{said}");
    }
    check_parts(&place);
}

#[test]
fn aws_batch() {
    let place = Place::new();
    let definition: serde_json::Value = serde_json::from_str(&read("docs/ci/aws-batch.json")).unwrap();
    let command = definition["containerProperties"]["command"].as_array().unwrap();
    let command: Vec<String> = command.iter().map(|word| place.here(word.as_str().unwrap())).collect();
    let command: Vec<&str> = command.iter().map(String::as_str).collect();
    for part in 0..16 {
        let number = part.to_string();
        let (code, said) = place.run(&command, &[("AWS_BATCH_JOB_ARRAY_INDEX", number.as_str())]);
        assert_eq!(code, 0, "{said}");
    }
    check_parts(&place);
}

/// Together the parts have each dump once; the merged result too, and there the gate is.
fn check_parts(place: &Place) {
    let count: usize = (0..16).map(|part| place.rows(&format!("out/dumps-{part:05}-of-00016.jsonl"))).sum();
    assert_eq!(count, 5);
    let merge = root().join("docs/ci/merge.sh");
    let (code, said) = place.run(&["bash", merge.to_str().unwrap(), "out"], &[]);
    assert_eq!(code, 1, "{said}");
    place.check_outputs(&[("out/all.jsonl", "{"), ("out/all.html", "<!DOCTYPE html>"), ("out/junit.xml", "<?xml")]);
    assert_eq!(place.rows("out/all.jsonl"), 5);
    // A part is missing.
    std::fs::remove_file(place.path("out/dumps-00007-of-00016.jsonl")).unwrap();
    let (code, said) = place.run(&["bash", merge.to_str().unwrap(), "out"], &[]);
    assert_eq!((code, said.as_str()), (2, "merge.sh: there are 15 of 16 parts\n"));
}
