//! A throw-away Redis: one server, three masters of a cluster, or a server with a replica and a Sentinel.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::{TcpStream, UnixStream};

use super::nodes::until;

/// The Redis of one test, in a temporary folder.
pub struct Redis {
    folder: TempDir,
    servers: Vec<Server>,
    url: String,
}

struct Server {
    /// Its address and the rest of its configuration.
    flags: Vec<String>,
    address: Address,
    running: Option<Child>,
}

#[derive(Clone)]
enum Address {
    Socket(PathBuf),
    Port(u16),
}

/// A free port.
fn port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

impl Server {
    fn on_port(flags: &str) -> Self {
        let port = port();
        let mut flags = words(flags);
        flags.extend(words(&format!("--port {port} --bind 127.0.0.1")));
        Self { flags, address: Address::Port(port), running: None }
    }

    fn port(&self) -> u16 {
        match self.address {
            Address::Port(port) => port,
            Address::Socket(_) => panic!("this server has no port"),
        }
    }

    async fn start(&mut self, folder: &Path) {
        let mut command = Command::new("redis-server");
        command.args(&self.flags).args(["--save", "", "--dir"]).arg(folder).stdout(Stdio::null());
        self.running = Some(command.spawn().expect("these tests need redis-server: make test-postgres installs it"));
        let address = &self.address;
        until("Redis answers", async || match address {
            Address::Socket(path) => UnixStream::connect(path).await.is_ok(),
            Address::Port(port) => TcpStream::connect(("127.0.0.1", *port)).await.is_ok(),
        })
        .await;
    }

    /// Kills it, as a machine that loses power does.
    fn stop(&mut self) {
        if let Some(mut server) = self.running.take() {
            server.kill().unwrap();
            server.wait().unwrap();
        }
        if let Address::Socket(path) = &self.address {
            let _ = std::fs::remove_file(path);
        }
    }

    /// What `redis-cli` says.
    fn ask(&self, command: &str) -> String {
        let mut cli = Command::new("redis-cli");
        match &self.address {
            Address::Socket(path) => cli.arg("-s").arg(path),
            Address::Port(port) => cli.args(["-p", &port.to_string()]),
        };
        let said = cli.args(command.split_whitespace()).output().unwrap();
        String::from_utf8(said.stdout).unwrap()
    }
}

impl Redis {
    /// One server, on a socket.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("redis");
        let mut flags = words("--port 0 --unixsocket");
        flags.push(path.display().to_string());
        let server = Server { flags, address: Address::Socket(path.clone()), running: None };
        Self { url: format!("unix://{}", path.display()), folder, servers: vec![server] }.started().await
    }

    /// Three masters that share all keys.
    pub async fn cluster() -> Self {
        let servers: Vec<Server> = (0..3)
            .map(|number| {
                let bus = port();
                Server::on_port(&format!(
                    "--cluster-enabled yes --cluster-port {bus} --cluster-config-file nodes-{number}.conf"
                ))
            })
            .collect();
        let hosts: Vec<String> = servers.iter().map(|it| format!("127.0.0.1:{}", it.port())).collect();
        let url = format!("redis://{}", hosts.join(","));
        let redis = Self { folder: tempfile::tempdir().unwrap(), servers, url }.started().await;
        redis.servers[0].ask(&format!("--cluster create {} --cluster-yes", hosts.join(" ")));
        redis.is_complete().await;
        redis
    }

    /// A server, its replica, and a Sentinel that replaces one with the other within a second.
    pub async fn sentinel() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let first = Server::on_port("");
        let second = Server::on_port(&format!("--replicaof 127.0.0.1 {}", first.port()));
        let file = folder.path().join("sentinel.conf");
        let main = first.port();
        let rules = [
            format!("sentinel monitor main 127.0.0.1 {main} 1"),
            "sentinel down-after-milliseconds main 500".to_owned(),
            "sentinel failover-timeout main 2000".to_owned(),
        ];
        std::fs::write(&file, rules.join("\n")).unwrap();
        let mut watcher = Server::on_port("");
        watcher.flags.insert(0, file.display().to_string());
        watcher.flags.push("--sentinel".to_owned());
        let url = format!("redis+sentinel://127.0.0.1:{}/main", watcher.port());
        let redis = Self { folder, servers: vec![first, second, watcher], url }.started().await;
        until("the Sentinel knows both servers", async || {
            redis.servers[2].ask("sentinel replicas main").contains(&redis.servers[1].port().to_string())
                && redis.servers[1].ask("info replication").contains("master_link_status:up")
        })
        .await;
        redis
    }

    async fn started(mut self) -> Self {
        self.again().await;
        self
    }

    /// The address for `REDIS_URL`.
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// Starts everything after [`Redis::stop`], empty.
    pub async fn again(&mut self) {
        for server in &mut self.servers {
            server.start(self.folder.path()).await;
        }
        if self.url.contains(',') && self.folder.path().join("nodes-0.conf").metadata().is_ok_and(|it| it.len() > 200) {
            self.is_complete().await;
        }
    }

    async fn is_complete(&self) {
        until("the cluster has all its keys", async || {
            self.servers.iter().all(|it| {
                let said = it.ask("cluster info");
                said.contains("cluster_state:ok") && said.contains("cluster_known_nodes:3")
            })
        })
        .await;
    }

    /// Kills all servers.
    pub fn stop(&mut self) {
        self.servers.iter_mut().for_each(Server::stop);
    }

    /// Kills the first server.
    pub fn stop_first(&mut self) {
        self.servers[0].stop();
    }

    /// Forgets all keys.
    pub fn flush(&self) {
        for server in &self.servers {
            assert_eq!(server.ask("flushall").trim(), "OK");
        }
    }

    /// How many keys there are.
    pub fn keys(&self) -> usize {
        self.servers.iter().map(|it| it.ask("dbsize").trim().parse::<usize>().unwrap()).sum()
    }

    /// The names of all keys.
    pub fn names(&self) -> Vec<String> {
        self.servers.iter().flat_map(|it| it.ask("keys *").lines().map(str::to_owned).collect::<Vec<_>>()).collect()
    }

    /// Stops all servers without closing a connection: whatever is asked is not answered.
    pub fn freeze(&self) -> Frozen {
        let ids: Vec<String> =
            self.servers.iter().filter_map(|it| it.running.as_ref()).map(|it| it.id().to_string()).collect();
        signal("-STOP", &ids);
        Frozen(ids)
    }
}

/// Servers that do not answer, until this is dropped.
pub struct Frozen(Vec<String>);

impl Drop for Frozen {
    fn drop(&mut self) {
        signal("-CONT", &self.0);
    }
}

fn signal(which: &str, ids: &[String]) {
    assert!(Command::new("kill").arg(which).args(ids).status().unwrap().success());
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Longer than it takes to notice that a connection swallows everything.
pub const NOTICED: Duration = Duration::from_secs(8);
