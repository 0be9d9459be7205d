//! Data formats that both faces share: `dataformats.md` of ON-API 2.6.

use std::net::IpAddr;

use jiff::fmt::rfc2822::{DateTimeParser, DateTimePrinter};

use crate::domain::Timestamp;

/// `dateTime`: RFC 3339 in UTC with at most four decimals on the seconds.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let decimals = text.strip_suffix('Z')?.split_once('.').map_or(0, |(_, after)| after.len());
    if decimals > 4 { None } else { Timestamp::parse(text) }
}

/// A date in HTTP (RFC 9110 5.6.7).
pub(super) fn http_date(text: &str) -> Option<Timestamp> {
    let moment = DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(Timestamp::from_micros(moment.as_microsecond()))
}

/// The same, of a number of seconds since 1970.
pub(super) fn to_http_date(seconds: i64) -> Option<String> {
    let moment = jiff::Timestamp::from_second(seconds).ok()?;
    DateTimePrinter::new().timestamp_to_rfc9110_string(&moment).ok()
}

/// `ipAddress`: IPv4 or IPv6, with or without a netmask.
pub(super) fn is_ip_address(text: &str) -> bool {
    let (address, mask) = match text.split_once('/') {
        Some((address, mask)) => (address, Some(mask)),
        None => (text, None),
    };
    let Ok(address) = address.parse::<IpAddr>() else {
        return false;
    };
    let widest = if address.is_ipv4() { 32 } else { 128 };
    mask.is_none_or(|mask| mask.parse::<u8>().is_ok_and(|bits| bits <= widest))
}

/// `macAddress`: six pairs of hexadecimal digits with colons between. Capitals are advised, and
/// the pattern has small ones too.
pub(super) fn is_mac_address(text: &str) -> bool {
    let pairs: Vec<&str> = text.split(':').collect();
    let is_pair = |pair: &&str| pair.len() == 2 && pair.bytes().all(|b| b.is_ascii_hexdigit());
    pairs.len() == 6 && pairs.iter().all(is_pair)
}

/// `text`: at most 255 characters that can be seen.
pub(super) fn is_text(text: &str) -> bool {
    text.chars().count() <= 255 && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_take_the_examples_of_the_text_and_no_more() {
        for good in ["1985-04-12T23:20:50.52Z", "1985-04-12T23:20:50.0053Z", "1990-12-31T23:59:60Z"]
        {
            assert!(moment(good).is_some(), "{good}");
        }
        for bad in ["1985-04-12T23:20:50.00531Z", "1985-04-12T23:20:50+01:00", "1985-04-12", ""] {
            assert!(moment(bad).is_none(), "{bad}");
        }
        for good in ["192.168.0.0/24", "192.168.10.5", "::ffff:c0a8:0/24", "2001:2::/48"] {
            assert!(is_ip_address(good), "{good}");
        }
        for bad in ["192.168.0", "192.168.0.0/33", "1.2.3.4/", "host"] {
            assert!(!is_ip_address(bad), "{bad}");
        }
        assert!(is_mac_address("AA:BB:CC:11:22:33") && is_mac_address("aa:bb:cc:11:22:33"));
        assert!(!is_mac_address("AA-BB-CC-11-22-33") && !is_mac_address("AA:BB:CC:11:22"));
    }
}
