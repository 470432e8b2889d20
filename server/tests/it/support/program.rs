//! The built binary, as an operator runs it.

use std::path::Path;
use std::process::{Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, Command};

use super::{Answer, database};

/// An installation in which commands are run.
pub struct Program {
    pub folder: TempDir,
    pub database: String,
}

/// The program while it serves.
pub struct Serving {
    child: Child,
    base: String,
    client: reqwest::Client,
}

/// The output and exit code of a command.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Program {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = database::fresh(folder.path()).await;
        Self { folder, database }
    }

    pub fn data(&self) -> &Path {
        self.folder.path()
    }

    /// A command with its own environment, in a folder without `.env`.
    fn command(&self, words: &[&str], variables: &[(&str, &str)]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tekvwarho"));
        command.args(words).current_dir(self.data()).env_clear().kill_on_drop(true);
        command.env("TEKVWARHO_DATA_DIR", self.data()).env("DATABASE_URL", &self.database).envs(variables.to_vec());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub async fn run(&self, words: &[&str]) -> Said {
        self.run_with(words, &[], "").await
    }

    pub async fn run_with(&self, words: &[&str], variables: &[(&str, &str)], input: &str) -> Said {
        let mut child = self.command(words, variables).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).await.unwrap();
        Said::of(child.wait_with_output().await.unwrap())
    }

    /// A command whose output nobody reads.
    pub async fn run_into_nothing(&self, words: &[&str]) -> Said {
        let mut child = self.command(words, &[]).spawn().unwrap();
        drop(child.stdout.take());
        Said::of(child.wait_with_output().await.unwrap())
    }

    /// Starts the server and waits until it listens.
    pub async fn serve(&self, words: &[&str]) -> Serving {
        let words: Vec<&str> = ["serve", "--listen", "127.0.0.1:0"].iter().chain(words).copied().collect();
        let mut child = self.command(&words, &[]).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.next_line().await.unwrap().unwrap();
        let base = format!("http://{}", line.rsplit(' ').next().unwrap());
        // Keep reading, or the program would block on its output.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let _ = rustls::crypto::ring::default_provider().install_default();
        #[expect(clippy::disallowed_methods, reason = "the client of the tests")]
        let client = reqwest::Client::builder().build().unwrap();
        Serving { child, base, client }
    }
}

impl Serving {
    pub async fn post(&self, path: &str, body: serde_json::Value) -> Answer {
        Answer::of(self.client.post(format!("{}{path}", self.base)).json(&body)).await
    }

    /// Sends SIGTERM.
    pub fn terminate(&self) {
        let id = Pid::from_raw(i32::try_from(self.child.id().unwrap()).unwrap()).unwrap();
        kill_process(id, Signal::TERM).unwrap();
    }

    /// Its exit code.
    pub async fn ended(mut self) -> Option<i32> {
        self.child.wait().await.unwrap().code()
    }
}

impl Said {
    fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }
}
