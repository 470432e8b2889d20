//! Email over TLS: from the start, by STARTTLS, and never a password in clear text.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use database::entity::outbox::{self, State};
use rcgen::{CertificateParams, Issuer, KeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sea_orm::EntityTrait as _;
use serde_json::json;
use tekvwarho::platform::mail::deliver_due;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio_rustls::TlsAcceptor;
use uuid::Uuid;

use crate::support::TestApp;

/// The TLS mode that the server requires.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tls {
    FromTheStart,
    Starttls,
    Never,
}

/// What the server received on one connection.
#[derive(Default)]
struct Heard {
    /// Commands before TLS.
    plain: Vec<String>,
    /// User name and password, as received.
    credentials: Option<String>,
    mails: usize,
}

struct Certificate {
    acceptor: TlsAcceptor,
    pem: String,
}

/// One for this machine that nobody signed but itself.
fn its_own() -> Certificate {
    let key = KeyPair::generate().unwrap();
    let made = for_server().self_signed(&key).unwrap();
    shown_by_server(&made.pem(), &key, made.pem())
}

/// One for this machine by an authority, whose certificate is the one to trust.
fn by_authority() -> Certificate {
    let (authority, key) = (of_authority(), KeyPair::generate().unwrap());
    let trusted = authority.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(authority, key);
    let key = KeyPair::generate().unwrap();
    let made = for_server().signed_by(&key, &issuer).unwrap();
    shown_by_server(&made.pem(), &key, trusted)
}

/// One as `openssl req -x509 -subj /CN=mail` made it years ago: it says that it is an authority, names no machine where one
/// looks for it, and has expired.
fn of_openssl() -> Certificate {
    let key = KeyPair::generate().unwrap();
    let mut parameters = of_authority();
    parameters.distinguished_name.push(rcgen::DnType::CommonName, "mail");
    parameters.not_after = rcgen::date_time_ymd(2020, 1, 1);
    let made = parameters.self_signed(&key).unwrap();
    shown_by_server(&made.pem(), &key, made.pem())
}

/// One of these that is trusted, on a server that shows the other.
fn another(shown: Certificate, trusted: &Certificate) -> Certificate {
    Certificate { pem: trusted.pem.clone(), ..shown }
}

fn for_server() -> CertificateParams {
    CertificateParams::new(vec!["localhost".to_owned()]).unwrap()
}

fn of_authority() -> CertificateParams {
    let mut parameters = CertificateParams::default();
    parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    parameters
}

fn shown_by_server(pem: &str, key: &KeyPair, trusted: String) -> Certificate {
    let chain = vec![CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    Certificate { acceptor: TlsAcceptor::from(Arc::new(config)), pem: trusted }
}

/// Serves one connection after the other.
async fn serve(listener: TcpListener, acceptor: TlsAcceptor, tls: Tls, heard: Arc<Mutex<Heard>>) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let mut heard = heard.lock().await;
        match tls {
            Tls::FromTheStart => {
                if let Ok(stream) = acceptor.accept(stream).await {
                    talk(stream, &mut heard, false, true).await;
                }
            }
            Tls::Never => drop(talk(stream, &mut heard, false, false).await),
            Tls::Starttls => {
                if let Some(stream) = talk(stream, &mut heard, true, false).await
                    && let Ok(stream) = acceptor.accept(stream).await
                {
                    talk(stream, &mut heard, false, true).await;
                }
            }
        }
    }
}

/// One SMTP session; returns the stream when the client wants TLS.
async fn talk<S: AsyncRead + AsyncWrite + Unpin>(stream: S, heard: &mut Heard, offer: bool, inside: bool) -> Option<S> {
    let mut stream = BufReader::new(stream);
    if !inside || heard.plain.last().is_none_or(|line| line != "STARTTLS") {
        stream.write_all(b"220 localhost\r\n").await.unwrap();
    }
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return None;
        }
        let command = line.trim_end().to_owned();
        if !inside {
            heard.plain.push(command.clone());
        }
        let mut words = command.split([' ', ':']);
        let answer = match words.next().unwrap_or_default() {
            "EHLO" if offer => "250-localhost\r\n250 STARTTLS\r\n",
            "EHLO" => "250-localhost\r\n250 AUTH PLAIN\r\n",
            "STARTTLS" => {
                stream.write_all(b"220 go on\r\n").await.unwrap();
                return Some(stream.into_inner());
            }
            "AUTH" => {
                let secret = STANDARD.decode(command.rsplit(' ').next().unwrap()).unwrap();
                let secret = heard.credentials.insert(String::from_utf8(secret).unwrap());
                if secret.ends_with("wrong") { "535 who are you\r\n" } else { "235 welcome\r\n" }
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await.unwrap();
                while line != ".\r\n" {
                    line.clear();
                    stream.read_line(&mut line).await.unwrap();
                }
                heard.mails += 1;
                // Emails are delivered concurrently: the next connection waits for this one.
                stream.write_all(b"250 taken\r\n").await.unwrap();
                return None;
            }
            "QUIT" => "221 bye\r\n",
            _ => "250 ok\r\n",
        };
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return None;
        }
    }
}

/// Two emails of one message to such a server: what it received, and the state of the emails.
async fn send(scheme: &str, host: &str, tls: Tls, shown: &Certificate, trusted: bool) -> (Heard, Vec<State>) {
    let (heard, rows) = send_with(shown, "s%40lt", scheme, host, tls, trusted).await;
    (heard, rows.into_iter().map(|row| row.state).collect())
}

