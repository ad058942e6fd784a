//! The addresses under which other machines may know this one.

use std::net::IpAddr;

/// Those of all interfaces, without loopback and IPv6 link-local ones, which mean something else on every machine.
/// None when the system does not tell.
pub fn of_interfaces() -> Vec<IpAddr> {
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let addresses = interfaces.iter().map(if_addrs::Interface::ip);
    let mut addresses: Vec<IpAddr> =
        addresses.filter(|address| !address.is_loopback() && !is_local(*address)).collect();
    addresses.sort_unstable();
    addresses.dedup();
    addresses
}

fn is_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(_) => false,
        IpAddr::V6(address) => address.is_unicast_link_local(),
    }
}
