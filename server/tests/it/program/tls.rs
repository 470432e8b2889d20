//! TLS from certificate files, with HTTP/2 by ALPN.

use std::net::SocketAddr;

use tekvwarho::{http, router};
use tokio::net::TcpListener;

use crate::support::TestApp;

#[tokio::test]
async fn the_port_speaks_tls_and_http2() {
    let t = TestApp::new().await;
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (certificate, key) = (t.folder.path().join("cert.pem"), t.folder.path().join("key.pem"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let acceptor = http::serve::tls(&certificate, &key).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address: SocketAddr = listener.local_addr().unwrap();
    tokio::spawn(http::serve::serve(listener, Some(acceptor), router::build(&t.app), t.stop.clone()));
    let trusted = reqwest::Certificate::from_pem(made.cert.pem().as_bytes()).unwrap();
    #[expect(clippy::disallowed_methods, reason = "a client that trusts the certificate of this test")]
    let client = reqwest::Client::builder().tls_certs_only([trusted]).resolve("localhost", address).build().unwrap();
    let answer = client.get(format!("https://localhost:{}/api/health", address.port())).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.version()), (200, reqwest::Version::HTTP_2));
    assert!(http::serve::tls(&key, &key).is_err(), "a key is no certificate");
}
