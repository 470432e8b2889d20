//! Listening: HTTP/1.1 on a plain port, HTTP/2 by ALPN under TLS, and a drain that loses nothing.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::pipeline::Pipeline;

/// Requests in flight and sockets have this long to end after a signal; the promise is 10 s for the whole program.
const DRAIN: Duration = Duration::from_secs(7);
/// New connections are still answered for this long, so that a load balancer sees readiness turn 503 and looks elsewhere.
const GRACE: Duration = Duration::from_secs(1);
/// A client has this long to send the head of a request.
const HEAD: Duration = Duration::from_secs(15);
/// A client has this long for the TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

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

/// Answers connections until `stop`, then finishes what is in flight.
pub async fn serve(listener: TcpListener, tls: Option<TlsAcceptor>, pipeline: Pipeline, stop: CancellationToken) {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD).max_headers(64);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(200).keep_alive_interval(Duration::from_secs(30));
    // HTTP/2 comes by ALPN; without TLS nobody has to guess the protocol.
    let builder = Arc::new(if tls.is_some() { builder } else { builder.http1_only() });
    let drain = GracefulShutdown::new();
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
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of files, most likely: wait for some to close instead of spinning.
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let _ = stream.set_nodelay(true);
        let (builder, watcher, pipeline, tls) = (builder.clone(), drain.watcher(), pipeline.clone(), tls.clone());
        tokio::spawn(async move {
            match tls {
                None => connection(&builder, watcher, stream, peer, pipeline).await,
                Some(tls) => {
                    if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await {
                        connection(&builder, watcher, stream, peer, pipeline).await;
                    }
                }
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(DRAIN, drain.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
}

async fn connection<S>(
    builder: &Builder<TokioExecutor>,
    watcher: Watcher,
    stream: S,
    peer: SocketAddr,
    pipeline: Pipeline,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request: Request<Incoming>| {
        let pipeline = pipeline.clone();
        async move { Ok::<_, Infallible>(pipeline.answer(request, peer.ip()).await) }
    });
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
    // A connection that breaks is the client's business.
    let _ = watcher.watch(connection).await;
}
