//! The address of a caller behind proxies.
//!
//! The input is the values of `X-Forwarded-For`, one a line.

use std::net::IpAddr;

use http::HeaderValue;
use ipnet::IpNet;
use vidimus::http::forwarded::client_address;

const STRANGER: &str = "203.0.113.7";

/// Reads one request's header.
pub(crate) fn run(data: &[u8]) {
    let lines = data.split(|byte| *byte == b'\n');
    let sent: Vec<&[u8]> = lines
        .filter(|line| HeaderValue::from_bytes(line).is_ok())
        .collect();
    let trusted: [IpNet; 2] = ["10.0.0.0/8", "fd00::/8"].map(|net| net.parse().expect("a network"));
    let told = |peer: &str, values: &[&[u8]]| {
        let peer: IpAddr = peer.parse().expect("an address");
        client_address(peer, values.iter().copied(), &trusted).to_string()
    };
    for stranger in [STRANGER, "::ffff:203.0.113.7"] {
        assert_eq!(told(stranger, &sent), STRANGER, "a stranger is believed");
    }
    let proxy = told("10.0.0.1", &sent);
    assert_eq!(told("::ffff:10.0.0.1", &sent), proxy);
    let address: IpAddr = proxy.parse().expect("an address");
    assert_eq!(address, address.to_canonical());
    let mut hops = sent
        .iter()
        .flat_map(|line| line.split(|byte| *byte == b','));
    let was_sent = hops.any(|hop| {
        let hop = std::str::from_utf8(hop.trim_ascii()).ok();
        let hop = hop.and_then(|text| text.parse::<IpAddr>().ok());
        hop.is_some_and(|hop| hop.to_canonical() == address)
    });
    assert!(was_sent || proxy == "10.0.0.1", "an address from nowhere");
    // A proxy adds the address of its caller at the end: to the last value or as one of its own.
    for chain in [
        STRANGER,
        "203.0.113.7,10.2.3.4",
        "203.0.113.7 , fd00::1, 10.0.0.9",
    ] {
        let mut own = sent.clone();
        own.push(chain.as_bytes());
        assert_eq!(
            told("10.0.0.1", &own),
            STRANGER,
            "the caller chose its address"
        );
        let mut joined = sent.clone();
        let last = joined.pop().unwrap_or_default();
        let last = [last, b", ", chain.as_bytes()].concat();
        joined.push(&last);
        assert_eq!(
            told("fd00::1", &joined),
            STRANGER,
            "the caller chose its address"
        );
    }
}
