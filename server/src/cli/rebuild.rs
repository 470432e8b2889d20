//! `tekvwarho rebuild`.

use clap::Subcommand;

use super::staff::explain;
use super::{Failure, say};
use crate::app::App;
use crate::features::messages;
use crate::storage::fold;

/// Recompute stored figures and correct those that are wrong.
#[derive(Debug, Subcommand)]
pub enum Rebuild {
    /// The figures on the dashboard. The server can keep running.
    Dashboard,
}

pub async fn run(app: App, what: Rebuild) -> Result<(), Failure> {
    match what {
        Rebuild::Dashboard => {
            let wrong = messages::recount(&app).await.map_err(explain)?;
            fold(&app.storage).await.map_err(explain)?;
            say(format_args!("Messages recounted; {wrong} figures were wrong and have been corrected."))?;
        }
    }
    Ok(())
}
