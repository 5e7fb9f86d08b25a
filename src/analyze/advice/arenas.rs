//! Fewer arenas of glibc's malloc.

use super::{Advice, Patient, Remedy};
use crate::analyze::what_if::Edit;

/// Arenas that are tried, the mildest first.
const TRIED: [u64; 4] = [8, 4, 2, 1];

/// The largest number of arenas that gives what one alone would give.
pub(super) fn try_it(patient: &Patient<'_>) -> Vec<Advice> {
    let advice = |arenas: u64| {
        let what = match arenas {
            1 => "after a restart with only the main arena for malloc".to_owned(),
            _ => format!("after a restart with at most {arenas} arenas for malloc"),
        };
        let how = vec![
            format!("MALLOC_ARENA_MAX={arenas} in the environment, or mallopt(M_ARENA_MAX, {arenas}) at the start"),
            "threads then share arenas; what they had allocated needs room in those that stay".to_owned(),
        ];
        patient.attempt(Remedy::FewerArenas, vec![Edit::ArenaMax(arenas), Edit::Repack], what, how)
    };
    let tried: Vec<Advice> = TRIED.into_iter().filter_map(advice).collect();
    let most = tried.iter().map(|a| a.gain).max();
    tried.into_iter().find(|a| Some(a.gain) == most).into_iter().collect()
}
