//! Many inputs: every boundary and field of the synthetic dumps, then random changes to those and to the samples.

use std::time::{Duration, Instant};

use fragscope::load::LoadOptions;

use super::cost::Cost;
use super::examine::{Outcome, examine_with, is_long_run};
use super::mutation::{self, Mutation};
use super::random::Random;
use super::seeds::{self, Seed};
use super::watch::watched;

/// How many randomly damaged inputs `cargo test` tries, and half as many of the others;
/// `FRAGSCOPE_HOSTILE_RUNS` overrides.
const USUAL_RUNS: u64 = 2_500;
/// Where the random part begins; `FRAGSCOPE_HOSTILE_SEED` overrides.
const USUAL_SEED: u64 = 1;
/// A larger dump takes its turn less often, so that it does not take all the time.
const LARGE: usize = 256 << 10;

fn from_environment(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().map_or(usual, |text| text.parse().expect("a number"))
}

/// The worst of many inputs, for the closing line.
#[derive(Default)]
struct Tally {
    runs: usize,
    reports: usize,
    slowest: Duration,
    slowest_input: String,
    largest: u64,
    largest_input: String,
}

impl Tally {
    fn add(&mut self, name: &str, mutation: &Mutation, outcome: Outcome, cost: Cost) {
        self.runs += 1;
        self.reports += usize::from(outcome == Outcome::Report);
        if cost.time > self.slowest {
            self.slowest = cost.time;
            self.slowest_input = format!("{name} with {mutation:?}");
        }
        if cost.memory > self.largest {
            self.largest = cost.memory;
            self.largest_input = format!("{name} with {mutation:?}");
        }
    }

    fn print(&self, took: Duration) {
        println!(
            "{} inputs in {took:.1?}: {} reports, {} sentences",
            self.runs,
            self.reports,
            self.runs - self.reports
        );
        println!("slowest: {:.1?} of CPU, {}", self.slowest, self.slowest_input);
        println!("largest: {} KiB of allocations, {}", self.largest >> 10, self.largest_input);
    }
}

fn try_one(seed: &Seed, mutation: &Mutation, donor: &[u8], tally: &mut Tally) {
    let _watched = watched(format!("{} with {mutation:?}", seed.name));
    let bytes = mutation::apply(&seed.image, mutation, donor);
    let parse_json = !is_long_run() || tally.runs.is_multiple_of(8);
    let (outcome, cost) = examine_with(&bytes, &LoadOptions::default(), parse_json);
    tally.add(&seed.name, mutation, outcome, cost);
}

#[test]
fn undamaged_dumps_give_reports() {
    let mut tally = Tally::default();
    for seed in seeds::synthetic().iter().chain(&seeds::samples()) {
        try_one(seed, &Mutation::None, &[], &mut tally);
        assert_eq!(tally.reports, tally.runs, "{} gave no report", seed.name);
    }
    assert!(tally.runs > 80, "only {} seeds", tally.runs);
}

/// All of them in a long run, evenly chosen ones in a short one.
#[test]
fn cut_and_falsified_dumps() {
    let runs = from_environment("FRAGSCOPE_HOSTILE_RUNS", USUAL_RUNS) as usize / 2;
    let seeds = seeds::synthetic();
    let all: Vec<(&Seed, Mutation)> =
        seeds.iter().flat_map(|s| mutation::systematic(&s.image).into_iter().map(move |m| (s, m))).collect();
    let (started, mut tally) = (Instant::now(), Tally::default());
    // A step that shares no factor with the usual numbers of values per field, so that all values have their turn.
    let step = (all.len() / runs.max(1)).max(1) | 1;
    for (seed, mutation) in all.iter().step_by(step) {
        try_one(seed, mutation, &[], &mut tally);
    }
    println!("of {} boundaries and field values every {step}th:", all.len());
    tally.print(started.elapsed());
    assert!(tally.reports > tally.runs / 4, "hardly any input got far: {} of {}", tally.reports, tally.runs);
}

#[test]
fn randomly_damaged_dumps() {
    let runs = from_environment("FRAGSCOPE_HOSTILE_RUNS", USUAL_RUNS) as usize;
    let mut random = Random::new(from_environment("FRAGSCOPE_HOSTILE_SEED", USUAL_SEED));
    let seeds: Vec<Seed> = seeds::synthetic().into_iter().chain(seeds::samples()).collect();
    let large_each = if is_long_run() { 512 } else { 32 };
    let (started, mut tally) = (Instant::now(), Tally::default());
    while tally.runs < runs {
        let seed = random.pick(&seeds);
        if seed.image.bytes.len() > LARGE && !random.once_in(large_each) {
            continue;
        }
        let donor = random.pick(&seeds);
        try_one(seed, &Mutation::Random(random.next()), &donor.image.bytes, &mut tally);
    }
    tally.print(started.elapsed());
    assert!(tally.reports > tally.runs / 4, "hardly any input got far: {} of {}", tally.reports, tally.runs);
}
