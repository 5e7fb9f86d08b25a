//! The first lines: the verdict, what it rests on, and what was looked at.

use std::io;

use super::super::Context;
use super::page::Page;
use super::process_name;
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
    page.item("process  ", &process(cx))?;
    page.item("dump     ", &dump(cx))?;
    if let Some(reason) = &cx.snapshot.dump.reason {
        page.item("ended    ", &ended(cx, reason))?;
    }
    page.item("space    ", &space(cx))
}

/// The verdict's word and sentence. Without a request the word would say nothing of use.
fn headline(cx: Context<'_>) -> String {
    let verdict = &cx.analysis.verdict;
    let decided = verdict.request.is_some() || verdict.kind != crate::analyze::VerdictKind::CannotTell;
    let word = if decided { verdict.kind.name() } else { "no request known" };
    format!("{word}: {}", verdict.sentence)
}

pub(in crate::report) fn process(cx: Context<'_>) -> String {
    let platform = &cx.snapshot.platform;
    let os = platform.os.map_or("unknown system", Os::name);
    let cpu = platform.cpu.map(|c: Cpu| format!("{} ", c.name())).unwrap_or_default();
    format!("{}, {}-bit {cpu}{os}", process_name(cx), platform.width.bits())
}

pub(in crate::report) fn dump(cx: Context<'_>) -> String {
    let dump = &cx.snapshot.dump;
    let mut text = dump.format.name().to_owned();
    if let Some(writer) = dump.writer {
        text.push_str(&format!(" by {}", Writer::name(writer)));
    }
    if let Some(detail) = &dump.writer_detail {
        text.push_str(&format!(" ({})", shortened(detail, 40)));
    }
    if let Some(compression) = dump.compression {
        text.push_str(&format!(", {compression}"));
    }
    if dump.truncated {
        text.push_str(", TRUNCATED");
    }
    format!("{text}; map {}", cx.snapshot.evidence.name())
}

pub(in crate::report) fn ended(cx: Context<'_>, reason: &Reason) -> String {
    let number = match reason.kind {
        ReasonKind::Signal => format!("signal {}", reason.code),
        ReasonKind::Exception => format!("exception {:#010x}", reason.code),
    };
    let name = reason.name.as_deref().map(|n| format!(" {}", shortened(n, 40))).unwrap_or_default();
    let thread = reason.thread_id.map(|t| format!(" in thread {t}")).unwrap_or_default();
    let width = cx.snapshot.width();
    let address = reason.address.map(|addr| format!(", address {}", Hex { addr, width })).unwrap_or_default();
    format!("{number}{name}{thread}{address}")
}

pub(in crate::report) fn space(cx: Context<'_>) -> String {
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
