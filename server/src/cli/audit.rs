//! `tekvwarho audit`.

use std::io::Write as _;

use clap::Subcommand;
use serde_json::json;

use super::Failure;
use crate::app::App;
use crate::features::audit::{self, Head};

/// Prove or export the audit trail.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Walk the chain and name the first entry that is not as it was sealed.
    Verify {
        /// A head that was kept elsewhere, as an earlier run printed it.
        #[arg(long)]
        head: Option<Head>,
    },
    /// Write every entry to standard output, one JSON object a line, oldest first.
    Export,
}

pub async fn run(app: App, what: Audit) -> Result<(), Failure> {
    match what {
        Audit::Verify { head } => verify(&app, head.as_ref()).await,
        Audit::Export => export(&app).await,
    }
}

async fn verify(app: &App, kept: Option<&Head>) -> Result<(), Failure> {
    let verdict = audit::verify(app, kept).await?;
    if let Some((seq, reason)) = verdict.broken {
        return Err(format!(
            "the audit trail is broken at entry {seq}: {reason} ({} entries before it hold)",
            verdict.sealed
        )
        .into());
    }
    println!("{} entries hold, {} wait for their seal.", verdict.sealed, verdict.unsealed);
    if let Some(head) = verdict.head {
        println!("Head: {}:{}", head.seq, head.hash);
    }
    Ok(())
}

async fn export(app: &App) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    let mut after = None;
    loop {
        let page = audit::export(app.storage.read(), after, 1_000).await?;
        let Some(last) = page.last() else { return Ok(out.flush()?) };
        after = Some(last.id);
        for entry in page {
            let sentence = audit::sentence(&entry);
            let line = json!({
                "id": entry.id,
                "createdAt": entry.created_at,
                "userId": entry.user_id,
                "action": entry.action,
                "entityType": entry.entity_type,
                "entityId": entry.entity_id,
                "changes": entry.changes,
                "ipAddress": entry.ip_address,
                "userAgent": entry.user_agent,
                "requestId": entry.request_id,
                "sentence": sentence,
            });
            writeln!(out, "{line}")?;
        }
    }
}
