//! `--fail-if`: an exit code for many dumps.

use super::args::Triage;
use crate::cli::checked::redaction_by_environment;
use crate::cli::failure::Failure;
use crate::load::redact::Redactor;
use crate::report::escape::shown;
use crate::triage::{Gate, GateRun};
use crate::units::{Count, plural};

/// The gates of a run.
pub fn of(args: &Triage) -> Vec<GateRun> {
    let fails_from = args.fail_if_count.unwrap_or(1);
    args.fail_if.iter().map(|gate| GateRun::new(gate.clone(), fails_from)).collect()
}

/// What they found, as it may be shown.
pub fn found(gates: Vec<GateRun>, redact: bool) -> Vec<Gate> {
    let shown = |gate: Gate| match redact {
        false => gate,
        // A name that was typed is hidden as those of the dumps are.
        true => {
            let mut redactor = Redactor::new(&redaction_by_environment());
            redactor.learn(&gate.expression);
            Gate { expression: redactor.apply(&gate.expression), ..gate }
        }
    };
    gates.into_iter().map(GateRun::finish).map(shown).collect()
}

/// Whether gates fail, and of which dumps.
///
/// # Errors
/// The gates that fail.
pub fn check(gates: &[Gate]) -> Result<(), Failure> {
    let failed: Vec<String> = gates.iter().filter(|gate| gate.fails()).map(sentence).collect();
    if failed.is_empty() { Ok(()) } else { Err(Failure::Gates(failed)) }
}

fn sentence(gate: &Gate) -> String {
    let matched = plural(gate.matched, "dump");
    let undecided = match gate.undecided {
        0 => String::new(),
        count => format!(", and cannot be decided of {}", Count(count)),
    };
    let mut said = format!("--fail-if `{}` matched {matched}{undecided}:", shown(&gate.expression));
    gate.files.iter().for_each(|file| said.push_str(&format!("\n  {}", shown(file))));
    let named = gate.files.len() as u64;
    if named < gate.matched {
        said.push_str(&format!("\n  and {} more", Count(gate.matched - named)));
    }
    said
}
