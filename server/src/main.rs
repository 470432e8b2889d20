//! The program: parses the command line and runs one command.

use std::process::ExitCode;

/// A background thread of the allocator returns freed memory to the system after a second: see `.cargo/config.toml`.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    tekvwarho::cli::run()
}
