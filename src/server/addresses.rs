//! The addresses of this machine.

use std::io;
use std::net::IpAddr;

/// Those of all interfaces, without IPv6 link-local ones, which mean nothing without saying on which network.
pub fn all() -> io::Result<Vec<IpAddr>> {
    let mut addresses: Vec<IpAddr> = if_addrs::get_if_addrs()?.iter().map(if_addrs::Interface::ip).collect();
    addresses.retain(|address| !is_link_local(*address));
    addresses.sort_unstable();
    addresses.dedup();
    Ok(addresses)
}

/// Those under which other machines may know this one. None when the system does not tell.
pub fn of_interfaces() -> Vec<IpAddr> {
    let mut addresses = all().unwrap_or_default();
    addresses.retain(|address| !address.is_loopback());
    addresses
}

fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(_) => false,
        IpAddr::V6(address) => address.is_unicast_link_local(),
    }
}
