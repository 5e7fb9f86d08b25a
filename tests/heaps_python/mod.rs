//! CPython's arenas in dumps: against what the interpreter itself says of them (`sys._debugmallocstats()`), and in cores
//! that are made here.

mod damage;
mod image;
#[cfg(target_os = "linux")]
mod interpreters;
mod made;
mod stats;
