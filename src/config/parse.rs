//! Readers of single values: text in, typed value or complaint out.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ipnet::IpNet;
use tracing_subscriber::EnvFilter;
use url::Url;

use super::problem::Complaint;
use super::resolved::BreachedPasswords;
use crate::account::language::Language;
use crate::protocol::time::Lifetime;
use crate::secret::{Secret, SecretString};

/// A value, or what is wrong with it.
pub(crate) type Parsed<T> = Result<T, Complaint>;

/// Puts a parsed value into its place.
pub(super) fn put<T>(place: &mut T, value: Parsed<T>) -> Parsed<()> {
    *place = value?;
    Ok(())
}

/// The items of a comma-separated list.
pub(super) fn list_items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
}

/// One of a few words.
pub(super) fn choice<T: Copy>(text: &str, choices: &[(&'static str, T)]) -> Parsed<T> {
    let found = choices.iter().find(|(name, _)| *name == text);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        Complaint::new(format!("is none of {}", names.join(", ")))
    })
}

/// A language of the pages, by its tag.
pub(super) fn language(text: &str) -> Parsed<Language> {
    choice(
        text,
        &Language::ALL.map(|language| (language.tag(), language)),
    )
}

/// `true` or `false`.
pub(super) fn flag(text: &str) -> Parsed<bool> {
    choice(text, &[("true", true), ("false", false)])
}

/// A whole number in a range.
pub(super) fn count<T>(text: &str, least: u32, most: u32) -> Parsed<T>
where
    T: TryFrom<u32>,
{
    let refusal = || Complaint::new(format!("is no whole number from {least} to {most}"));
    let number: u32 = text.parse().map_err(|_not_a_number| refusal())?;
    if !(least..=most).contains(&number) {
        return Err(refusal());
    }
    T::try_from(number).map_err(|_too_large| refusal())
}

/// How many there may be of something that needs a limit.
pub(super) fn many<T: TryFrom<u32>>(text: &str) -> Parsed<T> {
    count(text, 1, 1_000_000)
}

/// How long one more of something takes to come back: a millisecond to an hour.
pub(super) fn pause(text: &str) -> Parsed<Lifetime> {
    short_span(text, 1, 60 * 60)
}

/// A number of threads; 0 takes as many as there are cores.
pub(super) fn threads(text: &str) -> Parsed<usize> {
    match count(text, 0, 1_024)? {
        0 => Ok(std::thread::available_parallelism().map_or(2, std::num::NonZero::get)),
        threads => Ok(threads),
    }
}

/// A number of threads; 0 takes half of the cores, and one at least.
pub(super) fn workers(text: &str) -> Parsed<usize> {
    match count(text, 0, 1_024)? {
        0 => Ok(threads("0")?.div_ceil(2)),
        workers => Ok(workers),
    }
}

/// A span between two numbers of seconds.
pub(crate) fn span(text: &str, least_seconds: u32, most_seconds: u32) -> Parsed<Lifetime> {
    bounded_span(text, Lifetime::seconds(least_seconds), most_seconds)
}

/// A span between a number of milliseconds and a number of seconds.
pub(super) fn short_span(text: &str, least_millis: u32, most_seconds: u32) -> Parsed<Lifetime> {
    bounded_span(text, Lifetime::from_millis(least_millis), most_seconds)
}

fn bounded_span(text: &str, least: Lifetime, most_seconds: u32) -> Parsed<Lifetime> {
    let most = Lifetime::seconds(most_seconds);
    let Some(span) = unbounded_span(text) else {
        return Err(Complaint::new("is no span of time")
            .why("A span is a whole number and one of ms, s, m, h, d: \"15m\"."));
    };
    if span < least || span > most {
        let (least, most) = (span_text(least), span_text(most));
        return Err(Complaint::new(format!("is not between {least} and {most}")));
    }
    Ok(span)
}

