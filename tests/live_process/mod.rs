//! `fragscope live` and `pid:N` on real processes: tests/generators/linux/threads.c, started here.
//!
//! What this machine does not permit or has not got (gcc, ptrace, unshare, other users) is said, and passed over.

mod capture;
mod facts;
mod limits;
mod namespaces;
mod refusals;
mod stops;
mod target;
mod watch;
