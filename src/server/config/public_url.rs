//! The address that people type to get here.

use std::fmt;

use axum::http::uri::Authority;

/// `http(s)://host[:port]`, without a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    scheme: &'static str,
    authority: String,
}

impl PublicUrl {
    /// Takes an address as people write it; a slash at the end is forgiven.
    pub fn parse(text: &str) -> Result<Self, String> {
        let problem = || format!("{text:?} is not an address like https://call.example");
        let (scheme, rest) = text.split_once("://").ok_or_else(problem)?;
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "http" => "http",
            "https" => "https",
            _ => return Err(problem()),
        };
        let authority = rest.strip_suffix('/').unwrap_or(rest).to_ascii_lowercase();
        let parsed: Authority = authority.parse().map_err(|_| problem())?;
        let port_fits = match authority.rsplit_once(':') {
            Some((_, port)) if !port.ends_with(']') => parsed.port_u16().is_some_and(|port| port > 0),
            Some(_) | None => true,
        };
        if parsed.host().is_empty() || authority.contains('@') || !port_fits {
            return Err(problem());
        }
        Ok(Self { scheme, authority })
    }

    /// `http` or `https`.
    pub fn scheme(&self) -> &'static str {
        self.scheme
    }

    /// The name or address alone, without port and brackets.
    pub fn host(&self) -> &str {
        let bracketed = self.authority.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        bracketed.map_or_else(|| self.authority.split(':').next().unwrap_or_default(), |(address, _)| address)
    }

    /// The port, written or implied.
    pub fn port(&self) -> u16 {
        let implied = if self.scheme == "https" { 443 } else { 80 };
        self.authority.parse().ok().and_then(|authority: Authority| authority.port_u16()).unwrap_or(implied)
    }

    /// `host[:port]`, without the scheme's own port.
    pub fn bare_authority(&self) -> &str {
        bare_authority(self.scheme, &self.authority)
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.authority)
    }
}

/// `host[:port]` without the port that the scheme implies.
pub fn bare_authority<'a>(scheme: &str, authority: &'a str) -> &'a str {
    let implied = if scheme.eq_ignore_ascii_case("https") { ":443" } else { ":80" };
    authority.strip_suffix(implied).unwrap_or(authority)
}
