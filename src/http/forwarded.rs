//! The address that a request came from, behind proxies.

use std::net::IpAddr;

use ipnet::IpNet;

/// The nearest hop of `X-Forwarded-For` that is not a trusted proxy; the peer itself unless the
/// peer is one. `values` are those of the header, in their order.
///
/// Read from the right, hop by hop: what stands left of the nearest stranger, or of a hop that is
/// no address, is anybody's word.
pub fn client_address<'a>(
    peer: IpAddr,
    values: impl DoubleEndedIterator<Item = &'a [u8]>,
    trusted: &[IpNet],
) -> IpAddr {
    let trusts = |address: IpAddr| trusted.iter().any(|net| net.contains(&address));
    let mut nearest = peer.to_canonical();
    let mut hops = values
        .rev()
        .flat_map(|value| value.rsplit(|byte| *byte == b','));
    while trusts(nearest) {
        let Some(address) = hops.next().and_then(address) else {
            break;
        };
        nearest = address;
    }
    nearest
}

fn address(hop: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(hop.trim_ascii()).ok()?;
    text.parse()
        .ok()
        .map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(peer: &str, values: &[&[u8]]) -> String {
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        client_address(peer.parse().unwrap(), values.iter().copied(), &trusted).to_string()
    }

    #[test]
    fn believes_trusted_proxies_and_nobody_else() {
        assert_eq!(told("192.0.2.1", &[b"198.51.100.1"]), "192.0.2.1");
        assert_eq!(told("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(told("::ffff:10.0.0.1", &[b"198.51.100.1"]), "198.51.100.1");
        let chain: &[&[u8]] = &[b"6.6.6.6, 198.51.100.1", b"10.0.0.3 ,10.0.0.2"];
        assert_eq!(told("10.0.0.1", chain), "198.51.100.1");
    }

    #[test]
    fn reads_nothing_beyond_a_hop_that_is_no_address() {
        let nonsense: &[&[u8]] = &[b"6.6.6.6, unknown, 10.0.0.2"];
        assert_eq!(told("10.0.0.1", nonsense), "10.0.0.2");
        let not_ascii: &[&[u8]] = &[b"6.6.6.6", b"\xe9, 198.51.100.1"];
        assert_eq!(told("10.0.0.1", not_ascii), "198.51.100.1");
        assert_eq!(told("10.0.0.1", &[b"6.6.6.6", b"\xe9"]), "10.0.0.1");
    }
}
