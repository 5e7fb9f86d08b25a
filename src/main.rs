//! The `fragscope` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    fragscope::cli::run()
}
