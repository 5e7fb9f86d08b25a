//! `write-minidump PID FILE`: writes a minidump of a running process from outside, as a crash reporter would.
//!
//! The blamed thread is the main one, and there is no crash context: the process waits, it has not crashed.

use minidump_writer::minidump_writer::MinidumpWriterConfig;
use std::{env, error::Error, fs::File, process::ExitCode};

fn write_minidump(pid: &str, path: &str) -> Result<(), Box<dyn Error>> {
    let pid = pid.parse()?;
    let mut file = File::options().read(true).write(true).create(true).truncate(true).open(path)?;
    MinidumpWriterConfig::new(pid, pid).write(&mut file)?;
    Ok(())
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [pid, path] = arguments.as_slice() else {
        eprintln!("usage: write-minidump PID FILE");
        return ExitCode::from(2);
    };
    match write_minidump(pid, path) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("write-minidump: {error}");
            ExitCode::FAILURE
        }
    }
}
