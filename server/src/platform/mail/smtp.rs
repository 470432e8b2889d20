//! SMTP: pooled connections to a server that somebody vouches for, or single ones to a server known by its certificate.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{Error, PoolConfig};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use url::Url;

use super::fault::Fault;
use super::outbox::CONNECTIONS;

/// A server that does not answer in this time is down.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The way to one SMTP server.
pub struct Smtp {
    pool: AsyncSmtpTransport<Tokio1Executor>,
    signs_in: bool,
    known: Option<Known>,
}

/// How a server is reached whose own certificate is among those that the operator gave. Such a certificate is trusted as
/// it is, though it may be an authority's, name no machine or have expired, as those of `openssl req -x509` do: the
/// handshake proves its key, which is what counts (RFC 7671, 5.1).
struct Known {
    given: Vec<CertificateDer<'static>>,
    host: String,
    port: u16,
    /// Takes any certificate; it is compared before anything is said that matters.
    tls: TlsParameters,
    from_the_start: bool,
    credentials: Option<Credentials>,
    /// The server has shown another certificate: the pool checks that one, and nobody asks again.
    shows_another: AtomicBool,
}

impl Smtp {
    /// `smtps` speaks TLS from the start; `smtp` uses STARTTLS where it is offered, and insists on it before a password
    /// goes to another machine, or with certificates. `given` is a file of certificates (PEM) to trust besides the public
    /// authorities.
    pub fn new(url: &Url, given: Option<&Path>) -> Result<Self, String> {
        let host = url.host_str().ok_or("SMTP_URL has no host")?;
        let given = given.map(certificates).transpose()?.unwrap_or_default();
        let parameters = || {
            let mut builder = TlsParameters::builder(host.to_owned());
            for der in &given {
                let certificate = Certificate::from_der(der.to_vec()).map_err(|error| error.to_string())?;
                builder = builder.add_root_certificate(certificate);
            }
            builder.build().map_err(|error| error.to_string())
        };
        let local = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
        let (tls, port) = match url.scheme() {
            "smtps" => (Tls::Wrapper(parameters()?), 465),
            "smtp" if url.password().is_some() && !local => (Tls::Required(parameters()?), 587),
            "smtp" if !given.is_empty() => (Tls::Required(parameters()?), 25),
            "smtp" => (Tls::Opportunistic(parameters()?), 25),
            other => return Err(format!("SMTP_URL starts with {other}://, but must start with smtp:// or smtps://")),
        };
        let from_the_start = matches!(tls, Tls::Wrapper(_));
        let port = url.port().unwrap_or(port);
        let credentials = url.password().map(|password| {
            let decode = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
            Credentials::new(decode(url.username()), decode(password))
        });
        let mut pool = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(port)
            .tls(tls)
            .timeout(Some(TIMEOUT))
            .pool_config(PoolConfig::new().max_size(CONNECTIONS).idle_timeout(Duration::from_secs(30)));
        if let Some(credentials) = &credentials {
            pool = pool.credentials(credentials.clone());
        }
        let known = if given.is_empty() {
            None
        } else {
            let any = TlsParameters::builder(host.to_owned()).dangerous_accept_invalid_certs(true);
            let any = any.dangerous_accept_invalid_hostnames(true);
            let tls = any.build().map_err(|error| error.to_string())?;
            let (host, shows_another) = (host.to_owned(), AtomicBool::new(false));
            Some(Known { given, host, port, tls, from_the_start, credentials, shows_another })
        };
        Ok(Self { pool: pool.build(), signs_in: url.password().is_some(), known })
    }

    /// True if there is a password to sign in with.
    pub const fn signs_in(&self) -> bool {
        self.signs_in
    }

    /// Hands one mail over. After it returned well, the server has it.
    pub async fn send(&self, message: Message) -> Result<(), Error> {
        if let Some(mut connection) = self.to_known().await? {
            connection.send(message.envelope(), &message.formatted()).await?;
            connection.abort().await;
            return Ok(());
        }
        let sent = self.pool.send(message).await;
        if let (Some(known), Err(error)) = (&self.known, &sent)
            && Fault::of_smtp(error) == Fault::Certificate
        {
            known.shows_another.store(false, Ordering::Relaxed);
        }
        sent.map(drop)
    }

    /// Whether the server takes a connection, and a sign-in where there is a password.
    pub async fn test(&self) -> Result<bool, Error> {
        match self.to_known().await? {
            Some(mut connection) => Ok(connection.test_connected().await),
            None => self.pool.test_connection().await,
        }
    }

    async fn to_known(&self) -> Result<Option<AsyncSmtpConnection>, Error> {
        match &self.known {
            Some(known) => known.connect().await,
            None => Ok(None),
        }
    }
}

impl Known {
    /// A connection that may send; nothing if the server shows another certificate or offers no TLS.
    async fn connect(&self) -> Result<Option<AsyncSmtpConnection>, Error> {
        if self.shows_another.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let (address, hello) = ((self.host.as_str(), self.port), ClientId::default());
        let wrapper = self.from_the_start.then(|| self.tls.clone());
        let mut connection = AsyncSmtpConnection::connect_tokio1(address, Some(TIMEOUT), &hello, wrapper, None).await?;
        if !self.from_the_start {
            if !connection.can_starttls() {
                connection.abort().await;
                return Ok(None);
            }
            connection.starttls(self.tls.clone(), &hello).await?;
        }
        let shown = CertificateDer::from(connection.peer_certificate()?);
        if !self.given.contains(&shown) {
            self.shows_another.store(true, Ordering::Relaxed);
            connection.abort().await;
            return Ok(None);
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(Some(connection))
    }
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let name = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let chain = CertificateDer::pem_file_iter(file).map_err(|error| name(&error))?;
    let found: Vec<_> = chain.collect::<Result<_, _>>().map_err(|error| name(&error))?;
    if found.is_empty() { Err(name(&"it holds no certificate")) } else { Ok(found) }
}
