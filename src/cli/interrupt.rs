//! Ctrl-C, as an event that is asked for between two looks, not as a blow in the middle of one.

use std::time::{Duration, Instant};

#[cfg(target_os = "linux")]
mod signals {
    use nix::errno::Errno;
    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    use nix::sys::signal::{SigSet, Signal};
    use nix::sys::signalfd::{SfdFlags, SignalFd};
    use std::os::fd::AsFd;
    use std::time::Duration;

    const ENDING: [Signal; 3] = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP];

    /// The signals that ask to end. From its making on they do not end the program, but are told by
    /// [`within`](Signals::within).
    pub struct Signals(SignalFd);

    impl Signals {
        pub fn new() -> Result<Signals, Errno> {
            let mut asks_to_end = SigSet::empty();
            ENDING.into_iter().for_each(|signal| asks_to_end.add(signal));
            asks_to_end.thread_block()?;
            SignalFd::with_flags(&asks_to_end, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK).map(Signals)
        }

        /// Waits so long; whether one of them came. It may return early without.
        pub fn within(&self, time: Duration) -> bool {
            let wait = PollTimeout::try_from(time).unwrap_or(PollTimeout::MAX);
            let mut asked = [PollFd::new(self.0.as_fd(), PollFlags::POLLIN)];
            poll(&mut asked, wait).is_ok_and(|count| count > 0)
        }

        /// Lets them end the program again, where it is.
        pub fn let_through(self) {
            let mut asks_to_end = SigSet::empty();
            ENDING.into_iter().for_each(|signal| asks_to_end.add(signal));
            let _ = asks_to_end.thread_unblock();
        }

        /// The number of one that came.
        pub fn caught(&self) -> Option<i32> {
            let signal = self.0.read_signal().ok().flatten()?;
            i32::try_from(signal.ssi_signo).ok()
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod signals {
    use std::convert::Infallible;
    use std::time::Duration;

    /// Elsewhere Ctrl-C ends the program where it is.
    pub struct Signals;

    impl Signals {
        pub fn new() -> Result<Signals, Infallible> {
            Ok(Signals)
        }

        pub fn within(&self, time: Duration) -> bool {
            std::thread::sleep(time);
            false
        }

        pub fn caught(&self) -> Option<i32> {
            None
        }

        pub fn let_through(self) {}
    }
}

pub use signals::Signals;

/// Waits until a moment. Returns whether Ctrl-C came before.
pub fn sleep_until(moment: Instant, signals: &Signals) -> bool {
    loop {
        let left = moment.saturating_duration_since(Instant::now());
        if signals.within(left.max(Duration::from_millis(1))) {
            return true;
        }
        if moment <= Instant::now() {
            return false;
        }
    }
}
