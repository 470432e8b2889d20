//! `tekvwarho rebuild`.

use clap::Subcommand;

use super::staff::explain;
use super::{Failure, say};
use crate::app::App;
use crate::features::messages;
use crate::storage::fold;

/// Compute anew what is kept of rows, and put right what is wrong.
#[derive(Debug, Subcommand)]
pub enum Rebuild {
    /// The numbers of the overview. The server may run meanwhile.
    Dashboard,
}

pub async fn run(app: App, what: Rebuild) -> Result<(), Failure> {
    match what {
        Rebuild::Dashboard => {
            let wrong = messages::recount(&app).await.map_err(explain)?;
            fold(&app.storage).await.map_err(explain)?;
            say(format_args!("The messages are counted anew; {wrong} numbers were wrong and are right now."))?;
        }
    }
    Ok(())
}
