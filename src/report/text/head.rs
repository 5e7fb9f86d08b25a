//! The first lines: the verdict, what it rests on, and what was looked at.

use std::io;

use super::super::Context;
use super::label::process_name;
use super::page::Page;
use crate::analyze::VerdictKind;
use crate::model::{Cpu, Os, Reason, ReasonKind, Writer};
use crate::report::escape::shortened;
use crate::units::{Bytes, Hex};

pub(super) fn write(page: &mut Page<'_>, cx: Context<'_>) -> io::Result<()> {
    page.strong(&headline(cx))?;
    page.line("")?;
    for reason in &cx.analysis.verdict.reasons {
        page.item("  - ", reason)?;
    }
    page.line("")?;
    facts(cx, PLAIN).into_iter().try_for_each(|(lead, text)| page.item(&format!("{lead:<9}"), &text))
}

/// How a name from the dump is shown, at a length that is not exceeded.
pub(in crate::report) type Quote = fn(&str, usize) -> String;

/// A name as text takes it.
pub(in crate::report) const PLAIN: Quote = |name, limit| shortened(name, limit).to_string();

/// What was looked at: the process, the dump, how the process ended, its address space.
pub(in crate::report) fn facts(cx: Context<'_>, quote: Quote) -> Vec<(&'static str, String)> {
    let ended = cx.snapshot.dump.reason.as_ref().map(|reason| ("ended", ended(cx, reason, quote)));
    let first = [("process", process(cx, quote)), ("dump", dump(cx, quote))];
    first.into_iter().chain(ended).chain([("space", space(cx))]).collect()
}

/// The verdict's word and sentence. Without a request the word would say nothing of use.
pub(in crate::report) fn headline(cx: Context<'_>) -> String {
    let verdict = &cx.analysis.verdict;
    format!("{}: {}", word(cx), verdict.sentence)
}

/// The verdict in a word. Without a request the kind would say nothing of use.
pub(in crate::report) fn word(cx: Context<'_>) -> &'static str {
    let verdict = &cx.analysis.verdict;
    match verdict.kind {
        VerdictKind::CannotTell if verdict.request.is_none() => "no request known",
        kind => kind.name(),
    }
}

fn process(cx: Context<'_>, quote: Quote) -> String {
    let platform = &cx.snapshot.platform;
    let os = platform.os.map_or("unknown system", Os::name);
    let cpu = platform.cpu.map(|c: Cpu| format!("{} ", c.name())).unwrap_or_default();
    format!("{}, {}-bit {cpu}{os}", process_name(cx, quote), platform.width.bits())
}

fn dump(cx: Context<'_>, quote: Quote) -> String {
    let dump = &cx.snapshot.dump;
    let mut text = dump.format.name().to_owned();
    if let Some(writer) = dump.writer {
        text.push_str(&format!(" by {}", Writer::name(writer)));
    }
    if let Some(detail) = &dump.writer_detail {
        text.push_str(&format!(" ({})", quote(detail, 60)));
    }
    if let Some(compression) = dump.compression {
        text.push_str(&format!(", {compression}"));
    }
    if dump.truncated {
        text.push_str(", TRUNCATED");
    }
    format!("{text}; map {}", cx.snapshot.evidence.name())
}

fn ended(cx: Context<'_>, reason: &Reason, quote: Quote) -> String {
    let number = match reason.kind {
        ReasonKind::Signal => format!("signal {}", reason.code),
        ReasonKind::Exception => format!("exception {:#010x}", reason.code),
    };
    let name = reason.name.as_deref().map(|n| format!(" {}", quote(n, 40))).unwrap_or_default();
    let thread = reason.thread_id.map(|t| format!(" in thread {t}")).unwrap_or_default();
    let width = cx.snapshot.width();
    let address = reason.address.map(|addr| format!(", address {}", Hex { addr, width })).unwrap_or_default();
    format!("{number}{name}{thread}{address}")
}

fn space(cx: Context<'_>) -> String {
    let bounds = cx.snapshot.space.bounds();
    let width = cx.snapshot.width();
    let (floor, ceiling) = (bounds.range.start(), bounds.range.end());
    let layout = bounds.mmap_layout.map(|l| format!(", mmap {}", l.name())).unwrap_or_default();
    format!(
        "{}-{} ({}; ceiling: {}), granularity {}{layout}",
        Hex { addr: floor, width },
        Hex { addr: ceiling, width },
        Bytes(bounds.range.size()),
        bounds.ceiling_source.name(),
        Bytes(bounds.granularity),
    )
}
