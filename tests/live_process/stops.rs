//! Nothing stays stopped, nothing is stopped for long, and never all of it.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::target::{Target, fragscope, may_trace, report, signal, state, unless_skipped, whole_report};
use crate::hostile::random::Random;

/// Starts a look at the process, whose answer nobody reads.
fn look(target: &Target) -> Child {
    let mut command = fragscope();
    command.args(["threads", &format!("pid:{}", target.pid)]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// How long a look takes, by the shortest of three: longer ones are killed before they end.
fn duration_of_a_look(target: &Target) -> Duration {
    let one = || {
        let start = Instant::now();
        look(target).wait().unwrap();
        start.elapsed()
    };
    (0..3).map(|_| one()).min().unwrap()
}

/// A thread that the kernel has let go may not have had a CPU yet; one that is stopped stays so.
fn assert_none_stopped(target: &Target, when: &str) {
    let deadline = Instant::now() + Duration::from_secs(5);
    loop {
        let stopped = target.stopped();
        if stopped.is_empty() {
            return;
        }
        assert!(Instant::now() < deadline, "{when}: {stopped:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Until every thread has stopped with its group, for which each needs a CPU.
fn wait_for_group_stop(target: &Target, when: &str) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while target.states().iter().any(|(_, state)| *state != 'T') {
        assert!(Instant::now() < deadline, "{when}: {:?}", target.states());
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn killed_at_random_moments_it_leaves_no_thread_stopped() {
    unless_skipped("live killed", || {
        let target = Target::start("-m64", 40, 3)?;
        may_trace(&report(target.pid, &[]))?;
        // How long a look takes changes with what else runs here: more for each that was killed, less for each that ended.
        let mut usual = duration_of_a_look(&target).as_micros() as usize;
        let mut random = Random::new(0x6b69_6c6c);
        let mut early = 0;
        for round in 0..200 {
            let mut child = look(&target);
            std::thread::sleep(Duration::from_micros(random.below(usual) as u64));
            let running = child.try_wait().unwrap().is_none();
            early += usize::from(running);
            usual = (if running { usual + usual / 50 } else { usual - usual / 10 }).max(1_000);
            let _ = child.kill();
            child.wait().unwrap();
            assert_none_stopped(&target, &format!("killed in round {round}"));
        }
        assert!(early > 50, "only {early} of 200 were killed before they had ended by themselves");
        Ok(())
    });
}

/// The look is halted (SIGSTOP) until one of the threads is seen in its hands, and killed right then.
#[test]
fn killed_with_a_thread_in_its_hands_it_lets_it_go() {
    unless_skipped("live killed while tracing", || {
        let target = Target::start("-m64", 2, 3)?;
        may_trace(&report(target.pid, &[]))?;
        let mut caught = 0;
        let deadline = Instant::now() + Duration::from_secs(20);
        while caught < 3 && Instant::now() < deadline {
            caught += usize::from(halt_and_kill(&target));
            assert_none_stopped(&target, "killed while tracing");
        }
        match caught {
            0 => Err("no look was halted with a thread in its hands within 20 s".into()),
            _ => Ok(()),
        }
    });
}

/// Returns whether a thread was stopped when the look was killed.
fn halt_and_kill(target: &Target) -> bool {
    let mut child = look(target);
    let mut seen = false;
    while child.try_wait().unwrap().is_none() {
        if target.stopped().is_empty() {
            continue;
        }
        signal(child.id(), "STOP");
        // It may have gone on between the two.
        std::thread::sleep(Duration::from_millis(2));
        seen = !target.stopped().is_empty();
        break;
    }
    let _ = child.kill();
    child.wait().unwrap();
    seen
}

#[test]
fn a_stopped_process_is_read_and_stays_stopped() {
    unless_skipped("live group-stop", || {
        let target = Target::start("-m64", 5, 2)?;
        may_trace(&report(target.pid, &[]))?;
        target.signal("STOP");
        wait_for_group_stop(&target, "stopped");
        let report = whole_report(target.pid);
        let threads = report["threads"].as_array().unwrap();
        assert!(threads.iter().all(|thread| thread["sp"].is_string()), "{threads:#?}");
        wait_for_group_stop(&target, "looked at");
        target.signal("CONT");
        assert_none_stopped(&target, "continued");
        Ok(())
    });
}

/// SIGSTOP that arrives while threads are being visited stops the process as if nobody had looked.
#[test]
fn a_stop_in_between_is_not_lost() {
    unless_skipped("live stop in between", || {
        let target = Target::start("-m64", 10, 3)?;
        may_trace(&report(target.pid, &[]))?;
        let usual = duration_of_a_look(&target).as_micros() as usize;
        let mut random = Random::new(0x7374_6f70);
        for round in 0..40 {
            let mut child = look(&target);
            std::thread::sleep(Duration::from_micros(random.below(usual) as u64));
            target.signal("STOP");
            child.wait().unwrap();
            wait_for_group_stop(&target, &format!("round {round}"));
            target.signal("CONT");
            assert_none_stopped(&target, "continued");
        }
        Ok(())
    });
}

/// What the report says of its own stops, in milliseconds.
fn own_words(report: &serde_json::Value) -> f64 {
    let notes = report["evidence_notes"].as_array().unwrap();
    let note = notes.iter().filter_map(|n| n.as_str()).find(|n| n.contains("threads;")).unwrap();
    let number = note.trim_end_matches(" ms").rsplit(' ').next().unwrap();
    number.parse().unwrap_or_else(|_| panic!("{note}"))
}

/// 2,000 threads. The thread that looks at the clock all the time notices when it is kept from it: by this program, but
/// also by whatever else runs here, so the best of several looks counts.
#[test]
fn of_2000_threads_each_is_stopped_for_less_than_5_ms() {
    unless_skipped("live 2000 threads", || {
        let mut target = Target::start("-m64", 1_999, 1)?;
        let first = whole_report(target.pid);
        may_trace(&first)?;
        let threads = first["threads"].as_array().unwrap();
        assert_eq!(threads.len(), 2_001);
        assert!(threads.iter().all(|thread| thread["sp"].is_string()), "every thread has a stack pointer");
        let mut best = (f64::MAX, f64::MAX);
        for _ in 0..15 {
            target.ask("longest");
            let report = report(target.pid, &[]);
            let measured = target.ask("longest").parse::<f64>().unwrap() / 1000.0;
            best = (best.0.min(own_words(&report)), best.1.min(measured));
            if best.0 < 5.0 && best.1 < 5.0 {
                break;
            }
        }
        println!(
            "live 2000 threads: stopped for {} ms by its own words, away for {} ms by the thread's",
            best.0, best.1
        );
        assert!(best.0 < 5.0 && best.1 < 5.0, "{best:?} ms");
        assert_none_stopped(&target, "looked at");
        Ok(())
    });
}

/// While a look goes on, never more than one of the threads that run is seen stopped.
#[test]
fn the_process_is_never_stopped_as_a_whole() {
    unless_skipped("live as a whole", || {
        let target = Target::start("-m64", 200, 3)?;
        let first = whole_report(target.pid);
        may_trace(&first)?;
        let threads = first["threads"].as_array().unwrap();
        let running = threads.iter().filter(|t| t["name"].as_str().is_some_and(|name| name.starts_with("run-")));
        let mut running: Vec<u32> = running.map(|t| t["id"].as_u64().unwrap() as u32).collect();
        // Threads are visited upwards. Seen downwards, two in one sweep are two at the same time.
        running.sort_unstable_by_key(|id| std::cmp::Reverse(*id));
        assert_eq!(running.len(), 3);
        let (mut sweeps, mut most) = (0, 0);
        for _ in 0..10 {
            let mut child = look(&target);
            while child.try_wait().unwrap().is_none() {
                let traced = running.iter().filter(|id| state(target.pid, **id) == Some('t')).count();
                (sweeps, most) = (sweeps + 1, most.max(traced));
            }
        }
        println!("live as a whole: at most {most} of 3 running threads stopped in any of {sweeps} sweeps");
        assert!(sweeps > 100 && most <= 1, "{most} of 3 in one of {sweeps} sweeps");
        Ok(())
    });
}
