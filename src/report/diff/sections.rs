//! All tables of a comparison, in the order of importance.

use super::{DiffContext, growth, old_gap, rows, words};
use crate::analyze::diff::{Culprit, Forecast};
use crate::report::section::{Cell, Section};
use crate::units::{Bytes, Count, plural};

/// Rows of a list that are shown without `--all`.
const SHOWN: usize = 10;

/// The tables that have something to show.
pub(in crate::report) fn all(cx: DiffContext<'_>, whole_lists: bool) -> Vec<Section> {
    let limit = if whole_lists { usize::MAX } else { SHOWN };
    let sections = [
        Some(culprits(cx, limit)),
        cx.diff.trend.map(|_| trend(cx, usize::MAX)),
        Some(rows::figures(cx)).filter(|_| cx.diff.trend.is_none()),
        old_gap::section(cx, limit),
        growth::modules(cx, limit),
        Some(growth::threads(cx, limit)),
        Some(growth::kinds(cx)),
        Some(growth::likes(cx, limit)),
    ];
    sections.into_iter().flatten().filter(|section| !section.is_empty() || !section.remark.is_empty()).collect()
}

fn culprits(cx: DiffContext<'_>, limit: usize) -> Section {
    let gains = cx.diff.culprits.iter().any(|c| c.counts);
    let remark = match (cx.diff.culprits.is_empty(), gains) {
        (true, _) => "nothing is new",
        (false, true) => "what is new; gap without: the largest gap if it were not there",
        (false, false) => "what is new; it does not matter to the largest gap, so those first that take most",
    };
    let row = |c: &Culprit| {
        vec![
            Bytes(c.largest_without).to_string(),
            words::bytes(c.gain.into()),
            words::bytes(c.bytes.into()),
            words::count(c.mappings.into()),
            c.change.name().to_owned(),
            format!("{} to {}", Count(c.old.count), Count(c.new.count)),
            words::with_followers(c),
        ]
    };
    let columns = [
        ("gap without", Cell::Number),
        ("gain", Cell::Number),
        ("taken", Cell::Number),
        ("mappings", Cell::Number),
        ("", Cell::Words),
        ("owners", Cell::Number),
        ("what", Cell::Name),
    ];
    Section::new("culprits", "Culprits", remark, "culprit").columns(columns).rows(&cx.diff.culprits, limit, row)
}

fn trend(cx: DiffContext<'_>, limit: usize) -> Section {
    rows::trend(cx, limit).notes(forecast(cx).into_iter().collect())
}

/// How the largest gap goes on.
pub(in crate::report) fn forecast(cx: DiffContext<'_>) -> Option<String> {
    let trend = cx.diff.trend?;
    let slope = trend.bytes_per_dump?;
    let need = trend.need.map(|need| Bytes(need).to_string());
    let way = match whole(slope.abs()) {
        0 => "stays as it is from dump to dump".to_owned(),
        bytes if slope < 0.0 => format!("falls by about {} from dump to dump", Bytes(bytes)),
        bytes => format!("rises by about {} from dump to dump", Bytes(bytes)),
    };
    let end = match (trend.forecast, need) {
        (Forecast::AlreadyBelow, Some(need)) => format!("; it is below {need} already"),
        (Forecast::DoesNotFall, Some(need)) => format!("; it would not fall below {need}"),
        (Forecast::After(dumps), Some(need)) => {
            let about = plural(whole(dumps.ceil()).max(1), "more dump");
            format!("; if it goes on like that it falls below {need} after about {about}")
        }
        _ => "; --need SIZE says when it would be too small".to_owned(),
    };
    Some(format!("by a straight line through {}, the largest gap {way}{end}", words::dumps(cx.dumps.len())))
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, and is rounded for people")]
fn whole(number: f64) -> u64 {
    number.round() as u64
}
