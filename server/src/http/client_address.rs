//! The client's address: the peer, or what a trusted proxy reports.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use axum::http::HeaderMap;
use ipnet::IpNet;

/// Networks whose `X-Forwarded-For` and `CF-Connecting-IP` are trusted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl FromStr for TrustedProxies {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(|part| {
                part.parse::<IpNet>()
                    .or_else(|_| part.parse::<IpAddr>().map(IpNet::from))
                    .map_err(|_| format!("'{part}' is neither an address nor a network such as 10.0.0.0/8"))
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl TrustedProxies {
    /// True if no proxy is trusted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// True if the peer is a trusted proxy.
    pub fn contain(&self, peer: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&peer.to_canonical()))
    }

    /// The client's address: the nearest one that is not a trusted proxy.
    pub fn client_of(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.contain(peer) {
            return peer;
        }
        let forwarded: Vec<IpAddr> = headers
            .get_all("x-forwarded-for")
            .iter()
            .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            // From the nearest proxy outward. A part that cannot be parsed ends the search: anyone may have written
            // what lies beyond.
            .map_while(|part| address_of(std::str::from_utf8(part).ok()?.trim()))
            .collect();
        let nearest = forwarded.iter().find(|address| !self.contain(**address)).or(forwarded.last());
        // A proxy appends to X-Forwarded-For, but passes a client's CF-Connecting-IP through. The latter is therefore
        // used only if X-Forwarded-For is absent, not if it is empty.
        let cloudflare = || headers.get("cf-connecting-ip").and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let alone = !headers.contains_key("x-forwarded-for");
        nearest.copied().or_else(|| alone.then(cloudflare).flatten()).unwrap_or(peer)
    }
}

/// Parses an address as proxies write it, possibly with a port or in brackets.
fn address_of(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let plain = bare.parse::<IpAddr>().ok();
    plain.or_else(|| text.parse::<SocketAddr>().ok().map(|it| it.ip())).map(|address| address.to_canonical())
}

/// The key for rate limits: an IPv4 address, or the /64 network of an IPv6 address, because one household has a whole
/// /64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AddressKey(IpAddr);

impl std::fmt::Display for AddressKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl From<IpAddr> for AddressKey {
    fn from(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V4(address) => address.into(),
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &str) -> String {
        let proxies: TrustedProxies = "10.0.0.0/8, ::1".parse().expect("networks");
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", forwarded.parse().expect("a header value"));
        proxies.client_of(peer.parse().expect("an address"), &headers).to_string()
    }

    #[test]
    fn forwarded_addresses_count_only_from_trusted_proxies() {
        assert_eq!(client("203.0.113.9", "198.51.100.1"), "203.0.113.9");
        assert_eq!(client("10.1.2.3", "198.51.100.1"), "198.51.100.1");
        assert_eq!(client("10.1.2.3", "1.1.1.1, 198.51.100.1, 10.9.9.9"), "198.51.100.1");
        assert_eq!(client("10.1.2.3", "nonsense"), "10.1.2.3");
        assert_eq!(client("10.1.2.3", "1.1.1.1, nonsense"), "10.1.2.3");
        assert_eq!(client("10.1.2.3", "1.1.1.1, 198.51.100.1:4711"), "198.51.100.1");
        assert_eq!(client("::ffff:10.1.2.3", "198.51.100.1"), "198.51.100.1");
        assert_eq!(client("10.1.2.3", "[2001:db8::1]"), "2001:db8::1");
        assert_eq!(client("10.1.2.3", "[2001:db8::1]:4711"), "2001:db8::1");
    }

    #[test]
    fn a_client_cannot_name_its_own_address() {
        let proxies: TrustedProxies = "10.0.0.1".parse().expect("an address");
        let peer = IpAddr::from([10, 0, 0, 1]);
        let mut headers = HeaderMap::new();
        headers.insert("cf-connecting-ip", "198.51.100.9".parse().expect("a header value"));
        assert_eq!(proxies.client_of(peer, &headers).to_string(), "198.51.100.9");
        headers.insert("x-forwarded-for", "1.1.1.1, 203.0.113.5".parse().expect("a header value"));
        assert_eq!(proxies.client_of(peer, &headers).to_string(), "203.0.113.5");
        // A byte that is not text ends the search at its position, not before.
        let odd = |bytes: &[u8]| axum::http::HeaderValue::from_bytes(bytes).expect("a header value");
        headers.insert("x-forwarded-for", odd(b"9.9.9.9, \xff, 203.0.113.7"));
        assert_eq!(proxies.client_of(peer, &headers).to_string(), "203.0.113.7");
        headers.insert("x-forwarded-for", odd(b"9.8.7.6"));
        headers.append("x-forwarded-for", odd(b"\xff"));
        assert_eq!(proxies.client_of(peer, &headers), peer);
        for nothing in ["unknown", "", "[2001:db8::1", "_hidden"] {
            headers.insert("x-forwarded-for", nothing.parse().expect("a header value"));
            assert_eq!(proxies.client_of(peer, &headers), peer, "{nothing}");
        }
    }

    #[test]
    fn an_ipv6_household_is_one_key() {
        let key = |text: &str| AddressKey::from(text.parse::<IpAddr>().expect("an address"));
        assert_eq!(key("2001:db8::1"), key("2001:db8::ffff:1"));
        assert_ne!(key("2001:db8::1"), key("2001:db8:0:1::1"));
    }
}
