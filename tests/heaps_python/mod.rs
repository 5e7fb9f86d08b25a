//! CPython's arenas in dumps against what the interpreter itself says of them: `sys._debugmallocstats()`.

#[cfg(target_os = "linux")]
mod interpreters;
mod stats;
