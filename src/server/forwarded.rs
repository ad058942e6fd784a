//! Whose request it is when a proxy asks for somebody. Proxies that the operator has named are believed, nobody else.
//!
//! Each proxy adds the address that it was asked from at the right, so a list is read from there: the first address that is no
//! trusted proxy's is the client's. What stands left of it is only what the client says.
//!
//! Source: RFC 7239 (`Forwarded`), and the custom that it made a standard of (`X-Forwarded-For`).

use std::net::{IpAddr, SocketAddr};

use axum::http::header::{FORWARDED, HeaderMap, HeaderName};
use ipnet::IpNet;

use super::config::{Proxy, ProxyHeader};
use super::relay::peers::is_special;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address that counts for a request with these headers over a connection from `peer`.
pub fn client_of(peer: IpAddr, headers: &HeaderMap, proxy: &Proxy) -> IpAddr {
    let mut nearest = peer.to_canonical();
    if !is_trusted(nearest, proxy) {
        return nearest;
    }
    let name = match proxy.proxy_header {
        ProxyHeader::XForwardedFor => X_FORWARDED_FOR,
        ProxyHeader::Forwarded => FORWARDED,
    };
    for value in headers.get_all(name).iter().rev() {
        // A value that is no text says nothing, and what stands left of it cannot be trusted either.
        let Ok(value) = value.to_str() else { return nearest };
        for element in value.rsplit(',') {
            let address = match proxy.proxy_header {
                ProxyHeader::XForwardedFor => read_address(element),
                ProxyHeader::Forwarded => for_of(element).and_then(read_address),
            };
            let Some(address) = address else { return nearest };
            nearest = address;
            if !is_trusted(nearest, proxy) {
                return nearest;
            }
        }
    }
    nearest
}

/// Whether connections from there are a proxy's, which brings many people.
pub fn is_trusted(address: IpAddr, proxy: &Proxy) -> bool {
    let address = address.to_canonical();
    proxy.trusted_proxy.iter().any(|network: &IpNet| network.contains(&address))
}

/// Whether somebody near seems to be a proxy that the operator has not named.
pub fn is_overlooked(peer: IpAddr, headers: &HeaderMap, proxy: &Proxy) -> bool {
    let asks_for_others = headers.contains_key(X_FORWARDED_FOR) || headers.contains_key(FORWARDED);
    asks_for_others && is_special(peer.to_canonical()) && !is_trusted(peer, proxy)
}

/// `for` of one element (RFC 7239, section 4). A quoted text with a comma or semicolon in it is no address, so where such a
/// one falls apart does not matter.
fn for_of(element: &str) -> Option<&str> {
    let mut pairs = element.split(';').filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(name, _)| name.eq_ignore_ascii_case("for"))?;
    Some(value.trim_matches('"'))
}

