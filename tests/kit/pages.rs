//! Manual pages and completions.

use tempfile::TempDir;

use super::{commands, fragscope, tool};

#[test]
fn every_command_has_a_page_that_formatters_do_not_complain_of() {
    let folder = TempDir::new().unwrap();
    let pages = folder.path().join("man1");
    fragscope(&["man", "--dir", pages.to_str().unwrap()]);
    let mut names: Vec<String> = commands().iter().map(|command| format!("fragscope-{command}.1")).collect();
    names.push("fragscope.1".to_owned());
    let written = std::fs::read_dir(&pages).unwrap().count();
    assert_eq!(written, names.len(), "{names:?}");
    for name in &names {
        let path = pages.join(name);
        let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(text.is_ascii() && text.contains(".SH NAME") && text.contains(".SH \"EXIT STATUS\""), "{name}");
        let path = path.to_str().unwrap();
        if let Some(output) = tool("groff", &["-man", "-Tutf8", "-ww", "-z", path]) {
            assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{name}");
        }
        if let Some(output) = tool("mandoc", &["-Tlint", "-Wwarning", path]) {
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            // A date would change with every build.
            let complaints: Vec<&str> = said.lines().filter(|line| !line.contains("missing date")).collect();
            assert!(complaints.is_empty(), "{complaints:#?}");
        }
    }
}

/// Examples are tables: their lines must not be filled.
#[test]
fn examples_stay_as_they_are() {
    let page = fragscope(&["man", "report"]);
    assert!(page.starts_with(".TH \"FRAGSCOPE\\-REPORT\" 1") && page == fragscope(&["man", "report"]));
    let notes = page.split(".SH \"NOTES\"\n.nf\n").nth(1).unwrap().split(".fi").next().unwrap();
    assert!(notes.contains("  fragscope report core.6845                     why did it fail?\n"), "{notes}");
    if let Some(output) = tool("sh", &["-c", "command -v man"]).filter(|o| o.status.success()) {
        drop(output);
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("fragscope-report.1");
        std::fs::write(&path, &page).unwrap();
        let shown = tool("man", &["-l", path.to_str().unwrap()]).unwrap();
        let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
        assert!(shown.contains("fragscope report core.6845                     why did it fail?"), "{shown}");
    }
}

#[test]
fn completions_are_scripts_that_name_all_commands() {
    let checks = [("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")];
    let folder = TempDir::new().unwrap();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = fragscope(&["completions", shell]);
        for command in commands() {
            assert!(script.contains(&command), "{shell}: {command}");
        }
        let path = folder.path().join(shell);
        std::fs::write(&path, script).unwrap();
        let check = checks.iter().find(|(name, _)| *name == shell);
        if let Some(output) = check.and_then(|(name, option)| tool(name, &[option, path.to_str().unwrap()])) {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success() && said.is_empty(), "{shell}: {said}");
        }
    }
}
