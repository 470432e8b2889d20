//! Two programs over one PostgreSQL and one throw-away Redis.

use std::time::{Duration, Instant};

use serde_json::json;
use tekvwarho::app::{App, Surroundings};
use tekvwarho::clock::Clock;
use tekvwarho::features::SLICES;
use tekvwarho::http::rate_limit::{Allowed, Limit};
use tekvwarho::ids::Ids;
use tekvwarho::platform::slice::Slice;
use tokio::task::JoinSet;

use super::redis::Redis;
use super::{TestApp, database, start_of_time};

/// Two nodes of one installation, each with its background work.
pub struct Nodes {
    pub a: TestApp,
    pub b: TestApp,
    pub redis: Redis,
    background: [JoinSet<()>; 2],
}

impl Nodes {
    /// Two nodes that hear each other.
    pub async fn two() -> Self {
        let nodes = Self::over(Redis::start().await).await;
        nodes.connected(true).await;
        nodes
    }

    /// Two nodes, whether or not that Redis runs.
    pub async fn over(redis: Redis) -> Self {
        Self::of(&SLICES, redis, &[]).await
    }

    /// Two nodes with these slices and flags.
    pub async fn of(slices: &'static [Slice<App>], redis: Redis, flags: &[&str]) -> Self {
        assert!(std::env::var("TEST_DATABASE_URL").is_ok(), "several nodes need PostgreSQL: run `make test-postgres`");
        let clock = Clock::manual(start_of_time());
        let folder = tempfile::tempdir().unwrap();
        let database = database::fresh(folder.path()).await;
        let keys = folder.path().join("keys.json").display().to_string();
        let node = async |folder, seed| {
            let around = Surroundings { clock: clock.clone(), ids: Ids::seeded(seed), access_log: false, slices };
            let url = redis.url();
            let own = ["--redis-url", &url, "--secret-file", &keys];
            TestApp::at(&database, folder, around, &[&own, flags].concat()).await
        };
        let a = node(folder, 1).await;
        let b = node(tempfile::tempdir().unwrap(), 2).await;
        let background = [a.app.start_background(), b.app.start_background()];
        Self { a, b, redis, background }
    }

    /// Sets the allowance of a limit, and waits until both nodes know.
    pub async fn limit(&self, limit: &'static Limit, allowed: u32) {
        let Allowed::BySetting(key) = limit.allowed else { panic!("no setting says how much {} allows", limit.name) };
        let ada = self.a.admin().await;
        self.a.patch_as(&ada, "/api/admin/settings", json!({ key: allowed })).await.status(200);
        for node in [&self.a, &self.b] {
            until("the node knows the limit", async || node.app.settings.get().number(key) == allowed).await;
        }
    }

    /// Ends the background work of B in the middle of whatever it does, as a killed process does.
    pub async fn kill_b(&mut self) {
        self.background[1].shutdown().await;
    }

    /// The same for both.
    pub async fn kill_both(&mut self) {
        for tasks in &mut self.background {
            tasks.shutdown().await;
        }
    }

    /// Waits until both hear each other, or neither does.
    pub async fn connected(&self, yes: bool) {
        for node in [&self.a, &self.b] {
            until("the link is as expected", async || node.app.link.as_ref().unwrap().is_connected() == yes).await;
        }
    }
}

/// Waits until something holds; fails after ten seconds.
pub async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    let began = Instant::now();
    while !holds().await {
        assert!(began.elapsed() < Duration::from_secs(10), "{what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// How long it takes until something holds.
pub async fn time_until(what: &str, holds: impl AsyncFn() -> bool) -> Duration {
    let began = Instant::now();
    until(what, holds).await;
    began.elapsed()
}
