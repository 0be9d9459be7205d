//! Where a name leads: only to addresses of the open internet.
//!
//! A name on the list may be made to lead into our own network by whoever runs its DNS. So it is
//! looked up here, what is not public is left out, and the connection is made to what is left: there
//! is no second look-up that could say something else.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use thiserror::Error;

/// No address that may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the name leads to no public address")]
pub(super) struct NotPublic;

/// Looks names up, and leaves out what is not public.
pub(super) struct Public;

impl Resolve for Public {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|at| is_public(at.ip())).collect();
            if public.is_empty() {
                return Err(NotPublic.into());
            }
            let addresses: Addrs = Box::new(public.into_iter());
            Ok(addresses)
        })
    }
}

/// Whether an address is one of the open internet (IANA special-purpose registries, RFC 6890).
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast()
        || matches!(
            (a, b, c),
            // This network, shared addresses of carriers, protocol assignments, 6to4 relays,
            // benchmarks, and all that is reserved.
            (0 | 240.., ..) | (100, 64..=127, _) | (192, 0, 0) | (192, 88, 99) | (198, 18..=19, _)
        );
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    // What holds an IPv4 address within is none of its own: mapped, compatible, translated, 6to4,
    // Teredo.
    let [a, b, ..] = address.segments();
    // Global unicast is 2000::/3; everything else is special by now.
    let global = (0x2000..=0x3fff).contains(&a);
    let within = a == 0x2002 || (a == 0x2001 && b < 0x0200);
    let documentation = (a == 0x2001 && b == 0x0db8) || (a == 0x3fff && b < 0x1000);
    global && !within && !documentation
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(address: &str, public: bool) {
        assert_eq!(is_public(address.parse().unwrap()), public, "{address}");
    }

    #[test]
    fn only_the_open_internet_is_public() {
        for address in
            ["1.1.1.1", "100.128.0.1", "172.32.0.1", "193.0.0.1", "2a00:1::1", "2606:4700::1"]
        {
            check(address, true);
        }
        for address in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.192",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:1.1.1.1",
            "64:ff9b::a9fe:a9fe",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            check(address, false);
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_home_leads_nowhere() {
        let refused = Public.resolve("localhost".parse().unwrap()).await;
        assert!(refused.err().is_some_and(|error| error.is::<NotPublic>()));
    }
}
