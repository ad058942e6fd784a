//! How values on the command line are read.

use std::net::IpAddr;
use std::time::Duration;

use ipnet::IpNet;

const YEAR_SECONDS: f64 = 31_536_000.0;

/// More than none.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let time = seconds_or_none(text)?;
    if time.is_zero() { Err("not between 0 and a year of seconds".to_owned()) } else { Ok(time) }
}

/// 0 too.
pub(super) fn seconds_or_none(text: &str) -> Result<Duration, String> {
    let number: f64 = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    let fits = (0.0..=YEAR_SECONDS).contains(&number);
    let time = Duration::try_from_secs_f64(number).ok().filter(|_| fits);
    time.ok_or_else(|| "not between 0 and a year of seconds".to_owned())
}

pub(super) fn at_least<const MIN: usize>(text: &str) -> Result<usize, String> {
    let number: usize = text.parse().map_err(|_| "not a number".to_owned())?;
    if number < MIN { Err(format!("less than {MIN}")) } else { Ok(number) }
}

pub(super) fn at_least_u32<const MIN: u32>(text: &str) -> Result<u32, String> {
    let number: u32 = text.parse().map_err(|_| "not a number".to_owned())?;
    if number < MIN { Err(format!("less than {MIN}")) } else { Ok(number) }
}

pub(super) fn at_least_u64<const MIN: u64>(text: &str) -> Result<u64, String> {
    let number: u64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if number < MIN { Err(format!("less than {MIN}")) } else { Ok(number) }
}

/// Strangers may guess at it as often as they may join.
pub(super) fn create_code(text: &str) -> Result<String, String> {
    if text.chars().count() < 8 { Err("it has fewer than 8 characters".to_owned()) } else { Ok(text.to_owned()) }
}

/// A network, or one address.
pub(super) fn network(text: &str) -> Result<IpNet, String> {
    let one = text.parse::<IpAddr>().map(IpNet::from);
    one.or_else(|_| text.parse()).map_err(|_| format!("{text:?} is not a network like 10.0.0.0/8"))
}
