//! Where Redis is: one server, the one that Sentinels call the master, or a cluster.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::cluster::ClusterClientBuilder;
use redis::cluster_async::ClusterConnection;
use redis::sentinel::{Sentinel, SentinelNodeConnectionInfo};
use redis::{
    AsyncConnectionConfig, Client, Cmd, ConnectionAddr, ConnectionInfo, ErrorKind, IntoConnectionInfo, Pipeline,
    ProtocolVersion, PushInfo, RedisConnectionInfo, RedisError, RedisFuture, RedisResult, TlsMode, Value,
};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// A Redis that takes longer is down.
const PATIENCE: Duration = Duration::from_secs(2);

const ENCODE: &str = "percent-encode , @ / # and % in the password";
/// Where a Sentinel listens unless its address says otherwise.
const SENTINEL_PORT: u16 = 26_379;

/// How to reach Redis. All connections speak RESP3, so that one connection carries commands and events: Redis 6 or
/// newer, and 7 for a cluster, whose events use its sharded channels.
pub enum Servers {
    One(ConnectionInfo),
    Sentinels {
        sentinels: Vec<ConnectionInfo>,
        master: String,
        /// How to sign in to the servers that the Sentinels name, and whether they speak TLS.
        settings: RedisConnectionInfo,
        tls: Option<TlsMode>,
        /// Which Sentinel is asked first: another one after each attempt, because one may swallow everything.
        next: AtomicUsize,
    },
    Cluster(Vec<ConnectionInfo>),
}

/// A connection, and what Redis sends on it by itself.
pub struct Connected {
    pub connection: Connection,
    pub pushes: UnboundedReceiver<PushInfo>,
}

/// A connection that many tasks can use at once. Cheap to clone.
#[derive(Clone)]
pub enum Connection {
    One(MultiplexedConnection),
    Cluster(ClusterConnection),
}

/// Checks the address of a Redis without connecting to it.
///
/// # Errors
/// Says what is wrong, without the address: it can contain a password.
pub fn check_redis_url(url: &str) -> Result<(), String> {
    Servers::parse(url).map(drop)
}

impl Servers {
    /// Reads `redis://` and `rediss://` addresses; several separated by commas are nodes of a cluster; with
    /// `redis+sentinel://host:port,host:port/master`, Sentinels name the server. A user name and password before the
    /// first host are for the servers.
    ///
    /// # Errors
    /// Says what is wrong, without the address: it can contain a password.
    pub fn parse(url: &str) -> Result<Self, String> {
        for (prefix, scheme, tls) in
            [("redis+sentinel://", "redis", None), ("rediss+sentinel://", "rediss", Some(TlsMode::Secure))]
        {
            if let Some(rest) = url.strip_prefix(prefix) {
                return sentinels(rest, scheme, tls).ok_or_else(|| {
                    format!("it looks like redis+sentinel://:password@host:26379,host:26379/master; {ENCODE}")
                });
            }
        }
        if url.trim().is_empty() {
            return Err("it is empty; remove it, or give it a value".to_owned());
        }
        if url.contains(',') && !url.starts_with("unix:") {
            return nodes(url)
                .map(Self::Cluster)
                .ok_or_else(|| format!("a cluster looks like redis://:password@host:6379,host:6379; {ENCODE}"));
        }
        one(url).map(Self::One).ok_or_else(|| format!("it looks like redis://:password@host:6379; {ENCODE}"))
    }

    /// Connects, with patience.
    ///
    /// # Errors
    /// No server answers in time, or what answers is not usable.
    pub async fn connect(&self) -> RedisResult<Connected> {
        let (sender, pushes) = unbounded_channel();
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE))
            .set_push_sender(sender.clone());
        let connecting = async {
            Ok(match self {
                Self::One(server) => {
                    let client = Client::open(server.clone())?;
                    Connection::One(client.get_multiplexed_async_connection_with_config(&config).await?)
                }
                Self::Sentinels { sentinels, master, settings, tls, next } => {
                    let mut sentinels = sentinels.clone();
                    let first = next.fetch_add(1, Ordering::Relaxed) % sentinels.len();
                    sentinels.rotate_left(first);
                    let mut servers = SentinelNodeConnectionInfo::default().set_redis_connection_info(settings.clone());
                    if let Some(tls) = tls {
                        servers = servers.set_tls_mode(*tls);
                    }
                    let client = Sentinel::build(sentinels)?.async_master_for(master, Some(&servers)).await?;
                    Connection::One(client.get_multiplexed_async_connection_with_config(&config).await?)
                }
                Self::Cluster(nodes) => {
                    let client = ClusterClientBuilder::new(nodes.clone())
                        .use_protocol(ProtocolVersion::RESP3)
                        .connection_timeout(PATIENCE)
                        .response_timeout(PATIENCE)
                        .retries(2)
                        .push_sender(sender)
                        .build()?;
                    Connection::Cluster(client.get_async_connection().await?)
                }
            })
        };
        Ok(Connected { connection: in_time(2 * PATIENCE, connecting).await?, pushes })
    }

    /// Asks Redis for a sign of life.
    ///
    /// # Errors
    /// It does not answer in time.
    pub async fn ping(&self) -> Result<(), String> {
        let asked = async { self.connect().await?.connection.is_alive("tekvwarho").await };
        asked.await.map_err(|error| words(&error))
    }
}

