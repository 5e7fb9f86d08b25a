//! What the gates found.

use maud::{Markup, html};

use super::cell;
use crate::triage::{Gate, Triaged, words};
use crate::units::{Count, plural};

/// Files named beside a gate.
const NAMED: usize = 20;

/// A table of the gates, or nothing where there are none.
pub(super) fn markup(triaged: &Triaged<'_>) -> Markup {
    let gates = &triaged.summary.gates;
    html! {
        @if !gates.is_empty() {
            section class="list" aria-labelledby="gates-title" {
                div class="head" { h2 id="gates-title" { "Gates" } p class="remark" { (remark(gates)) } }
                div class="scroll" {
                    table id="gates" aria-labelledby="gates-title" {
                        thead { tr {
                            th scope="col" { "gate" } th scope="col" { "result" }
                            th scope="col" class="num" { "rows that match" } th scope="col" class="num" { "undecided" }
                            th scope="col" { "files" }
                        } }
                        tbody { @for gate in gates { (row(gate)) } }
                    }
                }
            }
        }
    }
}

fn remark(gates: &[Gate]) -> String {
    let failed = gates.iter().filter(|gate| gate.fails()).count();
    match failed {
        0 => "all passed".into(),
        _ => format!("{} of {} failed", Count(failed as u64), plural(gates.len() as u64, "gate")),
    }
}

fn row(gate: &Gate) -> Markup {
    let word = words::result(gate);
    let files = words::files(gate, NAMED, cell::words).unwrap_or_default();
    html! {
        tr data-gate=(word) {
            td { code { (cell::words(&gate.expression)) } }
            td { span class="result-word" { (word) } @if gate.fails_from > 1 { " (it takes " (Count(gate.fails_from)) ")" } }
            td class="num" { (Count(gate.matched)) }
            td class="num" { (Count(gate.undecided)) }
            td class="names" { (files) }
        }
    }
}
