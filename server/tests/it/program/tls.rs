//! TLS from certificate files, with HTTP/2 by ALPN.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rcgen::CertifiedKey;
use rustls::pki_types::ServerName;
use tekvwarho::{http, router};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::support::TestApp;

/// A port that speaks TLS.
async fn listening(t: &TestApp) -> (SocketAddr, CertifiedKey<rcgen::KeyPair>) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (certificate, key) = (t.folder.path().join("cert.pem"), t.folder.path().join("key.pem"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let acceptor = http::serve::tls(&certificate, &key).unwrap();
    assert!(http::serve::tls(&key, &key).is_err(), "a key is no certificate");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(http::serve::serve(listener, Some(acceptor), router::build(&t.app), t.stop.clone()));
    (address, made)
}

#[tokio::test]
async fn the_port_speaks_tls_and_http2() {
    let t = TestApp::new().await;
    let (address, made) = listening(&t).await;
    let trusted = reqwest::Certificate::from_pem(made.cert.pem().as_bytes()).unwrap();
    #[expect(clippy::disallowed_methods, reason = "a client that trusts the certificate of this test")]
    let client = reqwest::Client::builder().tls_certs_only([trusted]).resolve("localhost", address).build().unwrap();
    let answer = client.get(format!("https://localhost:{}/api/health", address.port())).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.version()), (200, reqwest::Version::HTTP_2));
}

/// An HTTP/2 connection on which nothing was sent yet.
async fn connected(address: SocketAddr, made: &CertifiedKey<rcgen::KeyPair>) -> TlsStream<TcpStream> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let mut config = rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let stream = TcpStream::connect(address).await.unwrap();
    TlsConnector::from(Arc::new(config)).connect(ServerName::try_from("localhost").unwrap(), stream).await.unwrap()
}

#[tokio::test]
async fn a_connection_that_asks_for_nothing_ends() {
    let t = TestApp::new().await;
    let (address, made) = listening(&t).await;
    let began = Instant::now();
    let ends = async |said: &[u8]| {
        let mut line = connected(address, &made).await;
        line.write_all(said).await.unwrap();
        let mut rest = Vec::new();
        // Closed with or without a TLS close_notify.
        let _ = line.read_to_end(&mut rest).await;
        began.elapsed()
    };
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    let all = async { tokio::join!(ends(b""), ends(&preface[..10]), ends(preface)) };
    let (silent, half, settings) =
        tokio::time::timeout(Duration::from_secs(40), all).await.expect("they stay for ever");
    for took in [silent, half, settings] {
        assert!(took >= Duration::from_secs(14), "{took:?}");
    }
}
