//! So many places, so many of them for one network. Taken for a connection, given back when it ends.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The places. Clones are the same.
#[derive(Debug, Clone)]
pub struct Places(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    max: usize,
    max_per_address: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// One place; given back when dropped.
#[derive(Debug)]
pub struct Place {
    places: Places,
    address: IpAddr,
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Full {
    /// None is left.
    #[error("every place is taken")]
    All,
    /// This network has as many as one may have.
    #[error("one network has all the places that it may have")]
    Address,
}

impl Places {
    /// All free.
    pub fn new(max: usize, max_per_address: usize) -> Self {
        Self(Arc::new(Inner { max, max_per_address, taken: Mutex::default() }))
    }

    /// A place for somebody at this address, if there is one.
    pub fn take(&self, address: IpAddr) -> Result<Place, Full> {
        let address = counted_as(address);
        let mut taken = self.taken();
        if taken.all >= self.0.max {
            return Err(Full::All);
        }
        let from_there = taken.by_address.entry(address).or_default();
        if *from_there >= self.0.max_per_address {
            return Err(Full::Address);
        }
        *from_there += 1;
        taken.all += 1;
        Ok(Place { places: self.clone(), address })
    }

    /// How many are taken.
    pub fn count(&self) -> usize {
        self.taken().all
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        taken.all -= 1;
        if let Some(from_there) = taken.by_address.get_mut(&self.address) {
            *from_there -= 1;
            if *from_there == 0 {
                taken.by_address.remove(&self.address);
            }
        }
    }
}

/// An IPv6 host has a whole /64 to itself, so that is what counts; IPv4 counts by address, however it is written.
pub fn counted_as(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_by_network_and_given_back() {
        let places = Places::new(3, 2);
        let take = |ip: &str| places.take(ip.parse().unwrap());
        let (a, b) = (take("192.0.2.1").unwrap(), take("::ffff:192.0.2.1").unwrap());
        assert_eq!(take("192.0.2.1").unwrap_err(), Full::Address);
        let c = take("2001:db8::1").unwrap();
        assert_eq!(take("192.0.2.9").unwrap_err(), Full::All);
        drop((a, c));
        assert!(take("192.0.2.1").is_ok());
        drop(b);
        assert_eq!(places.count(), 0);
        let _first = take("2001:db8::1").unwrap();
        let _second = take("2001:db8::2").unwrap();
        assert_eq!(take("2001:db8::3").unwrap_err(), Full::Address);
        assert!(take("2001:db8:0:1::3").is_ok());
    }
}
