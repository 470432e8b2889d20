//! How email is delivered.

use std::fmt;
use std::path::PathBuf;

use clap::Args;
use url::Url;

use super::{SecretUrl, parse};

/// How mail leaves. Without a server, mails are written to `mail/` in the data directory.
#[derive(Clone, Args)]
pub struct MailConfig {
    /// smtp://user:password@host:port or smtps:// (TLS from the start). With smtp://, STARTTLS is used if offered, and
    /// required if a password goes to another machine or a certificate is given.
    #[arg(long, env = "SMTP_URL", hide_env_values = true, global = true)]
    pub smtp_url: Option<SecretUrl>,
    /// Certificates (PEM) to trust for the mail server, besides those of public authorities: of your own authority, or the
    /// server's own.
    #[arg(long, env = "TEKVWARHO_SMTP_CA", global = true, requires = "smtp_url")]
    pub smtp_ca: Option<PathBuf>,
    /// Send through SendGrid's HTTP API instead.
    #[arg(long, env = "SENDGRID_API_KEY", hide_env_values = true, global = true, conflicts_with = "smtp_url")]
    pub sendgrid_api_key: Option<String>,
    /// Where SendGrid's API is; another address is for tests.
    #[arg(long, env = "SENDGRID_API_URL", default_value = "https://api.sendgrid.com", value_parser = parse::public_url, global = true, hide = true)]
    pub sendgrid_api_url: Url,
    /// Sender of all emails, such as `Tekvwarho <hello@example.com>`.  [default: the firm's name and email]
    #[arg(long, env = "TEKVWARHO_MAIL_FROM", global = true)]
    pub mail_from: Option<lettre::message::Mailbox>,
}

/// The configured transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    Folder,
    Smtp,
    SendGrid,
}

impl MailConfig {
    /// The mail server and the sender, without secrets; none if no email leaves the machine.
    pub fn way(&self) -> Option<String> {
        let server = match (self.transport(), &self.smtp_url) {
            (Transport::Smtp, Some(url)) => {
                let url = url.read().ok()?;
                format!("{}:{}", url.host_str().unwrap_or_default(), url.port().unwrap_or_default())
            }
            (Transport::SendGrid, _) => "sendgrid".to_owned(),
            _ => return None,
        };
        let from = self.mail_from.as_ref().map(|from| from.email.to_string()).unwrap_or_default();
        Some(format!("{server} {from}"))
    }

    /// The configured transport.
    pub fn transport(&self) -> Transport {
        match (&self.smtp_url, &self.sendgrid_api_key) {
            (Some(_), _) => Transport::Smtp,
            (None, Some(_)) => Transport::SendGrid,
            (None, None) => Transport::Folder,
        }
    }
}

impl fmt::Debug for MailConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Both transports carry a secret.
        f.debug_struct("MailConfig")
            .field("transport", &self.transport())
            .field("from", &self.mail_from)
            .finish_non_exhaustive()
    }
}
