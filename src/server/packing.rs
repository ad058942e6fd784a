//! Packs pages for the way (RFC 9110, section 8.4). Files are packed when the executable is built: see
//! [`super::assets`]. A page's nonce is new each time, so packing it beside the address tells an attacker nothing.

use std::io::Write;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap, HeaderValue, VARY};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::headers::is_html;

/// Pages are some kilobytes; one that is larger than this is a fault of ours.
const MAX_PAGE_BYTES: usize = 1024 * 1024;
/// Beyond this, brotli takes more time than the bytes are worth.
const BROTLI_QUALITY: u32 = 5;
const BROTLI_WINDOW_BITS: u32 = 18;

/// How bytes are packed, the better first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// RFC 7932.
    Brotli,
    /// RFC 1952.
    Gzip,
}

impl Coding {
    /// What a client with these headers accepts, the best first.
    pub fn accepted(headers: &HeaderMap) -> impl Iterator<Item = Self> {
        [Self::Brotli, Self::Gzip].into_iter().filter(|coding| accepts(headers, coding.name()))
    }

    /// As in `Content-Encoding`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    /// What the names of files packed so end in.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Gzip => ".gz",
        }
    }

    fn pack(self, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
        let mut packed = Vec::with_capacity(bytes.len() / 2);
        match self {
            Self::Brotli => {
                brotli::CompressorWriter::new(&mut packed, 4096, BROTLI_QUALITY, BROTLI_WINDOW_BITS)
                    .write_all(bytes)?;
            }
            Self::Gzip => {
                let mut encoder = flate2::write::GzEncoder::new(&mut packed, flate2::Compression::default());
                encoder.write_all(bytes)?;
                encoder.finish()?;
            }
        }
        Ok(packed)
    }
}

/// Packs the response if it is a page.
pub async fn pack_pages(request: Request, next: Next) -> Response {
    let coding = Coding::accepted(request.headers()).next();
    let response = next.run(request).await;
    if !is_html(response.headers()) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(page) = to_bytes(body, MAX_PAGE_BYTES).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    parts.headers.insert(VARY, HeaderValue::from_static("accept-encoding, accept-language, cookie"));
    parts.headers.remove(CONTENT_LENGTH);
    match coding.and_then(|coding| Some((coding, coding.pack(&page).ok()?))) {
        None => Response::from_parts(parts, Body::from(page)),
        Some((coding, packed)) => {
            parts.headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
            Response::from_parts(parts, Body::from(packed))
        }
    }
}

/// Whether `Accept-Encoding` names this coding (RFC 9110, section 12.5.3) and does not forbid it.
fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|entry| {
        let (name, parameters) = entry.split_once(';').unwrap_or((entry, ""));
        let forbidden = parameters.trim().strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0));
        name.trim().eq_ignore_ascii_case(coding) && !forbidden
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coding_is_accepted_when_named_and_not_forbidden() {
        use Coding::{Brotli, Gzip};
        let cases: [(&str, &[Coding]); 8] = [
            ("br", &[Brotli]),
            ("gzip, deflate, br;q=0.5", &[Brotli, Gzip]),
            ("GZIP, BR", &[Brotli, Gzip]),
            ("gzip", &[Gzip]),
            ("br;q=0, gzip", &[Gzip]),
            ("br; q=0.0", &[]),
            ("", &[]),
            ("brr", &[]),
        ];
        for (value, accepted) in cases {
            let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(value))]);
            assert_eq!(Coding::accepted(&headers).collect::<Vec<_>>(), accepted, "{value}");
        }
    }
}
