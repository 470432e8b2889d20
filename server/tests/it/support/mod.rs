//! A program for each test: its own database, folder and port, and a clock that stands still until the test moves it.

mod answer;
pub mod authenticator;
pub mod bucket;
mod database;
pub mod files;
pub mod mail_server;
pub mod nodes;
pub mod people;
pub mod place_map;
pub mod program;
pub mod redis;
pub mod socket;

use std::net::SocketAddr;

use chrono::{DateTime, Utc};
use clap::Parser as _;
use reqwest::Method;
use serde_json::{Map, Value, json};
use tekvwarho::app::{App, Surroundings};
use tekvwarho::cli::Cli;
use tekvwarho::clock::Clock;
use tekvwarho::features::SLICES;
use tekvwarho::ids::Ids;
use tekvwarho::platform::slice::Slice;
use tekvwarho::{http, router};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub use answer::Answer;
pub use database::begin_elsewhere;
pub use people::Signed;

/// The time at which every test starts: a Monday morning.
pub fn start_of_time() -> DateTime<Utc> {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

/// A listening program.
pub struct TestApp {
    pub app: App,
    pub clock: Clock,
    pub address: SocketAddr,
    pub client: reqwest::Client,
    pub stop: CancellationToken,
    pub folder: TempDir,
}

impl TestApp {
    /// A program with the defaults.
    pub async fn new() -> Self {
        Self::with(&[]).await
    }

    /// A program with some flags.
    pub async fn with(flags: &[&str]) -> Self {
        Self::of(&SLICES, flags).await
    }

    /// A program with other slices.
    pub async fn of(slices: &'static [Slice<App>], flags: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = database::fresh(folder.path()).await;
        let clock = Clock::manual(start_of_time());
        let around = Surroundings { clock, ids: Ids::seeded(1), access_log: false, slices };
        Self::at(&url, folder, around, flags).await
    }

    /// A program on that database.
    pub async fn at(url: &str, folder: TempDir, around: Surroundings, flags: &[&str]) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let data_dir = folder.path().to_string_lossy().into_owned();
        let mut words = vec!["tekvwarho", "--data-dir", &data_dir, "--database-url", url];
        words.extend(flags);
        let config = Cli::try_parse_from(words).unwrap().config;
        let clock = around.clock.clone();
        let app = App::build(config, around).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = app.stopping.clone();
        tokio::spawn(http::serve::serve(listener, None, router::build(&app), stop.clone()));
        #[expect(clippy::disallowed_methods, reason = "the client of the tests")]
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { app, clock, address, client, stop, folder }
    }

    /// The same installation after a restart: its database and keys, and nothing that was only in memory.
    pub async fn restarted(&self) -> App {
        let around =
            Surroundings { clock: self.clock.clone(), ids: Ids::random(), access_log: false, slices: self.app.slices };
        App::build(self.app.config.clone(), around).await.unwrap()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Any request.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, self.url(path))
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        Answer::of(self.request(Method::POST, path).json(&body)).await
    }

    /// A contact message as a visitor sends it.
    #[expect(clippy::unused_self, reason = "reads like the other things a test asks of its program")]
    pub fn message(&self) -> Value {
        json!({ "name": "Anna Müller", "email": "anna@example.com", "message": "Our stock list is a spreadsheet." })
    }

    /// Submits a message and returns its id.
    pub async fn send_message(&self, over: Value) -> String {
        let mut body = self.message();
        body.as_object_mut().unwrap().extend(over.as_object().unwrap().clone());
        let answer = self.post("/api/contact", body).await;
        answer.status(201);
        answer.data()["id"].as_str().unwrap().to_owned()
    }

    /// The texts that the settings page offers to start from.
    pub fn examples(&self) -> Value {
        let keys = &self.app.settings.registry().keys;
        keys.iter().filter_map(|key| Some((key.key.clone(), key.example.clone()?))).collect::<Map<_, _>>().into()
    }

    /// Delivers due emails and returns those in the folder, oldest first.
    pub async fn mails(&self) -> Vec<String> {
        tekvwarho::platform::mail::deliver_due(&self.app, uuid::Uuid::nil()).await.unwrap();
        let Ok(entries) = std::fs::read_dir(self.folder.path().join("mail")) else { return Vec::new() };
        let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.into_iter().map(|path| readable(&std::fs::read_to_string(path).unwrap())).collect()
    }
}

/// An email with its quoted-printable encoding removed.
fn readable(raw: &str) -> String {
    let joined = raw.replace("=\r\n", "");
    let mut bytes = Vec::with_capacity(joined.len());
    let mut rest = joined.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = (*first == b'=')
            .then(|| tail.get(..2).and_then(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()))
            .flatten();
        match hex {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
