//! What stands between people and this server.

use clap::{Args, ValueEnum};
use ipnet::IpNet;

use super::value::network;

/// What stands in front of the server.
#[derive(Debug, Clone, Args)]
pub struct Proxy {
    /// Addresses of proxies, which are believed when they say for whom they ask; nobody else is
    #[arg(long, env = "CONFAB_TRUSTED_PROXY", value_name = "NETWORK", value_delimiter = ',', value_parser = network)]
    pub trusted_proxy: Vec<IpNet>,

    /// Header in which they say so; the other one is not read
    #[arg(long, env = "CONFAB_PROXY_HEADER", default_value = "x-forwarded-for", value_name = "HEADER")]
    pub proxy_header: ProxyHeader,
}

/// Where a proxy says for whom it asks. One alone is read: a proxy that writes the one passes the other on from strangers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProxyHeader {
    /// What nearly all of them write.
    XForwardedFor,
    /// RFC 7239.
    Forwarded,
}