/// One address, with the protocol that this program speaks.
fn one(url: &str) -> Option<ConnectionInfo> {
    let info = url.into_connection_info().ok()?;
    let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
    Some(info.set_redis_settings(settings))
}

/// The nodes of a cluster. What is before the first host counts for all.
fn nodes(url: &str) -> Option<Vec<ConnectionInfo>> {
    let (scheme, rest) = url.split_once("://").filter(|(scheme, _)| ["redis", "rediss"].contains(scheme))?;
    let (login, hosts) = rest.rsplit_once('@').map_or(("", rest), |(login, hosts)| (login, hosts));
    let login = if login.is_empty() { String::new() } else { format!("{login}@") };
    hosts.split(',').map(|host| one(&format!("{scheme}://{login}{host}")).filter(|_| !host.is_empty())).collect()
}

/// Everything after `redis+sentinel://`.
fn sentinels(rest: &str, scheme: &str, tls: Option<TlsMode>) -> Option<Servers> {
    let (login, rest) = rest.rsplit_once('@').map_or(("", rest), |(login, rest)| (login, rest));
    let (hosts, master) = rest.split_once('/').filter(|(_, master)| !master.is_empty() && !master.contains('/'))?;
    let with_port = |host: &str| {
        let info = one(&format!("{scheme}://{host}")).filter(|_| !host.is_empty())?;
        let addr = match info.addr().clone() {
            ConnectionAddr::Tcp(name, _) if !has_port(host) => ConnectionAddr::Tcp(name, SENTINEL_PORT),
            other => other,
        };
        Some(info.set_addr(addr))
    };
    let sentinels = hosts.split(',').map(with_port).collect::<Option<Vec<_>>>()?;
    let login = if login.is_empty() { String::new() } else { format!("{login}@") };
    let server = one(&format!("redis://{login}server"))?;
    let settings = server.redis_settings().clone();
    Some(Servers::Sentinels { sentinels, master: master.to_owned(), settings, tls, next: AtomicUsize::new(0) })
}

/// True if a port follows the host, which can be an IPv6 address in brackets.
fn has_port(host: &str) -> bool {
    host.rsplit_once(':').is_some_and(|(_, port)| port.chars().all(|it| it.is_ascii_digit()))
}

impl Connection {
    /// Starts the events of a channel, which come as pushes.
    pub async fn subscribe(&mut self, channel: &str) -> RedisResult<()> {
        match self {
            Self::One(connection) => connection.subscribe(channel).await,
            Self::Cluster(connection) => connection.ssubscribe(channel).await,
        }
    }

    /// Sends an event to all who listen to the channel.
    pub async fn publish(&mut self, channel: &str, body: Vec<u8>) -> RedisResult<()> {
        let command = if matches!(self, Self::One(_)) { "PUBLISH" } else { "SPUBLISH" };
        in_time(PATIENCE, redis::cmd(command).arg(channel).arg(body).exec_async(self)).await
    }

    /// Checks the way to the server that has the channel: a line that swallows everything closes nothing.
    pub async fn is_alive(&mut self, channel: &str) -> RedisResult<()> {
        let command = match self {
            Self::One(_) => redis::cmd("PING"),
            // In a cluster, a command goes to the server of its key.
            Self::Cluster(_) => redis::cmd("EXISTS").arg(channel).clone(),
        };
        in_time(PATIENCE, command.exec_async(self)).await
    }
}

impl ConnectionLike for Connection {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        match self {
            Self::One(connection) => connection.req_packed_command(cmd),
            Self::Cluster(connection) => connection.req_packed_command(cmd),
        }
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        match self {
            Self::One(connection) => connection.req_packed_commands(pipeline, offset, count),
            Self::Cluster(connection) => connection.req_packed_commands(pipeline, offset, count),
        }
    }

    fn get_db(&self) -> i64 {
        match self {
            Self::One(connection) => connection.get_db(),
            Self::Cluster(connection) => connection.get_db(),
        }
    }
}

/// Gives up on what takes too long.
pub async fn in_time<T>(patience: Duration, work: impl Future<Output = RedisResult<T>>) -> RedisResult<T> {
    tokio::time::timeout(patience, work)
        .await
        .unwrap_or_else(|_| Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()))
}

