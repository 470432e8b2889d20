//! Two programs over one PostgreSQL and one throw-away Redis.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tekvwarho::app::Surroundings;
use tekvwarho::clock::Clock;
use tekvwarho::features::SLICES;
use tekvwarho::ids::Ids;
use tempfile::TempDir;
use tokio::task::JoinSet;

use super::{TestApp, database, start_of_time};

/// Two nodes of one installation, each with its background work.
pub struct Nodes {
    pub a: TestApp,
    pub b: TestApp,
    pub redis: Redis,
    _background: [JoinSet<()>; 2],
}

/// A Redis of this test, on a socket in a temporary folder.
pub struct Redis {
    folder: TempDir,
    server: Option<Child>,
}

impl Redis {
    pub async fn start() -> Self {
        let mut redis = Self { folder: tempfile::tempdir().unwrap(), server: None };
        redis.again().await;
        redis
    }

    pub fn url(&self) -> String {
        format!("unix://{}", self.folder.path().join("redis").display())
    }

    /// Starts it after [`Redis::stop`], empty.
    pub async fn again(&mut self) {
        let socket = self.folder.path().join("redis");
        let mut command = Command::new("redis-server");
        command.args(["--port", "0", "--save", "", "--unixsocket"]).arg(&socket).arg("--dir").arg(self.folder.path());
        let server = command.stdout(Stdio::null()).spawn();
        self.server = Some(server.expect("these tests need redis-server: make test-postgres installs it"));
        until("Redis answers", async || tokio::net::UnixStream::connect(&socket).await.is_ok()).await;
    }

    /// Kills it, as a machine that loses power does.
    pub fn stop(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.kill().unwrap();
            server.wait().unwrap();
        }
        let _ = std::fs::remove_file(self.folder.path().join("redis"));
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.stop();
    }
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
        assert!(std::env::var("TEST_DATABASE_URL").is_ok(), "several nodes need PostgreSQL: run `make test-postgres`");
        let clock = Clock::manual(start_of_time());
        let folder = tempfile::tempdir().unwrap();
        let database = database::fresh(folder.path()).await;
        let keys = folder.path().join("keys.json").display().to_string();
        let node = async |folder, seed| {
            let around =
                Surroundings { clock: clock.clone(), ids: Ids::seeded(seed), access_log: false, slices: &SLICES };
            TestApp::at(&database, folder, around, &["--redis-url", &redis.url(), "--secret-file", &keys]).await
        };
        let a = node(folder, 1).await;
        let b = node(tempfile::tempdir().unwrap(), 2).await;
        let background = [a.app.start_background(), b.app.start_background()];
        Self { a, b, redis, _background: background }
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
