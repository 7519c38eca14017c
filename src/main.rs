//! The command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    jittest::cli::main(std::env::args_os())
}