/// The same with another password; returns the mails themselves.
async fn send_with(
    shown: &Certificate,
    password: &str,
    scheme: &str,
    host: &str,
    tls: Tls,
    trusted: bool,
) -> (Heard, Vec<outbox::Model>) {
    let listener = TcpListener::bind((if host == "localhost" { "127.0.0.1" } else { host }, 0)).await.unwrap();
    let url = format!("{scheme}://desk:{password}@{host}:{}", listener.local_addr().unwrap().port());
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &shown.pem).unwrap();
    let mut flags = vec!["--smtp-url", &url];
    if trusted {
        flags.extend(["--smtp-ca", file.path().to_str().unwrap()]);
    }
    let t = TestApp::with(&flags).await;
    t.send_message(json!({})).await;
    let heard = Arc::new(Mutex::new(Heard::default()));
    let server = tokio::spawn(serve(listener, shown.acceptor.clone(), tls, heard.clone()));
    deliver_due(&t.app, Uuid::nil()).await.unwrap();
    let rows = outbox::Entity::find().all(t.app.storage.read()).await.unwrap();
    server.abort();
    let heard = std::mem::take(&mut *heard.lock().await);
    (heard, rows)
}

#[tokio::test]
async fn what_keeps_mail_here_is_known_by_its_kind() {
    let cases = [
        ("s%40lt", "smtps", Tls::FromTheStart, false, "certificate"),
        ("s%40lt", "smtp", Tls::Starttls, false, "certificate"),
        ("s%40lt", "smtps", Tls::Never, true, "tls"),
        ("s%40lt", "smtps", Tls::Never, false, "tls"),
        ("wrong", "smtps", Tls::FromTheStart, true, "sign_in"),
    ];
    for (password, scheme, tls, trusted, fault) in cases {
        let (_, rows) = send_with(&its_own(), password, scheme, "localhost", tls, trusted).await;
        // What both mails may meet once the server of this test has ended is another matter.
        assert!(rows.iter().any(|row| row.fault.as_deref() == Some(fault)), "{fault}: {rows:?}");
    }
    let t = TestApp::with(&["--smtp-url", "smtp://nowhere.invalid"]).await;
    t.send_message(json!({})).await;
    deliver_due(&t.app, Uuid::nil()).await.unwrap();
    let row = outbox::Entity::find().one(t.app.storage.read()).await.unwrap().unwrap();
    assert_eq!(row.fault.as_deref(), Some("name_not_found"), "{:?}", row.last_error);
}

#[tokio::test]
async fn smtps_speaks_tls_from_the_first_byte() {
    for shown in [its_own(), by_authority(), of_openssl()] {
        let (heard, states) = send("smtps", "localhost", Tls::FromTheStart, &shown, true).await;
        assert_eq!(states, [State::Sent, State::Sent]);
        assert_eq!((heard.mails, heard.plain.len()), (2, 0));
        assert_eq!(heard.credentials.as_deref(), Some("\0desk\0s@lt"));
    }
}

#[tokio::test]
async fn starttls_comes_before_the_password() {
    for shown in [its_own(), by_authority(), of_openssl()] {
        let (heard, states) = send("smtp", "localhost", Tls::Starttls, &shown, true).await;
        assert_eq!(states, [State::Sent, State::Sent]);
        let of_start = |line: &String| line.starts_with("EHLO") || line == "STARTTLS" || line == "QUIT";
        assert!(heard.plain.iter().all(of_start), "{:?}", heard.plain);
        assert_eq!(heard.credentials.as_deref(), Some("\0desk\0s@lt"));
    }
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_gets_no_mail() {
    let (own, signed, old) = (its_own(), by_authority(), of_openssl());
    let cases = [
        (&own, false),
        (&signed, false),
        (&old, false),
        // What is given is of another server or of another authority.
        (&another(its_own(), &own), true),
        (&another(of_openssl(), &old), true),
        (&another(by_authority(), &signed), true),
    ];
    for (shown, trusted) in cases {
        for (scheme, tls) in [("smtps", Tls::FromTheStart), ("smtp", Tls::Starttls)] {
            let (heard, rows) = send_with(shown, "s%40lt", scheme, "localhost", tls, trusted).await;
            assert_eq!((heard.mails, heard.credentials), (0, None));
            for row in rows {
                assert_eq!((row.state, row.fault.as_deref()), (State::Pending, Some("certificate")));
            }
        }
    }
}

#[tokio::test]
async fn with_a_certificate_mail_leaves_only_inside_tls() {
    // On this machine too: what listens here may be a tunnel.
    let (heard, states) = send("smtp", "localhost", Tls::Never, &its_own(), true).await;
    assert_eq!((heard.mails, heard.credentials), (0, None));
    assert_eq!(states, [State::Pending, State::Pending]);
    let (heard, states) = send("smtp", "localhost", Tls::Never, &its_own(), false).await;
    assert_eq!((heard.mails, heard.credentials.is_some()), (2, true));
    assert_eq!(states, [State::Sent, State::Sent]);
}

#[tokio::test]
async fn a_password_goes_to_another_machine_only_inside_tls() {
    // All of 127/8 is this machine, but only its usual names count as local.
    for trusted in [true, false] {
        let (heard, states) = send("smtp", "127.0.0.2", Tls::Never, &its_own(), trusted).await;
        assert_eq!((heard.mails, heard.credentials), (0, None));
        assert_eq!(states, [State::Pending, State::Pending]);
    }
}
