//! The `vidimus` program; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    vidimus::cli::main()
}
