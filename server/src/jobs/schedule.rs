//! The jobs and how often they run.

use chrono::Duration;
use uuid::Uuid;

use super::lease;
use crate::app::App;
use crate::error::Result;
use crate::features;
use crate::platform;
use crate::storage::BoxFuture;

/// One job of the schedule.
struct Job {
    name: &'static str,
    every: Duration,
    run: fn(&App) -> BoxFuture<'_, Result<()>>,
}

/// Due jobs are looked for this often.
const LOOK: std::time::Duration = std::time::Duration::from_secs(30);

const JOBS: [Job; 5] = [
    Job { name: "auth.clean_up", every: Duration::hours(1), run: |app| Box::pin(platform::auth::clean_up(app)) },
    Job { name: "mail.clean_up", every: Duration::hours(24), run: |app| Box::pin(platform::mail::clean_up(app)) },
    Job {
        name: "messages.clean_up",
        every: Duration::hours(1),
        run: |app| Box::pin(features::messages::clean_up(app)),
    },
    Job {
        name: "notifications.clean_up",
        every: Duration::hours(24),
        run: |app| Box::pin(platform::notices::clean_up(app)),
    },
    // It looks each hour whether a week has passed, so that who wants the mail gets the first one soon.
    Job { name: "audit.mail_head", every: Duration::hours(1), run: |app| Box::pin(platform::audit::mail_head(app)) },
];

/// How many jobs there are.
pub fn count() -> usize {
    JOBS.len()
}

/// Runs due jobs until the program ends.
pub async fn run_until_stopped(app: App) {
    let owner = app.ids.next(app.clock.now());
    loop {
        run_due(&app, owner).await;
        // Memory of this process, so it is no job of the cluster.
        app.limits.sweep();
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = app.stopping.cancelled() => return,
        }
    }
}

/// Runs every job that is due now and that no other node has.
pub async fn run_due(app: &App, owner: Uuid) {
    for job in &JOBS {
        if app.stopping.is_cancelled() {
            return;
        }
        match lease::take(&app.storage, job.name, owner, app.clock.now()).await {
            Ok(true) => {}
            Ok(false) => continue,
            Err(error) => {
                tracing::warn!(job = job.name, %error, "cannot take a job");
                continue;
            }
        }
        let outcome = (job.run)(app).await;
        let error = outcome.err().map(|error| error.to_string());
        if let Some(error) = &error {
            tracing::warn!(job = job.name, %error, "a job failed");
        }
        let now = app.clock.now();
        if let Err(error) = lease::give_back(&app.storage, job.name, owner, now, now + job.every, error).await {
            tracing::warn!(job = job.name, %error, "cannot give a job back");
        }
    }
}