/// What is wrong, in our words: those of a server can repeat what it was sent, the password for example.
pub fn words(error: &RedisError) -> String {
    match (error.kind(), error.code()) {
        (ErrorKind::AuthenticationFailed, _) | (_, Some("NOAUTH" | "WRONGPASS")) => {
            "it refuses the user name or password".to_owned()
        }
        (ErrorKind::MasterNameNotFoundBySentinel, _) => "no Sentinel knows a server by that name".to_owned(),
        (ErrorKind::RESP3NotSupported, _) => "it is older than Redis 6".to_owned(),
        (ErrorKind::ClusterConnectionNotFound, _) => "the server of that part of the cluster is gone".to_owned(),
        _ if error.is_timeout() => "it does not answer in time".to_owned(),
        _ if error.is_connection_refusal() => "nothing listens there".to_owned(),
        (_, Some(code)) if code.chars().all(|it| it.is_ascii_uppercase()) && code.len() <= 16 => {
            format!("it says {code}")
        }
        _ if error.is_io_error() => "the connection was lost".to_owned(),
        _ => "what answers there is no Redis that works".to_owned(),
    }
}

/// True if a server does not write: it is a replica, since a Sentinel named another one.
pub fn is_replica(error: &RedisError) -> bool {
    error.code() == Some("READONLY")
}

/// The connection cannot be used any more.
pub fn lost(why: &'static str) -> RedisError {
    RedisError::from((ErrorKind::Io, why))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hosts and ports, and whether the address has a password.
    fn read(url: &str) -> (&'static str, Vec<String>, bool) {
        let secret = |info: &ConnectionInfo| info.redis_settings().password() == Some("secret");
        let address = |info: &ConnectionInfo| info.addr().to_string();
        match Servers::parse(url).unwrap_or_else(|why| panic!("{url}: {why}")) {
            Servers::One(server) => ("one", vec![address(&server)], secret(&server)),
            Servers::Cluster(nodes) => ("cluster", nodes.iter().map(address).collect(), nodes.iter().all(secret)),
            Servers::Sentinels { sentinels, master, settings, .. } => {
                let hosts = sentinels.iter().map(address).chain([master]).collect();
                assert!(sentinels.iter().all(|it| !secret(it)), "the password is for the servers");
                ("sentinels", hosts, settings.password() == Some("secret"))
            }
        }
    }

    #[test]
    fn each_form_of_address_is_read() {
        let hosts = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        for (url, kind, addresses, secret) in [
            ("redis://localhost", "one", hosts(&["localhost:6379"]), false),
            ("rediss://:secret@redis.example:6380/1", "one", hosts(&["redis.example:6380"]), true),
            ("unix:///run/redis.sock", "one", hosts(&["/run/redis.sock"]), false),
            ("redis://a:7001,b:7002,c", "cluster", hosts(&["a:7001", "b:7002", "c:6379"]), false),
            ("redis://user:secret@a,b", "cluster", hosts(&["a:6379", "b:6379"]), true),
            ("redis+sentinel://a:26379,b/main", "sentinels", hosts(&["a:26379", "b:26379", "main"]), false),
            ("rediss+sentinel://:secret@a:5/main", "sentinels", hosts(&["a:5", "main"]), true),
            ("redis+sentinel://127.0.0.77,s1/m", "sentinels", hosts(&["127.0.0.77:26379", "s1:26379", "m"]), false),
            ("redis://:se%63ret@a", "one", hosts(&["a:6379"]), true),
            ("unix:///a,b/redis.sock", "one", hosts(&["/a,b/redis.sock"]), false),
        ] {
            assert_eq!(read(url), (kind, addresses, secret), "{url}");
        }
    }

    #[test]
    fn what_a_server_says_is_not_repeated() {
        let says = |kind, detail: &str| words(&RedisError::from((kind, "refused", detail.to_owned())));
        assert_eq!(says(ErrorKind::AuthenticationFailed, "AUTH secret"), "it refuses the user name or password");
        for kind in [ErrorKind::Io, ErrorKind::Parse, ErrorKind::Client, ErrorKind::Extension] {
            assert!(!says(kind, "unknown command HELLO 3 AUTH default secret").contains("secret"));
        }
        let read_only = RedisError::from((ErrorKind::Server(redis::ServerErrorKind::ReadOnly), "a replica"));
        assert!(is_replica(&read_only) && !is_replica(&lost("gone")));
        assert_eq!(words(&read_only), "it says READONLY");
        assert_eq!(words(&std::io::Error::from(std::io::ErrorKind::TimedOut).into()), "it does not answer in time");
    }

    #[test]
    fn an_address_is_refused_without_repeating_it() {
        for bad in [
            "",
            "http://secret",
            "redis://secret@a,redis://b",
            "redis://secret@a,,b",
            "http://secret@a,b",
            "redis+sentinel://secret@a",
            "redis+sentinel://secret@a/",
            "redis+sentinel://secret@a/main/0",
            "redis+sentinel://secret@a,/main",
        ] {
            let refused = check_redis_url(bad).expect_err(bad);
            assert!(!refused.contains("secret"), "{refused}");
        }
    }
}
