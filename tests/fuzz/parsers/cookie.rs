//! The session cookie among others.
//!
//! The input is the values of `Cookie`, one a line.

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};
use vidimus::http::cookie::{name, value};
use vidimus::protocol::ids::RealmId;

const OWN: &str = "VGhpcyBpcyA0MyBjaGFyYWN0ZXJzIG9mIG5vdGhpbmc";

/// Reads the cookie of each realm, alone and beside a genuine one.
pub(crate) fn run(data: &[u8]) {
    let lines = data.split(|byte| *byte == b'\n');
    let sent: Vec<&[u8]> = lines
        .filter(|line| HeaderValue::from_bytes(line).is_ok())
        .collect();
    let realms = ["default", "tenant"].map(|realm| RealmId::parse(realm).expect("a realm"));
    for https in [false, true] {
        let [here, there] = realms.each_ref().map(|realm| name(https, realm));
        for (own, other) in [(&here, &there), (&there, &here)] {
            check(own, other, &sent);
        }
    }
}

fn check(name: &str, other: &str, sent: &[&[u8]]) {
    let alone = headers(sent);
    let read = value(name, &alone);
    if let Some(read) = read {
        assert!((32..=64).contains(&read.len()));
        assert!(
            read.bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b';')
        );
        let pair = format!("{name}={read}");
        assert!(sent.iter().any(|line| contains(line, pair.as_bytes())));
    }
    let genuine = format!("{name}={OWN}");
    let foreign = format!("{other}={OWN}");
    let beside = |first: &str, last: &str| {
        let mut lines = vec![first.as_bytes()];
        lines.extend(sent);
        let end = [lines.pop().unwrap_or_default(), b"; ", last.as_bytes()].concat();
        lines.push(&end);
        value(name, &headers(&lines)).map(str::to_owned)
    };
    assert_eq!(beside(&genuine, "").as_deref(), Some(OWN), "ours is hidden");
    assert_eq!(
        beside(&foreign, &foreign).as_deref(),
        read,
        "a realm reads another's"
    );
    if !sent.iter().any(|line| contains(line, name.as_bytes())) {
        assert_eq!(read, None);
        assert_eq!(
            beside("a=b", &genuine).as_deref(),
            Some(OWN),
            "ours is hidden"
        );
    }
}

fn headers(lines: &[&[u8]]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append(
            COOKIE,
            HeaderValue::from_bytes(line).expect("a header value"),
        );
    }
    headers
}

fn contains(line: &[u8], part: &[u8]) -> bool {
    line.windows(part.len()).any(|window| window == part)
}
