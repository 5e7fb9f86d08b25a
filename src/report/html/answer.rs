//! The small pages of `fit` and `what-if`: a sentence, tables, and no script.

use std::io::{self, Write};

use maud::{Markup, html};

use super::{evidence, shell};
use crate::analyze::fit::{Candidate, Changes, Fit};
use crate::analyze::what_if::{Edit, Trial};
use crate::model::OwnerId;
use crate::report::fit::{OWNERS_LISTED, SHOWN, WINDOWS_LISTED, answer, rows};
use crate::report::text::head::{self, PLAIN};
use crate::report::text::process_name;
use crate::report::{Context, FitOptions, WhatIfOptions, explain, what_if};
use crate::units::{Count, plural};

/// Writes what must go as a page of its own, with the content of the text.
///
/// # Errors
/// Those of `out`.
pub fn write_fit_html(out: &mut dyn Write, cx: Context<'_>, fit: &Fit, options: FitOptions) -> io::Result<()> {
    let request = [("request", answer::request(cx, fit))];
    let words = if options.explain { explain::FIT } else { &[] };
    let body = html! {
        (top(cx, &answer::sentence(cx, fit), &answer::notes(cx, fit), &request))
        @if !fit.fits_now { (lists(cx, fit, options.all)) }
    };
    write(out, cx, "what must go", &body, words)
}

/// Writes the figures before and after as a page of its own, with the content of the text.
///
/// # Errors
/// Those of `out`.
pub fn write_what_if_html(
    out: &mut dyn Write,
    cx: Context<'_>,
    edits: &[Edit],
    trial: &Trial,
    options: WhatIfOptions,
) -> io::Result<()> {
    let words = if options.explain { explain::WHAT_IF } else { &[] };
    let body = html! {
        (top(cx, &what_if::sentence(edits, trial), &what_if::notes(cx, trial), &[]))
        section class="list" aria-labelledby="figures-title" {
            div class="head" { h2 id="figures-title" { "Before and after" } }
            div class="scroll" { (table("figures", &what_if::TITLES, &[false, true, true, true], &what_if::rows(trial))) }
        }
        section class="list" aria-labelledby="edits-title" {
            div class="head" {
                h2 id="edits-title" { "Edits" }
                p class="remark" { "made to a copy of the map, one after the other" }
            }
            ol { @for edit in edits { li { code { (what_if::shown(edit)) } } } }
        }
    };
    write(out, cx, "what if", &body, words)
}

fn write(out: &mut dyn Write, cx: Context<'_>, title: &str, body: &Markup, words: &[&str]) -> io::Result<()> {
    let main = html! { (body) (explained(words)) (evidence::markup(cx)) };
    let page = shell::plain_page(&process_name(cx, PLAIN), title, "dumped process", &main);
    out.write_all(page.into_string().as_bytes())?;
    writeln!(out)
}

fn top(cx: Context<'_>, sentence: &str, notes: &[String], more: &[(&str, String)]) -> Markup {
    html! {
        section class="verdict" {
            h1 { (sentence) }
            @if !notes.is_empty() { ul class="reasons" { @for note in notes { li { (note) } } } }
            dl class="facts" {
                @for (name, text) in more { div { dt { (name) } dd { (text) } } }
                @for (name, text) in head::facts(cx, PLAIN) { div { dt { (name) } dd { (text) } } }
            }
        }
    }
}

fn lists(cx: Context<'_>, fit: &Fit, all: bool) -> Markup {
    let changes = Changes::of(cx.snapshot);
    let limit = |usual: usize| if all { usize::MAX } else { usual };
    let shown = fit.candidates.get(..limit(SHOWN)).unwrap_or(&fit.candidates);
    let cells: Vec<[String; 6]> = shown.iter().map(|c| rows::window(cx, c)).collect();
    html! {
        @if !cells.is_empty() {
            section class="list" aria-labelledby="windows-title" {
                div class="head" { h2 id="windows-title" { "Places" } p class="remark" { (rows::WINDOWS) } }
                div class="scroll" { (table("windows", &rows::WINDOW, &[false, true, true, true, true, false], &cells)) }
                p class="more" { (more(fit.candidate_count, cells.len(), "place")) }
            }
        }
        @for (number, candidate) in (1..).zip(&fit.candidates).take(limit(WINDOWS_LISTED)) {
            (window(cx, number, candidate, &changes, limit(OWNERS_LISTED)))
        }
        @if !fit.pinned.is_empty() {
            section class="list" aria-labelledby="pinned-title" {
                div class="head" { h2 id="pinned-title" { "Pinned" } p class="remark" { (rows::PINNED) } }
                (owners(cx, "pinned", &fit.pinned, &changes, limit(OWNERS_LISTED)))
            }
        }
    }
}

fn window(cx: Context<'_>, number: usize, candidate: &Candidate, changes: &Changes<'_>, limit: usize) -> Markup {
    let id = format!("window-{number}");
    let title = format!("{id}-title");
    html! {
        section class="list" aria-labelledby=(title) {
            div class="head" { h2 id=(title) { "Place " (number) } p class="remark" { (rows::place(cx, candidate)) } }
            (owners(cx, &id, &candidate.owners, changes, limit))
        }
    }
}

fn owners(cx: Context<'_>, id: &str, owners: &[OwnerId], changes: &Changes<'_>, limit: usize) -> Markup {
    let cells: Vec<[String; 4]> = owners.iter().take(limit).map(|id| rows::owner(cx, changes, *id)).collect();
    html! {
        div class="scroll" { (table(id, &rows::OWNER, &[false, true, false, false], &cells)) }
        p class="more" { (more(owners.len(), cells.len(), "owner")) }
    }
}

fn table<const N: usize>(id: &str, titles: &[&str; N], numbers: &[bool; N], rows: &[[String; N]]) -> Markup {
    let class = |number: &bool| number.then_some("num");
    html! {
        table id=(id) aria-labelledby=(format!("{id}-title")) {
            thead { tr {
                @for (title, number) in titles.iter().zip(numbers) { th scope="col" class=[class(number)] { (title) } }
            } }
            tbody { @for row in rows { tr {
                @for (cell, number) in row.iter().zip(numbers) { td class=[class(number)] { (cell) } }
            } } }
        }
    }
}

fn more(total: usize, shown: usize, noun: &str) -> String {
    match total.checked_sub(shown) {
        None | Some(0) => String::new(),
        Some(rest) => format!("… {} more of {}", Count(rest as u64), plural(total as u64, noun)),
    }
}

pub(super) fn explained(words: &[&str]) -> Markup {
    html! {
        @if !words.is_empty() {
            section class="list" aria-labelledby="words-title" {
                div class="head" { h2 id="words-title" { "What the words mean" } }
                ul { @for (name, text) in explain::some(words) { li { strong { (name) } ": " (text) } } }
            }
        }
    }
}
