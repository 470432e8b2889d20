//! The ways out: SMTP, SendGrid, or a folder when nothing is configured.

use std::path::{Path, PathBuf};

use tokio::io::AsyncWriteExt as _;

use super::draft::Rendered;
use super::fault::Fault;
use super::sendgrid::SendGrid;
use super::smtp::Smtp;
use crate::config::{Config, Transport};
use crate::error::Error;
use crate::http::valid::has_plain_name;

/// Hands mails to the next server.
pub enum Mailer {
    Smtp(Smtp),
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
                Smtp::new(&url, config.mail.smtp_ca.as_deref()).map(Self::Smtp)
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
            Self::Smtp(smtp) => {
                let message = mail.message(now)?;
                // Everything but a refused mail, a wrong password among it, the operator can mend, and the mail waits
                // for that.
                smtp.send(message).await.map_err(|error| match Fault::of_smtp(&error) {
                    Fault::Rejected => SendError::permanent(Fault::Rejected, error),
                    fault => SendError::passing(fault, error),
                })
            }
        }
    }
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
