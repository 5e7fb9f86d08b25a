//! Heaps made word by word from a model, in every layout that glibc had: the figures of a walk equal the model's.
//!
//! Nothing here is taken from the program: [`version`] has constants of its own.

mod build;
mod lists;
mod memory;
mod model;
mod version;

use std::collections::BTreeMap;
use std::fmt::Write;

use fragscope::addr::Addr;
use fragscope::heaps::{self, Effort};
use fragscope::load::{self, LoadOptions};
use proptest::prelude::*;

use build::{Built, Placed};
use memory::{Memory, PAGE};
use model::Use;
pub use model::{Model, Random};
pub use version::Version;

use super::figures::{self, Problems};
use super::ledger;
use super::made;
use super::truth::{self, Row, Truth};
use crate::oracle::maps::Maps;

/// A core of a model, and where in it malloc wrote.
pub struct Image {
    pub version: Version,
    pub core: Vec<u8>,
    /// Offsets in the core of all words that the model put there.
    pub written: Vec<usize>,
    /// Addresses of chunks and arenas.
    pub addresses: Vec<u64>,
    memory: Memory,
}

pub fn image(model: &Model) -> Image {
    let built = build::build(model);
    let core = built.memory.core();
    let dump = load::from_bytes(core.as_slice(), &LoadOptions::default()).unwrap();
    let offset = |at: &u64| {
        let captured = dump.memory().captured_at(Addr(*at)).unwrap();
        (captured.offset.0 + (at - captured.range.start().0)) as usize
    };
    let written = built.memory.written().map(offset).collect();
    let addresses = built.placed.iter().map(|chunk| chunk.at).chain(built.states.iter().map(|state| state.at));
    let addresses = addresses.collect();
    drop(dump);
    Image { version: model.version, core, written, addresses, memory: built.memory }
}

impl Image {
    /// The core without pages of which malloc wrote something.
    pub fn without_pages(&self, random: &mut Random, count: u64) -> Vec<u8> {
        let written: Vec<u64> = self.memory.written().copied().collect();
        let pages = (0..count).map(|_| written[random.below(written.len() as u64) as usize] / PAGE);
        self.memory.core_without(&pages.collect())
    }
}

fn sum<'a>(chunks: impl IntoIterator<Item = &'a Placed>) -> (u64, u64) {
    chunks.into_iter().fold((0, 0), |sum, chunk| (sum.0 + 1, sum.1 + chunk.size))
}

/// What malloc_info would say.
fn arena(model: &Model, built: &Built, index: usize) -> truth::Arena {
    let own = || built.placed.iter().filter(move |chunk| chunk.arena == index);
    let state = &built.states[index];
    let mut rows: BTreeMap<(&'static str, u64), Vec<&Placed>> = BTreeMap::new();
    for chunk in own() {
        let key = match chunk.usage {
            Use::Fast => ("fast", chunk.size),
            Use::Unsorted => ("unsorted", 0),
            Use::Binned => ("regular", model.version.bin(chunk.size)),
            _ => continue,
        };
        rows.entry(key).or_default().push(chunk);
    }
    let rows = rows.into_iter().map(|((kind, _), chunks)| {
        let sizes = || chunks.iter().map(|chunk| chunk.size);
        let (count, bytes) = sum(chunks.iter().copied());
        Row { kind, from: sizes().min().unwrap(), to: sizes().max().unwrap(), count, bytes }
    });
    truth::Arena {
        rows: rows.collect(),
        fast: sum(own().filter(|chunk| chunk.usage == Use::Fast)),
        rest: sum(own().filter(|chunk| chunk.usage.is_known_free())),
        top: Some(state.top_size),
        system: state.system,
        max: state.max,
        aspace: state.system,
        mprotect: state.accessible,
        subheaps: (index > 0).then_some(state.heaps),
    }
}

fn mallinfo(arenas: &[truth::Arena], mapped: (u64, u64)) -> String {
    let sum = |of: &dyn Fn(&truth::Arena) -> u64| arenas.iter().map(of).sum::<u64>();
    let free = sum(&|a| a.fast.1 + a.rest.1 + a.top.unwrap());
    let arena = sum(&|a| a.system);
    let mut text = String::new();
    for (name, value) in [
        ("arena", arena),
        ("ordblks", sum(&|a| a.rest.0 + 1)),
        ("smblks", sum(&|a| a.fast.0)),
        ("hblks", mapped.0),
        ("hblkhd", mapped.1),
        ("fsmblks", sum(&|a| a.fast.1)),
        ("uordblks", arena - free),
        ("fordblks", free),
        ("keepcost", arenas[0].top.unwrap()),
    ] {
        let _ = writeln!(text, "{name}={value}");
    }
    text
}

/// The same words that a process of heapstate.c writes.
fn truth(model: &Model, built: &Built) -> Truth {
    let version = model.version;
    let arenas: Vec<truth::Arena> = (0..built.states.len()).map(|index| arena(model, built, index)).collect();
    let mapped = (built.mapped.len() as u64, built.mapped.iter().map(|(_, _, total)| total).sum());
    let live = built.placed.iter().filter(|chunk| matches!(chunk.usage, Use::Live | Use::Tcache));
    let word = version.word();
    let mut ledger: Vec<(u64, u64)> = live.map(|chunk| (chunk.at + 2 * word, chunk.size - word)).collect();
    let overhead = if version.minor >= 43 { word } else { 2 * word };
    ledger.extend(built.mapped.iter().map(|(at, size, _)| (at + 2 * word, size - overhead)));
    let info = mallinfo(&arenas, mapped);
    Truth::new(version.minor, word, arenas, mapped, ledger, Maps::parse(&built.memory.maps(built.brk)), &info)
}

/// What differs in the program's view of a model.
fn problems_of(model: &Model) -> Problems {
    let built = build::build(model);
    let truth = truth(model, &built);
    let mut problems = Problems::default();
    let dump = load::from_bytes(built.memory.core(), &LoadOptions::default()).unwrap();
    let heaps = heaps::walk(dump.snapshot(), dump.memory(), Effort::Full);
    let Some(heap) = made::glibc(&heaps) else {
        problems.0.push("no heap of glibc is found".into());
        return problems;
    };
    figures::compare(heap, &truth, &mut problems);
    ledger::compare(&dump, heap, &truth, &mut problems);
    for (index, arena) in heap.arenas.iter().enumerate() {
        let of =
            |wanted: &dyn Fn(Use) -> bool| sum(built.placed.iter().filter(|c| c.arena == index && wanted(c.usage)));
        let found = [arena.live, arena.cached].map(|t| t.map(|t| (t.count, t.bytes)));
        let live = of(&|usage| matches!(usage, Use::Live | Use::Tcache));
        let cached = of(&|usage| matches!(usage, Use::Cached(_)));
        problems.equal(&format!("arena {index}: live and cached"), found, [Some(live), Some(cached)]);
    }
    problems
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn figures_of_every_layout_equal_the_model(seed in any::<u64>()) {
        for version in Version::all() {
            let problems = problems_of(&Model::random(version, seed)).0;
            prop_assert!(problems.is_empty(), "{version:?}, seed {seed}:\n{}", problems.join("\n"));
        }
    }
}
