//! Parsing of process settings, and the error messages.

use std::convert::Infallible;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs as _};
use std::str::FromStr;

use url::Url;

/// A URL that can contain a password. It is kept as typed and parsed later, because the command-line parser repeats
/// what it cannot parse.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretUrl(String);

impl SecretUrl {
    /// The text, secrets included.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Parses it as a URL with a host.
    ///
    /// # Errors
    /// Says what is wrong, without the URL.
    pub fn read(&self) -> Result<Url, String> {
        if self.0.trim().is_empty() {
            return Err("it is empty; remove it, or give it a value".to_owned());
        }
        let with_host = |url: Url| if url.has_host() { Ok(url) } else { Err("it has no host".to_owned()) };
        Url::parse(&self.0).map_err(|error| error.to_string()).and_then(with_host)
    }
}

impl FromStr for SecretUrl {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// Where to listen: an address with its port, a port alone (this machine only), `:8080` (all networks), or a host name.
pub fn listen(text: &str) -> Result<SocketAddr, String> {
    let port = |text: &str| text.parse::<u16>().ok();
    let known = text
        .parse()
        .ok()
        .or_else(|| Some((IpAddr::from(Ipv4Addr::LOCALHOST), port(text)?).into()))
        .or_else(|| Some((IpAddr::from(Ipv4Addr::UNSPECIFIED), port(text.strip_prefix(':')?)?).into()));
    let named = || {
        let mut found: Vec<SocketAddr> = text.to_socket_addrs().ok()?.collect();
        found.sort_by_key(SocketAddr::is_ipv6);
        found.into_iter().next()
    };
    known.or_else(named).ok_or_else(|| {
        "this must be an address and a port, such as 127.0.0.1:8080 or localhost:8080, or a port".to_owned()
    })
}

/// The URL that visitors type.
pub fn public_url(text: &str) -> Result<Url, String> {
    let whole = |url: &Url| matches!(url.scheme(), "http" | "https") && url.has_host();
    Ok(Url::parse(text).ok().filter(whole).ok_or("this must be a full address, such as https://example.com")?)
}

/// True if the URL holds a user name or a password. It stands in every mail and in the log, and must not. Asked after
/// parsing, because the parser of the command line repeats what it refuses.
pub fn holds_secret(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_never_repeated() {
        for text in ["smtp://user:geheim@mail.example.com:58x7", "postgres://u:p#geheim@host/db", "user:geheim", ""] {
            let error = SecretUrl(text.to_owned()).read().expect_err(text);
            assert!(!error.contains("geheim") && !error.is_empty(), "{error}");
        }
        let fine = SecretUrl("smtp://user:geheim@mail.example.com".to_owned());
        assert_eq!(fine.read().expect("an address").host_str(), Some("mail.example.com"));
        assert_eq!(format!("{fine:?}"), "…");
    }

    #[test]
    fn a_port_is_enough_to_listen() {
        let at = |text: &str| listen(text).map(|it| it.to_string()).unwrap_or_default();
        assert_eq!(at("8080"), "127.0.0.1:8080");
        assert_eq!(at(":8080"), "0.0.0.0:8080");
        assert_eq!(at("localhost:8080"), "127.0.0.1:8080");
        assert_eq!(at("[::]:8080"), "[::]:8080");
        assert_eq!(at("192.0.2.1:80"), "192.0.2.1:80");
        for wrong in ["", "x", ":", "70000", "127.0.0.1"] {
            assert!(listen(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_public_address_is_whole() {
        assert!(public_url("https://example.com").is_ok() && public_url("http://localhost:5500").is_ok());
        for wrong in ["example.com", "localhost:5500", "ftp://example.com", "/", ""] {
            assert!(public_url(wrong).expect_err(wrong).contains("https://example.com"), "{wrong}");
        }
        for secret in ["https://user:geheim@example.com", "https://geheim@example.com"] {
            assert!(holds_secret(&public_url(secret).expect("an address")), "{secret}");
        }
        assert!(!holds_secret(&public_url("https://example.com/a@b").expect("an address")));
    }
}
