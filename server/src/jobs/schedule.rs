//! The jobs of the program and the loop that runs them.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::Duration;
use futures_util::future::join_all;
use tokio::task::{Id, JoinSet};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::lease;
use crate::clock::Clock;
use crate::error::Result;
use crate::storage::{BoxFuture, Storage};

/// A scheduled job, on the state of the part that declares it.
pub struct Job<S: 'static> {
    /// For example `mail.clean_up`; the key of its row.
    pub name: &'static str,
    pub every: Duration,
    pub run: fn(&S) -> BoxFuture<'_, Result<()>>,
}

/// A job bound to its state.
pub struct Ready {
    name: &'static str,
    every: Duration,
    run: Box<dyn Fn() -> BoxFuture<'static, Result<()>> + Send + Sync>,
}

impl<S: Clone + Send + Sync + 'static> Job<S> {
    /// Binds the job to its state.
    pub fn on(&self, state: &S) -> Ready {
        let (run, state) = (self.run, state.clone());
        let start = move || -> BoxFuture<'static, Result<()>> {
            let state = state.clone();
            Box::pin(async move { run(&state).await })
        };
        Ready { name: self.name, every: self.every, run: Box::new(start) }
    }
}

/// How often the loop checks for due jobs.
const LOOK: std::time::Duration = std::time::Duration::from_secs(30);

/// All jobs. Cheap to clone.
#[derive(Clone)]
pub struct Schedule {
    pub jobs: Arc<[Ready]>,
    pub storage: Storage,
    pub clock: Clock,
    pub stopping: CancellationToken,
}

impl Schedule {
    /// Runs due jobs until shutdown, each independently: a long one delays no other.
    pub async fn run_until_stopped(self, owner: Uuid) {
        let mut running: JoinSet<()> = JoinSet::new();
        let mut busy: HashMap<Id, usize> = HashMap::new();
        loop {
            for place in 0..self.jobs.len() {
                if !busy.values().any(|other| *other == place) {
                    let schedule = self.clone();
                    let task = running.spawn(async move { schedule.run(&schedule.jobs[place], owner).await });
                    busy.insert(task.id(), place);
                }
            }
            let look = tokio::time::sleep(LOOK);
            tokio::pin!(look);
            loop {
                tokio::select! {
                    Some(ended) = running.join_next_with_id() => {
                        let id = match ended {
                            Ok((id, ())) => id,
                            Err(panic) => {
                                tracing::error!(%panic, "a job panicked; its lease will expire");
                                panic.id()
                            }
                        };
                        busy.remove(&id);
                    }
                    () = &mut look => break,
                    () = self.stopping.cancelled() => {
                        // Jobs stop between two of their units.
                        while running.join_next().await.is_some() {}
                        return;
                    }
                }
            }
        }
    }

    /// Runs every job that is due and that no other node has.
    pub async fn run_due(&self, owner: Uuid) {
        join_all(self.jobs.iter().map(|job| self.run(job, owner))).await;
    }

    async fn run(&self, job: &Ready, owner: Uuid) {
        if self.stopping.is_cancelled() {
            return;
        }
        match lease::take(&self.storage, job.name, owner, self.clock.now()).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => return tracing::warn!(job = job.name, %error, "cannot claim a job"),
        }
        let error = (job.run)().await.err().map(|error| error.to_string());
        if let Some(error) = &error {
            tracing::warn!(job = job.name, %error, "a job failed");
        }
        let now = self.clock.now();
        if let Err(error) = lease::give_back(&self.storage, job.name, owner, now, now + job.every, error).await {
            tracing::warn!(job = job.name, %error, "cannot release a job");
        }
    }
}
