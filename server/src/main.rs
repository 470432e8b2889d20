//! The program: reads the command line and runs one command.

use std::process::ExitCode;

/// What was freed goes back to the system a second later, by a thread of the allocator: see `.cargo/config.toml`.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    tekvwarho::cli::run()
}
