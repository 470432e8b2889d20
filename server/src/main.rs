//! The program: reads the command line and runs one command.

use std::process::ExitCode;

/// Many small requests on many threads: mimalloc keeps memory and time lower than the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tekvwarho::cli::run()
}
