//! Which pages may open a socket: ours. A browser always says where a page is from, and does not let the page lie
//! (RFC 6455, section 10.2); whoever is no browser can say what it likes, and gains nothing by it.

use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;

use crate::server::config::{PublicUrl, bare_authority};

/// Whether the request's `Origin` is the host that it was sent to, or the public address. Where we encrypt ourselves,
/// a page that was not encrypted is none of ours; where a proxy does, we cannot know.
pub fn is_ours(headers: &HeaderMap, public_url: Option<&PublicUrl>, encrypted: bool) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let Some((scheme, authority)) = text(ORIGIN).and_then(|origin| origin.split_once("://")) else {
        return false;
    };
    if !matches!((scheme, encrypted), ("https", _) | ("http", false)) {
        return false;
    }
    let origin = bare_authority(scheme, authority);
    let is = |ours: &str| origin.eq_ignore_ascii_case(ours);
    text(HOST).is_some_and(|host| is(bare_authority(scheme, host)))
        || public_url.is_some_and(|url| is(url.bare_authority()))
}

/// The host of the page, without port: the name by which its browser finds us.
pub fn page_host(headers: &HeaderMap) -> Option<String> {
    let origin = headers.get(ORIGIN)?.to_str().ok()?;
    host_of(origin.split_once("://")?.1)
}

/// The host that a request was sent to, without port: for programs, which have no origin.
pub fn requested_host(headers: &HeaderMap) -> Option<String> {
    host_of(headers.get(HOST)?.to_str().ok()?)
}

fn host_of(authority: &str) -> Option<String> {
    let authority: Authority = authority.parse().ok()?;
    Some(authority.host().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_and_the_public_address_are_ours_and_nothing_else_is() {
        let cases = [
            ("http://call.example", "call.example", true),
            ("https://call.example", "call.example", true),
            ("https://call.example:443", "call.example", true),
            ("https://call.example", "call.example:443", true),
            ("http://localhost:3000", "localhost:3000", true),
            ("https://public.example", "10.0.0.1:3000", true),
            ("https://evil.example", "call.example", false),
            ("https://sub.call.example", "call.example", false),
            ("https://example", "call.example", false),
            ("https://call.example:8443", "call.example", false),
            ("http://localhost:3001", "localhost:3000", false),
            ("https://call.example.evil.example", "call.example", false),
            ("null", "call.example", false),
            ("", "call.example", false),
            ("call.example", "call.example", false),
            ("file://call.example", "call.example", false),
        ];
        let public = PublicUrl::parse("https://public.example").unwrap();
        for (origin, host, ours) in cases {
            let headers = HeaderMap::from_iter([(ORIGIN, origin.parse().unwrap()), (HOST, host.parse().unwrap())]);
            assert_eq!(is_ours(&headers, Some(&public), false), ours, "{origin} to {host}");
            let encrypted = ours && !origin.starts_with("http:");
            assert_eq!(is_ours(&headers, Some(&public), true), encrypted, "{origin} to {host}, encrypted");
        }
    }

    #[test]
    fn the_host_is_told_without_its_port() {
        for (origin, host) in [("https://call.example:8443", "call.example"), ("http://[::1]:3000", "[::1]")] {
            let headers = HeaderMap::from_iter([(ORIGIN, origin.parse().unwrap())]);
            assert_eq!(page_host(&headers).as_deref(), Some(host));
        }
    }
}