const UNITS: [(&str, i64); 5] = [
    ("ms", 1),
    ("s", 1_000),
    ("m", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
];

fn unbounded_span(text: &str) -> Option<Lifetime> {
    let (number, unit) = text.split_at_checked(text.find(|c: char| !c.is_ascii_digit())?)?;
    let (_, unit_millis) = UNITS.iter().find(|(name, _)| *name == unit)?;
    let millis = number.parse::<i64>().ok()?.checked_mul(*unit_millis)?;
    // `Lifetime` is built from whole seconds or from small numbers of milliseconds.
    match u32::try_from(millis) {
        Ok(millis) => Some(Lifetime::from_millis(millis)),
        Err(_too_large) => u32::try_from(millis / 1_000).ok().map(Lifetime::seconds),
    }
}

fn span_text(span: Lifetime) -> String {
    let millis = span.millis();
    let unit = UNITS
        .iter()
        .rev()
        .find(|(_, unit)| millis >= *unit && millis % unit == 0);
    unit.map_or_else(
        || "0s".to_owned(),
        |(name, unit)| format!("{}{name}", millis / unit),
    )
}

/// A folder or a file.
pub(super) fn path(text: &str) -> Parsed<PathBuf> {
    if text.trim().is_empty() {
        return Err(Complaint::new("is empty"));
    }
    Ok(PathBuf::from(text))
}

/// Any text.
pub(super) fn text(text: &str) -> Parsed<String> {
    if text.trim().is_empty() {
        return Err(Complaint::new("is empty"));
    }
    Ok(text.to_owned())
}

/// An address of ranges, or a file.
pub(super) fn breaches(text: &str) -> Parsed<BreachedPasswords> {
    if !text.contains("://") {
        return path(text).map(BreachedPasswords::File);
    }
    let known = Url::parse(text)
        .is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
    if !known || text.contains(['?', '#']) {
        return Err(Complaint::new("is neither an https address nor a file"));
    }
    Ok(BreachedPasswords::Range(text.to_owned()))
}

/// An address and a port.
pub(super) fn listener(text: &str) -> Parsed<SocketAddr> {
    text.parse().map_err(|_not_an_address| {
        let complaint = Complaint::new("is no IP address and port");
        match text.strip_prefix("localhost:") {
            Some(port) => complaint.instead(format!("listen = \"127.0.0.1:{port}\"")),
            None => complaint.why("An address is written as 127.0.0.1:8080 or [::1]:8080."),
        }
    })
}

/// A list of networks; a single address stands for itself.
pub(super) fn cidr_list(text: &str) -> Parsed<Vec<IpNet>> {
    list_items(text).map(network).collect()
}

fn network(item: &str) -> Parsed<IpNet> {
    if let Ok(address) = item.parse::<IpAddr>() {
        return Ok(IpNet::from(address));
    }
    item.parse().map_err(|_no_network| {
        Complaint::new(format!(
            "holds {item:?}, which is no network in CIDR notation"
        ))
        .why("A network is written as 10.0.0.0/8 or fd00::/8.")
    })
}

/// A level or directives for the log.
pub(super) fn log_level(text: &str) -> Parsed<String> {
    match EnvFilter::builder().parse(text) {
        Ok(_) if !text.trim().is_empty() => Ok(text.to_owned()),
        Ok(_) | Err(_) => Err(Complaint::new(
            "is neither error, warn, info, debug, trace nor a list of directives",
        )),
    }
}

/// The address of the record.
pub(super) fn database_url(text: &str) -> Parsed<SecretString> {
    // `sqlite::memory:` and `sqlite://relative/path` are no strict URLs, so only its head is read.
    let known = ["sqlite:", "postgres://", "postgresql://"];
    if known.iter().any(|scheme| text.starts_with(scheme)) {
        if !text.starts_with("sqlite:") && Url::parse(text).is_err() {
            return Err(Complaint::new("is no valid URL")
                .why("Characters like # / ? @ in a password must be percent-encoded."));
        }
        return Ok(Secret::new(text.to_owned()));
    }
    Err(Complaint::new(
        "is neither a postgres:// nor a sqlite: address",
    ))
}

/// The address of the shared memory.
pub(super) fn redis_url(text: &str) -> Parsed<SecretString> {
    let known = Url::parse(text)
        .is_ok_and(|url| matches!(url.scheme(), "redis" | "rediss") && url.has_host());
    if !known {
        return Err(Complaint::new(
            "is neither a redis:// nor a rediss:// address",
        ));
    }
    Ok(Secret::new(text.to_owned()))
}

/// How the text of a master key begins, wherever it is kept.
const MASTER_KEY_PREFIX: &str = "vidimus-master-key-v1:";

/// The text of a master key's file: the prefix and 32 bytes as unpadded base64url.
pub(super) fn master_key(text: &str) -> Parsed<SecretString> {
    let whole = text.strip_prefix(MASTER_KEY_PREFIX).is_some_and(|encoded| {
        URL_SAFE_NO_PAD
            .decode(encoded)
            .is_ok_and(|bytes| bytes.len() == 32)
    });
    if !whole {
        return Err(Complaint::new(
            "is not vidimus-master-key-v1: and 43 characters of base64url",
        ));
    }
    Ok(Secret::new(text.to_owned()))
}
