//! `tekvwarho keys`.

use clap::Subcommand;

use super::{Failure, say};
use crate::config::Config;
use crate::secrets::KeyRing;

/// Manage the key ring.
#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Sign with a new key from the next start on. What older keys signed stays valid.
    Rotate,
}

pub fn run(config: &Config, what: &Keys) -> Result<(), Failure> {
    let path = config.secret_file();
    match what {
        Keys::Rotate => {
            let kid = KeyRing::rotate(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            say(format_args!("Key {kid} is now first in {}.", path.display()))?;
            say(format_args!("Copy the file to every server of this installation, restart them, and back it up."))?;
        }
    }
    Ok(())
}
