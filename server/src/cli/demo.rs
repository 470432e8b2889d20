//! `tekvwarho demo`: realistic data, the same for the same seed.

use clap::Args;

use super::staff::explain;
use super::{Failure, say};
use crate::app::App;
use crate::features::samples::{self, Wanted};
use crate::http::RequestInfo;
use crate::platform::audit;

/// Fill the database with realistic data; the same seed gives the same data.
#[derive(Debug, Args)]
pub struct Demo {
    /// Number of messages, spread over the last twelve months.
    #[arg(long, default_value_t = 200)]
    messages: u32,
    /// Number of chats, spread likewise.
    #[arg(long, default_value_t = 50)]
    chats: u32,
    /// Number of audit entries about them. Like all entries, they stay for good: for demonstrations and load tests.
    #[arg(long, default_value_t = 0)]
    audit_entries: u32,
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub async fn run(app: App, demo: Demo) -> Result<(), Failure> {
    let none = RequestInfo::internal();
    let wanted =
        Wanted { messages: demo.messages as usize, chats: demo.chats as usize, seed: demo.seed, marked: false };
    let made = samples::make(&app, None, &none, wanted, |_| Ok(None)).await;
    let staff = made.map_err(|error| {
        if error.is_unique_violation() {
            Failure::from("the demo data for this seed already exists; choose another --seed")
        } else {
            explain(error)
        }
    })?;
    samples::make_trail(&app, demo.audit_entries, demo.seed).await?;
    // Seal all of them: demo entries can be older than entries that are already sealed.
    audit::seal_beside_others(&app, true).await?;
    say(format_args!(
        "Added {} messages, {} chats and {staff} staff members (who cannot sign in) to the database.",
        demo.messages, demo.chats
    ))?;
    Ok(())
}
