//! Why mail does not leave, in a word that holds no address and no secret.

use std::error::Error as StdError;
use std::io;

use lettre::transport::smtp;
use serde::Serialize;
use utoipa::ToSchema;

/// Why a mail was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MailFault)]
pub enum Fault {
    /// The name of the mail server leads nowhere.
    NameNotFound,
    /// Nothing listens where the mail server should.
    NotListening,
    /// The mail server does not answer in time.
    Silent,
    /// Nobody whom we trust vouches for the certificate of the mail server.
    Certificate,
    /// The mail server and we do not agree on TLS.
    Tls,
    /// The mail server refuses our name or password.
    SignIn,
    /// The mail server cannot take mail at the moment.
    Busy,
    /// The mail server refuses this mail: its recipient, its sender or its text.
    Rejected,
    /// The folder for mails cannot be written.
    Folder,
    /// The mail cannot be written: its template or a setting is wrong.
    Letter,
    /// Something else; the log of the mail server may tell.
    Other,
}

impl Fault {
    const ALL: [Self; 11] = [
        Self::NameNotFound,
        Self::NotListening,
        Self::Silent,
        Self::Certificate,
        Self::Tls,
        Self::SignIn,
        Self::Busy,
        Self::Rejected,
        Self::Folder,
        Self::Letter,
        Self::Other,
    ];

    /// Faults of the way to the mail server, which all mails meet alike.
    pub const OF_WAY: [Self; 5] = [Self::NameNotFound, Self::NotListening, Self::Certificate, Self::Tls, Self::SignIn];

    /// As it is stored, logged, and named by the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NameNotFound => "name_not_found",
            Self::NotListening => "not_listening",
            Self::Silent => "silent",
            Self::Certificate => "certificate",
            Self::Tls => "tls",
            Self::SignIn => "sign_in",
            Self::Busy => "busy",
            Self::Rejected => "rejected",
            Self::Folder => "folder",
            Self::Letter => "letter",
            Self::Other => "other",
        }
    }

    /// The fault of that name; one of a newer version is [`Self::Other`].
    pub fn of(name: &str) -> Self {
        Self::ALL.into_iter().find(|fault| fault.name() == name).unwrap_or(Self::Other)
    }

    /// In words, for operators.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::NameNotFound => "the name of the mail server cannot be found",
            Self::NotListening => "nothing listens at the address of the mail server",
            Self::Silent => "the mail server does not answer",
            Self::Certificate => {
                "the certificate of the mail server is not trusted; TEKVWARHO_SMTP_CA can name it or its authority"
            }
            Self::Tls => "the mail server and this program do not agree on TLS",
            Self::SignIn => "the mail server refuses the user name or the password",
            Self::Busy => "the mail server cannot take mail at the moment",
            Self::Rejected => "the mail server rejects the mail",
            Self::Folder => "the mail folder cannot be written",
            Self::Letter => "the mail cannot be written; a template or a setting is wrong",
            Self::Other => "the mail server does not take it",
        }
    }

    /// What an SMTP server or the way to it has against a mail. RFC 5321 has the codes, RFC 4954 those of signing in.
    pub fn of_smtp(error: &smtp::Error) -> Self {
        match error.status().map(u16::from) {
            Some(530 | 534 | 535 | 538) => return Self::SignIn,
            Some(550..=553 | 555) => return Self::Rejected,
            Some(421 | 450..=452 | 454 | 455) => return Self::Busy,
            Some(_) => return Self::Other,
            None => {}
        }
        if error.is_timeout() {
            return Self::Silent;
        }
        Self::of_sources(error).unwrap_or(if error.is_tls() { Self::Tls } else { Self::Other })
    }

    /// What SendGrid, or the way to it, has against a mail.
    pub fn of_http(error: &reqwest::Error) -> Self {
        if error.is_timeout() { Self::Silent } else { Self::of_sources(error).unwrap_or(Self::Other) }
    }

    /// The response of SendGrid that is no success.
    pub fn of_status(status: reqwest::StatusCode) -> Self {
        match status.as_u16() {
            401 | 403 => Self::SignIn,
            429 | 500..=599 => Self::Busy,
            _ => Self::Rejected,
        }
    }

    /// The first cause that says what it is.
    fn of_sources(error: &(dyn StdError + 'static)) -> Option<Self> {
        let mut next = Some(error);
        while let Some(cause) = next {
            if let Some(found) = Self::of_cause(cause) {
                return Some(found);
            }
            next = cause.source();
        }
        None
    }

    fn of_cause(cause: &(dyn StdError + 'static)) -> Option<Self> {
        if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
            return Some(match tls {
                rustls::Error::InvalidCertificate(_) => Self::Certificate,
                _ => Self::Tls,
            });
        }
        if let Some(io) = cause.downcast_ref::<io::Error>() {
            // An error inside of one of the system is not among its sources.
            if let Some(found) = io.get_ref().and_then(|inner| Self::of_sources(inner)) {
                return Some(found);
            }
            return match io.kind() {
                io::ErrorKind::ConnectionRefused => Some(Self::NotListening),
                io::ErrorKind::TimedOut | io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
                    Some(Self::Silent)
                }
                // The resolver of the system has no kind of its own.
                _ if io.to_string().contains("lookup") => Some(Self::NameNotFound),
                _ => None,
            };
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_and_new_ones_are_something_else() {
        for fault in Fault::ALL {
            assert_eq!(Fault::of(fault.name()), fault);
        }
        assert_eq!(Fault::of("of a newer version"), Fault::Other);
    }

    #[test]
    fn a_cause_inside_of_another_is_found() {
        let unknown = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
        let of = |error: io::Error| Fault::of_sources(&error);
        assert_eq!(of(io::Error::new(io::ErrorKind::InvalidData, unknown)), Some(Fault::Certificate));
        assert_eq!(of(io::Error::other(rustls::Error::HandshakeNotComplete)), Some(Fault::Tls));
        assert_eq!(of(io::ErrorKind::ConnectionRefused.into()), Some(Fault::NotListening));
        assert_eq!(of(io::ErrorKind::NetworkUnreachable.into()), Some(Fault::Silent));
        assert_eq!(of(io::Error::other("failed to lookup address information: …")), Some(Fault::NameNotFound));
        assert_eq!(of(io::ErrorKind::BrokenPipe.into()), None);
    }

    #[test]
    fn a_status_of_sendgrid_says_what_it_is() {
        let of = |status: u16| Fault::of_status(reqwest::StatusCode::from_u16(status).expect("a status"));
        assert_eq!([of(401), of(403), of(429), of(500), of(599)], {
            let busy = Fault::Busy;
            [Fault::SignIn, Fault::SignIn, busy, busy, busy]
        });
        assert_eq!([of(400), of(413)], [Fault::Rejected; 2]);
    }
}