/// An address as proxies write it: bare, in brackets, with or without a port.
fn read_address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bracketed = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let bare = bracketed.unwrap_or(text).parse::<IpAddr>();
    let address = bare.or_else(|_| text.parse::<SocketAddr>().map(|address| address.ip())).ok()?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy(networks: &[&str], proxy_header: ProxyHeader) -> Proxy {
        Proxy { trusted_proxy: networks.iter().map(|network| network.parse().unwrap()).collect(), proxy_header }
    }

    fn client(peer: &str, lines: &[(&'static str, &str)], proxy: &Proxy) -> String {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        client_of(peer.parse().unwrap(), &headers, proxy).to_string()
    }

    #[test]
    fn the_rightmost_address_that_is_no_proxy_counts() {
        let proxy = proxy(&["10.0.0.0/8", "fd00::/8"], ProxyHeader::XForwardedFor);
        let cases = [
            (&["198.41.0.9"][..], "198.41.0.9"),
            (&["198.41.0.9, 10.0.0.7"], "198.41.0.9"),
            (&["1.1.1.1, 198.41.0.9, 10.0.0.7, fd00::1"], "198.41.0.9"),
            (&["1.1.1.1", "198.41.0.9", "10.0.0.7"], "198.41.0.9"),
            (&["10.0.0.9,10.0.0.8"], "10.0.0.9"),
            (&["198.41.0.9:4711"], "198.41.0.9"),
            (&["2606:4700::1"], "2606:4700::1"),
            (&["[2606:4700::1]:4711"], "2606:4700::1"),
            (&["::ffff:198.41.0.9"], "198.41.0.9"),
            (&["1.1.1.1, unknown, 10.0.0.7"], "10.0.0.7"),
            (&["1.1.1.1, "], "10.0.0.1"),
            (&[""], "10.0.0.1"),
            (&[], "10.0.0.1"),
        ];
        for (values, counts) in cases {
            let lines: Vec<_> = values.iter().map(|value| ("x-forwarded-for", *value)).collect();
            assert_eq!(client("10.0.0.1", &lines, &proxy), counts, "{values:?}");
            assert_eq!(client("::ffff:10.0.0.1", &lines, &proxy), counts, "{values:?}");
        }
    }

    #[test]
    fn who_is_no_trusted_proxy_is_not_believed() {
        let lines = [("x-forwarded-for", "198.41.0.9"), ("forwarded", "for=198.41.0.9")];
        for header in [ProxyHeader::XForwardedFor, ProxyHeader::Forwarded] {
            assert_eq!(client("10.0.0.1", &lines, &proxy(&[], header)), "10.0.0.1");
            assert_eq!(client("203.0.113.5", &lines, &proxy(&["10.0.0.0/8"], header)), "203.0.113.5");
        }
    }

    #[test]
    fn a_proxy_that_was_not_named_is_noticed_if_it_is_near() {
        let headers = HeaderMap::from_iter([(X_FORWARDED_FOR, "198.41.0.9".parse().unwrap())]);
        let overlooked = |peer: &str, headers: &HeaderMap, networks: &[&str]| {
            is_overlooked(peer.parse().unwrap(), headers, &proxy(networks, ProxyHeader::XForwardedFor))
        };
        assert!(overlooked("::ffff:127.0.0.1", &headers, &[]) && overlooked("10.0.0.1", &headers, &["10.0.0.2/32"]));
        assert!(!overlooked("127.0.0.1", &headers, &["127.0.0.0/8"]), "it is named");
        assert!(!overlooked("127.0.0.1", &HeaderMap::new(), &[]), "it says nothing of others");
        assert!(!overlooked("203.0.114.5", &headers, &[]), "anybody can say so");
    }

    #[test]
    fn the_standard_header_is_read_where_it_is_asked_for_and_the_other_one_is_not() {
        let standard = proxy(&["10.0.0.0/8"], ProxyHeader::Forwarded);
        let cases = [
            ("for=198.41.0.9", "198.41.0.9"),
            ("For=\"198.41.0.9:4711\";proto=https;by=10.0.0.1", "198.41.0.9"),
            ("proto=https;for=\"[2606:4700::1]:4711\"", "2606:4700::1"),
            ("for=1.1.1.1, for=198.41.0.9;host=a, for=10.0.0.7", "198.41.0.9"),
            ("for=_hidden", "10.0.0.1"),
            ("for=unknown", "10.0.0.1"),
            ("by=198.41.0.9", "10.0.0.1"),
            ("for=\"1.1.1.1, for=2.2.2.2\";x, for=198.41.0.9", "198.41.0.9"),
        ];
        for (value, counts) in cases {
            let lines = [("forwarded", value), ("x-forwarded-for", "1.1.1.1")];
            assert_eq!(client("10.0.0.1", &lines, &standard), counts, "{value}");
        }
        let usual = proxy(&["10.0.0.0/8"], ProxyHeader::XForwardedFor);
        assert_eq!(client("10.0.0.1", &[("forwarded", "for=1.1.1.1")], &usual), "10.0.0.1");
    }
}
