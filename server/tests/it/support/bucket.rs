//! A throw-away bucket with the API of S3: moto, from the Python packages of the tools.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tokio::net::TcpStream;

/// A server with one bucket.
pub struct Bucket {
    server: Child,
    port: u16,
    client: reqwest::Client,
}

/// The flags of its keys.
pub const KEYS: [&str; 4] = ["--aws-access-key-id", "desk", "--aws-secret-access-key", "not-a-secret"];

impl Bucket {
    pub async fn start() -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tools/python");
        // Installs the packages if they are missing; says why if that fails.
        let ready = Command::new(&python).args(["-c", "import moto.server"]).output().unwrap();
        assert!(ready.status.success(), "moto cannot be used: {}", String::from_utf8_lossy(&ready.stderr));
        let server = Command::new(python)
            .args(["-m", "moto.server", "-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        #[expect(clippy::disallowed_methods, reason = "the client of the tests")]
        let bucket = Self { server, port, client: reqwest::Client::new() };
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            assert!(began.elapsed() < Duration::from_mins(1), "moto does not start");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let made = bucket.client.put(bucket.address("desk")).send().await.unwrap();
        assert!(made.status().is_success(), "{}", made.text().await.unwrap());
        bucket
    }

    /// The address for `TEKVWARHO_FILES_URL`.
    pub fn url(&self) -> String {
        format!("s3://desk/front?endpoint=http://127.0.0.1:{}&region=us-east-1", self.port)
    }

    /// The names of all objects.
    pub async fn objects(&self) -> Vec<String> {
        let listed = self.client.get(self.address("desk")).send().await.unwrap().text().await.unwrap();
        let after = listed.split_once("<Key>").map_or("", |(_, after)| after);
        let keys = after.split("<Key>").filter_map(|rest| rest.split_once("</Key>"));
        keys.map(|(key, _)| key.to_owned()).collect()
    }

    fn address(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }

    /// Ends the server: the bucket is out of reach.
    pub fn stop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        self.stop();
    }
}
