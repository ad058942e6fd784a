//! To whom the relay relays. Not to the networks behind it: what a browser on the internet cannot reach, it shall not
//! reach through us.
//!
//! The server's own addresses are a case apart: two people who both need the relay meet there. So a permission for one of
//! them may be had (permissions know no port), and data goes to ports that are open for an allocation, inside the process.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// What a peer's address is to the relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Somebody on the network.
    Outside,
    /// This very server.
    Own,
    /// Not to be reached from here.
    Denied,
}

/// Which addresses are what.
#[derive(Debug, Clone)]
pub struct PeerRules {
    own: Vec<IpAddr>,
    allowed: Vec<IpNet>,
    denied: Vec<IpNet>,
}

/// Private, local, reserved (RFC 6890 and its updates).
const SPECIAL_V4: [(Ipv4Addr, u8); 15] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// The same, and the ranges that only wrap an IPv4 address.
const SPECIAL_V6: [(Ipv6Addr, u8); 9] = [
    // Unspecified, loopback, IPv4-compatible.
    (Ipv6Addr::UNSPECIFIED, 96),
    (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96),
    (Ipv6Addr::new(0x100, 0, 0, 0, 0, 0, 0, 0), 64),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10),
    (Ipv6Addr::new(0xfec0, 0, 0, 0, 0, 0, 0, 0), 10),
    (Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8),
];

impl PeerRules {
    /// `own`: the server's addresses, inside and outside. `allowed` wins over the special ranges, `denied` over all.
    pub fn new(own: Vec<IpAddr>, allowed: Vec<IpNet>, denied: Vec<IpNet>) -> Self {
        Self { own: own.into_iter().map(|ip| ip.to_canonical()).collect(), allowed, denied }
    }

    /// Whether this is an address of the server.
    pub fn is_own(&self, ip: IpAddr) -> bool {
        self.own.contains(&ip)
    }

    /// What this address is to the relay.
    pub fn judge(&self, ip: IpAddr) -> Standing {
        // IPv4 in IPv6 clothes: a socket of ours would take it for the IPv4 address.
        let mapped = ip.to_canonical() != ip;
        let inner = embedded(ip);
        if self.is_own(ip) {
            return Standing::Own;
        }
        let within =
            |ranges: &[IpNet]| [Some(ip), inner].iter().flatten().any(|ip| ranges.iter().any(|net| net.contains(ip)));
        if mapped || within(&self.denied) || inner.is_some_and(|inner| self.is_own(inner)) {
            return Standing::Denied;
        }
        if self.allowed.iter().any(|net| net.contains(&ip)) || !is_special(ip) {
            Standing::Outside
        } else {
            Standing::Denied
        }
    }
}

/// The IPv4 address that an IPv6 address carries, in any of the usual ways.
fn embedded(ip: IpAddr) -> Option<IpAddr> {
    let IpAddr::V6(ip) = ip else { return None };
    let [a, b, c, d, e, f, g, h] = ip.segments();
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Some(IpAddr::V4(Ipv4Addr::new(a, b, c, d)))
    };
    match (a, b, c, d, e, f) {
        (0, 0, 0, 0, 0, 0 | 0xffff) | (0x64, 0xff9b, 0, 0, 0, 0) => v4(g, h),
        (0x2002, high, low, ..) => v4(high, low),
        _ => None,
    }
}

/// Whether the internet knows no way there.
pub fn is_special(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => SPECIAL_V4.iter().any(|(base, bits)| within_v4(*base, *bits, ip)),
        IpAddr::V6(ip) => SPECIAL_V6.iter().any(|(base, bits)| within_v6(*base, *bits, ip)),
    }
}

fn within_v4(base: Ipv4Addr, bits: u8, ip: Ipv4Addr) -> bool {
    Ipv4Net::new(base, bits).is_ok_and(|net| net.contains(&ip))
}

fn within_v6(base: Ipv6Addr, bits: u8, ip: Ipv6Addr) -> bool {
    Ipv6Net::new(base, bits).is_ok_and(|net| net.contains(&ip))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> PeerRules {
        let net = |text: &str| text.parse().unwrap();
        let own = ["192.0.2.1", "2001:db8::1"].map(|text| text.parse().unwrap()).into();
        PeerRules::new(own, vec![net("10.1.0.0/16"), net("2001:db8::/32")], vec![net("10.1.2.0/24"), net("9.9.9.9/32")])
    }

    fn judge(ip: &str) -> Standing {
        rules().judge(ip.parse().unwrap())
    }

    #[test]
    fn the_internet_is_outside() {
        for ip in ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "223.255.255.255", "2606:4700::1111", "2400::1"] {
            assert_eq!(judge(ip), Standing::Outside, "{ip}");
        }
    }

    #[test]
    fn special_ranges_are_denied_at_both_ends() {
        for ip in [
            "0.0.0.0",
            "0.255.255.255",
            "10.0.0.0",
            "10.255.255.255",
            "100.64.0.0",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.255",
            "169.254.0.0",
            "169.254.169.254",
            "172.16.0.0",
            "172.31.255.255",
            "192.0.0.0",
            "192.0.0.255",
            "192.0.2.2",
            "192.88.99.1",
            "192.168.0.0",
            "192.168.255.255",
            "198.18.0.0",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.0",
            "239.255.255.255",
            "240.0.0.0",
            "255.255.255.255",
            "::",
            "::1",
            "64:ff9b::1",
            "100::1",
            "2002::1",
            "fc00::1",
            "fdff::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert_eq!(judge(ip), Standing::Denied, "{ip}");
        }
    }

    #[test]
    fn an_ipv4_address_in_disguise_is_judged_for_what_it_is() {
        for ip in [
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::127.0.0.1",
            "::8.8.8.8",
            "64:ff9b::10.0.0.1",
            "64:ff9b::8.8.8.8",
            "2002:7f00:1::",
            "2002:808:808::1",
            "::ffff:192.0.2.1",
            "::ffff:10.1.0.1",
        ] {
            assert_eq!(judge(ip), Standing::Denied, "{ip}");
        }
    }

    #[test]
    fn the_operator_opens_and_closes_ranges() {
        assert_eq!(judge("10.1.0.1"), Standing::Outside);
        assert_eq!(judge("10.1.2.1"), Standing::Denied);
        assert_eq!(judge("9.9.9.9"), Standing::Denied);
        assert_eq!(judge("2001:db8::2"), Standing::Outside);
        let opened = PeerRules::new(vec![], vec!["64:ff9b::/96".parse().unwrap()], vec!["10.0.0.0/8".parse().unwrap()]);
        assert_eq!(opened.judge("64:ff9b::8.8.8.8".parse().unwrap()), Standing::Outside);
        assert_eq!(opened.judge("64:ff9b::10.0.0.1".parse().unwrap()), Standing::Denied);
    }

    #[test]
    fn the_servers_own_addresses_are_known() {
        assert_eq!(judge("192.0.2.1"), Standing::Own);
        assert_eq!(judge("2001:db8::1"), Standing::Own);
    }
}
