//! `tekvwarho audit`.

use std::io::Write as _;

use chrono::{DateTime, Duration, Utc};
use clap::Subcommand;
use uuid::Uuid;

use super::{Failure, say};
use crate::app::App;
use crate::http::RequestInfo;
use crate::platform::audit::{self, Head, Names};
use crate::platform::{staff as people, tokens};

/// Verify or export the audit trail, or erase network addresses from it.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Check the whole chain and name the first entry that was altered.
    Verify {
        /// A head that you saved elsewhere, as printed by an earlier run.
        #[arg(long)]
        head: Option<Head>,
    },
    /// Write every entry to standard output, one JSON object per line, oldest first.
    Export,
    /// Erase network addresses and programs from the entries about one entity. The chain stays valid.
    Erase {
        /// The type of the entity, such as `message`.
        #[arg(long = "type")]
        entity_type: String,
        /// Its id.
        #[arg(long)]
        id: Uuid,
    },
}

pub async fn run(app: App, what: Audit) -> Result<(), Failure> {
    match what {
        Audit::Verify { head } => verify(&app, head.as_ref()).await,
        Audit::Export => export(&app).await,
        Audit::Erase { entity_type, id } => erase(&app, &entity_type, id).await,
    }
}

async fn verify(app: &App, kept: Option<&Head>) -> Result<(), Failure> {
    let verdict = audit::verify(app, kept).await?;
    if let Some((seq, reason)) = verdict.broken {
        return Err(format!(
            "the audit trail was altered at entry {seq}: {reason} ({} entries before it are intact)",
            verdict.sealed
        )
        .into());
    }
    say(format_args!("{} entries intact, {} not sealed yet.", verdict.sealed, verdict.unsealed))?;
    if let Some(warning) = audit::waiting_since(app.storage.read()).await?.and_then(|at| too_long(at, app.clock.now()))
    {
        say(format_args!("{warning}"))?;
    }
    if let Some(head) = verdict.head {
        say(format_args!("Head: {head}"))?;
    }
    Ok(())
}

/// The warning about an entry that has waited for its seal since then, if that is too long.
pub fn too_long(since: DateTime<Utc>, now: DateTime<Utc>) -> Option<String> {
    (since + Duration::minutes(5) < now).then(|| {
        let since = since.format("%Y-%m-%d %H:%M UTC");
        format!("An entry has been waiting to be sealed since {since}. If the server is running, its log says why.")
    })
}

async fn export(app: &App) -> Result<(), Failure> {
    let conn = app.storage.read();
    let names = Names {
        people: people::names(app).await?,
        subjects: tokens::names(app).await?.as_ref().clone(),
        inside: false,
    };
    let mut out = std::io::stdout().lock();
    let mut after = None;
    loop {
        let page = audit::oldest_after(conn, after, 1_000).await?;
        let Some(last) = page.last() else { return Ok(out.flush()?) };
        after = Some(last.id);
        for entry in &page {
            writeln!(out, "{}", audit::as_json(app, entry, &names))?;
        }
    }
}

async fn erase(app: &App, entity_type: &str, id: Uuid) -> Result<(), Failure> {
    let erased = audit::erase(app, entity_type, id, None, &RequestInfo::internal()).await?;
    audit::seal_beside_others(app, false).await?;
    say(format_args!("Erased the network address and program from {erased} entries."))?;
    Ok(())
}
