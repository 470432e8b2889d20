//! The ways out: SMTP, SendGrid, or a folder when nothing is configured.

use std::path::{Path, PathBuf};
use std::time::Duration;

use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio::io::AsyncWriteExt as _;
use url::Url;

use super::draft::Rendered;
use super::fault::Fault;
use super::outbox::CONNECTIONS;
use super::sendgrid::SendGrid;
use crate::config::{Config, Transport};
use crate::error::Error;
use crate::http::valid::has_plain_name;

/// A server that does not answer in this time is down.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Hands mails to the next server.
pub enum Mailer {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    SendGrid(SendGrid),
    Folder(PathBuf),
}

/// Why a mail was not taken.
#[derive(Debug)]
pub struct SendError {
    /// True when trying again cannot help: the address does not exist, the mail is refused.
    pub permanent: bool,
    /// What the mail server said; it may quote addresses.
    pub reason: String,
    pub fault: Fault,
}

impl SendError {
    /// What it is, and what was said.
    pub fn in_words(&self) -> String {
        format!("{} ({})", self.fault.in_words(), self.reason)
    }

    fn permanent(fault: Fault, reason: impl std::fmt::Display) -> Self {
        Self { permanent: true, reason: reason.to_string(), fault }
    }

    pub(super) fn passing(fault: Fault, reason: impl std::fmt::Display) -> Self {
        Self { permanent: false, reason: reason.to_string(), fault }
    }
}

impl From<Error> for SendError {
    /// A mail that cannot be written waits as well: a template or a setting is wrong, and somebody mends it.
    fn from(error: Error) -> Self {
        Self::passing(Fault::Letter, error)
    }
}

impl Mailer {
    /// The way that the configuration chooses.
    pub fn new(config: &Config) -> Result<Self, String> {
        if config.mail.mail_from.as_ref().is_some_and(|from| !has_plain_name(from.email.as_ref())) {
            return Err("TEKVWARHO_MAIL_FROM has characters before the @ that many mail servers refuse".to_owned());
        }
        match config.mail.transport() {
            Transport::Folder => Ok(Self::Folder(config.data_dir.join("mail"))),
            Transport::SendGrid => {
                let key = config.mail.sendgrid_api_key.clone().unwrap_or_default();
                SendGrid::new(&config.mail.sendgrid_api_url, key).map(Self::SendGrid)
            }
            Transport::Smtp => {
                let url = config.mail.smtp_url.as_ref().ok_or("SMTP_URL is missing")?.read()?;
                smtp(&url, config.mail.smtp_ca.as_deref()).map(Self::Smtp)
            }
        }
    }

    /// Hands one mail over. After it returned well, the next server has it.
    pub async fn send(&self, mail: &Rendered, now: chrono::DateTime<chrono::Utc>) -> Result<(), SendError> {
        match self {
            Self::Folder(folder) => {
                let message = mail.message(now)?;
                let written = write(folder, &mail.message_id, now, &message.formatted()).await;
                written.map_err(|error| SendError::passing(Fault::Folder, error))
            }
            Self::SendGrid(sendgrid) => sendgrid.send(mail).await,
            Self::Smtp(transport) => {
                let message = mail.message(now)?;
                match transport.send(message).await {
                    Ok(_) => Ok(()),
                    // Everything but a refused mail, a wrong password among it, the operator can mend, and the mail waits
                    // for that.
                    Err(error) => Err(match Fault::of_smtp(&error) {
                        Fault::Rejected => SendError::permanent(Fault::Rejected, error),
                        fault => SendError::passing(fault, error),
                    }),
                }
            }
        }
    }
}

/// As many pooled connections as the outbox uses. `smtps` speaks TLS from the start; `smtp` uses STARTTLS where it is offered, and insists on it
/// before a password goes to another machine.
fn smtp(url: &Url, authority: Option<&Path>) -> Result<AsyncSmtpTransport<Tokio1Executor>, String> {
    let host = url.host_str().ok_or("SMTP_URL has no host")?;
    let parameters = || {
        let mut builder = TlsParameters::builder(host.to_owned());
        for certificate in authority.map(certificates).transpose()?.into_iter().flatten() {
            builder = builder.add_root_certificate(certificate);
        }
        builder.build().map_err(|error| error.to_string())
    };
    let local = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    let (tls, port) = match url.scheme() {
        "smtps" => (Tls::Wrapper(parameters()?), 465),
        "smtp" if url.password().is_some() && !local => (Tls::Required(parameters()?), 587),
        "smtp" => (Tls::Opportunistic(parameters()?), 25),
        other => return Err(format!("SMTP_URL starts with {other}://, but must start with smtp:// or smtps://")),
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
        .port(url.port().unwrap_or(port))
        .tls(tls)
        .timeout(Some(TIMEOUT))
        .pool_config(PoolConfig::new().max_size(CONNECTIONS).idle_timeout(Duration::from_secs(30)));
    if let Some(password) = url.password() {
        let decode = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
        builder = builder.credentials(Credentials::new(decode(url.username()), decode(password)));
    }
    Ok(builder.build())
}

fn certificates(file: &Path) -> Result<Vec<Certificate>, String> {
    let name = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let chain = CertificateDer::pem_file_iter(file).map_err(|error| name(&error))?;
    let read = |it: Result<CertificateDer<'_>, _>| {
        let der = it.map_err(|error: rustls::pki_types::pem::Error| name(&error))?;
        Certificate::from_der(der.to_vec()).map_err(|error| name(&error))
    };
    let found: Vec<Certificate> = chain.map(read).collect::<Result<_, _>>()?;
    if found.is_empty() { Err(name(&"it holds no certificate")) } else { Ok(found) }
}

/// Writes a mail as a file that is complete or not there.
async fn write(
    folder: &Path,
    message_id: &str,
    now: chrono::DateTime<chrono::Utc>,
    bytes: &[u8],
) -> std::io::Result<()> {
    tokio::fs::create_dir_all(folder).await?;
    let id: String = message_id.chars().filter(char::is_ascii_hexdigit).take(32).collect();
    let name = format!("{}-{id}.eml", now.format("%Y%m%dT%H%M%S%6f"));
    let draft = folder.join(format!(".{name}"));
    // Mails hold the codes of conversations: they are for this user alone.
    let mut options = tokio::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    options.mode(0o600);
    let mut file = options.open(&draft).await?;
    file.write_all(bytes).await?;
    file.flush().await?;
    drop(file);
    tokio::fs::rename(draft, folder.join(name)).await
}
