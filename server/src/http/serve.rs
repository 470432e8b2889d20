//! The listener: HTTP/1.1 on a plain port, HTTP/2 by ALPN under TLS, and a drain that loses nothing.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::activity::Activity;
use super::pipeline::Pipeline;

/// Requests in flight and sockets have this long after a signal; the promise is 10 s for the whole program.
const DRAIN: Duration = Duration::from_secs(7);
/// New connections are still accepted for this long, so that a load balancer sees readiness turn 503 and sends traffic
/// elsewhere.
const GRACE: Duration = Duration::from_secs(1);
/// A client has this long to send a request head.
const HEAD: Duration = Duration::from_secs(15);
/// Maximum number of request headers.
const HEADERS: usize = 64;
/// A client has this long for the TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// A client that reads nothing of what is written to it is disconnected after this time.
const WRITE: Duration = Duration::from_secs(30);
/// A connection that was told to close has this long to finish what it has started.
const FAREWELL: Duration = Duration::from_secs(5);

/// Reads certificate chain and key (PEM) for [`serve`].
pub fn tls(certificate: &Path, key: &Path) -> Result<TlsAcceptor, String> {
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| format!("{}: {error}", certificate.display()))?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| format!("{}: {error}", key.display()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|error| error.to_string())?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Serves connections until `stop`, then finishes what is in flight.
pub async fn serve(listener: TcpListener, tls: Option<TlsAcceptor>, pipeline: Pipeline, stop: CancellationToken) {
    let server = Arc::new(Server { protocols: Protocols::new(), tls, pipeline, ending: CancellationToken::new() });
    let open = TaskTracker::new();
    let closing = async {
        stop.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::pin!(closing);

    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut closing => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let _ = stream.set_nodelay(true);
                let server = server.clone();
                open.spawn(async move { server.answer(stream, peer).await });
            }
            Err(error) => {
                // Most likely out of file descriptors: wait for some to close instead of spinning.
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    server.ending.cancel();
    open.close();
    if tokio::time::timeout(DRAIN, open.wait()).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
}

/// Shared by all connections.
struct Server {
    protocols: Protocols,
    tls: Option<TlsAcceptor>,
    pipeline: Pipeline,
    /// Cancelled when connections should finish their current work and accept nothing new.
    ending: CancellationToken,
}

/// The protocol settings: HTTP/1.1 without TLS, so that nothing has to be detected; with TLS, the negotiated protocol.
struct Protocols {
    plain: http1::Builder,
    agreed: auto::Builder<TokioExecutor>,
}

impl Protocols {
    fn new() -> Self {
        let mut plain = http1::Builder::new();
        plain.timer(TokioTimer::new()).header_read_timeout(HEAD).max_headers(HEADERS);
        let mut agreed = auto::Builder::new(TokioExecutor::new());
        agreed.http1().timer(TokioTimer::new()).header_read_timeout(HEAD).max_headers(HEADERS);
        agreed
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(200)
            .keep_alive_interval(Duration::from_secs(30));
        Self { plain, agreed }
    }
}

impl Server {
    /// Serves one connection. A broken connection is the client's problem.
    async fn answer(&self, stream: TcpStream, peer: SocketAddr) {
        let mut stream = Box::pin(TimeoutStream::new(stream));
        stream.as_mut().set_write_timeout_pinned(Some(WRITE));
        let Some(tls) = &self.tls else {
            let service = service_fn(move |request: Request<Incoming>| async move {
                Ok::<_, Infallible>(self.pipeline.answer(request, peer.ip()).await)
            });
            let connection = self.protocols.plain.serve_connection(TokioIo::new(stream), service).with_upgrades();
            // HTTP/1.1 has a timeout for each head, the first one and those after a response.
            let never = std::future::pending();
            return self.finish(connection, never, http1::UpgradeableConnection::graceful_shutdown).await;
        };
        let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await else { return };
        let activity = Activity::begin();
        let service = service_fn(|request: Request<Incoming>| {
            let (pipeline, activity) = (self.pipeline.clone(), Arc::clone(&activity));
            async move {
                let request = request.map(|body| activity.note_frames(body));
                let response = pipeline.answer(request, peer.ip()).await;
                Ok::<_, Infallible>(response.map(|body| activity.note_frames(body)))
            }
        });
        let connection = self.protocols.agreed.serve_connection_with_upgrades(TokioIo::new(stream), service);
        self.finish(connection, activity.ceased(), auto::UpgradeableConnection::graceful_shutdown).await;
    }

    /// Drives a connection until it closes. If it is idle or the program shuts down, `end` tells it to close, and it
    /// finishes what it has started.
    async fn finish<C: Future>(&self, connection: C, ceased: impl Future<Output = ()>, end: impl FnOnce(Pin<&mut C>)) {
        tokio::pin!(connection);
        let farewell = tokio::select! {
            _ = connection.as_mut() => return,
            () = self.ending.cancelled() => DRAIN,
            () = ceased => FAREWELL,
        };
        end(connection.as_mut());
        let _ = tokio::time::timeout(farewell, connection).await;
    }
}
