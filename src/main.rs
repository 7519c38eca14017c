//! The command line.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// A map is many small pieces of memory, taken on all cores.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    jittest::cli::main(std::env::args_os())
}
