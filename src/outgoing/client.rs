//! The client: judge the address, connect to exactly that, ask once.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{ACCEPT, AGE, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HOST, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode};
use http_body_util::Full;
use ipnet::IpNet;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::Host;

use super::address::{is_allowed, is_local_name, is_public};
use super::error::{FetchError, OutgoingError};
use super::exchange::{Body, Reply, exchange};
use super::places::Places;
use super::resolver::{Resolve, ResolveError, SystemResolver};
use super::target::{Scheme, Target};
use super::tls;
use crate::protocol::time::Lifetime;

/// How we introduce ourselves: no version, which would help nobody but attackers.
const AGENT: &str = "Vidimus";
/// Of a name's addresses so many are tried.
const ATTEMPTS: usize = 3;

/// What the operator has settled.
#[derive(Debug, Clone, Default)]
pub struct OutgoingSettings {
    /// Networks that may be reached though they are not public, and without TLS.
    pub allow: Vec<IpNet>,
    /// A PEM file with authorities that are trusted beside the public ones.
    pub ca_file: Option<PathBuf>,
}

/// What one exchange may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Until the connection stands, TLS included.
    pub connect: Lifetime,
    /// From the look-up of the name to the last byte.
    pub total: Lifetime,
    /// The largest body.
    pub body_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Lifetime::seconds(3),
            total: Lifetime::seconds(5),
            body_bytes: 64 * 1024,
        }
    }
}

/// A document that was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Its bytes.
    pub bytes: Bytes,
    /// Its media type in lower case, without parameters.
    pub content_type: Option<String>,
    /// How long it may be kept (RFC 9111 §4.2), if it says so.
    pub max_age: Option<Lifetime>,
}

/// The outgoing HTTP client. It keeps no connections, no cookies and no answers.
pub struct Outgoing {
    allow: Vec<IpNet>,
    connector: TlsConnector,
    resolver: Arc<dyn Resolve>,
    places: Places,
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing")
            .field("allow", &self.allow)
            .finish_non_exhaustive()
    }
}

impl Outgoing {
    /// A client that asks the system for addresses.
    pub fn new(settings: OutgoingSettings) -> Result<Self, OutgoingError> {
        Self::with_resolver(settings, Arc::new(SystemResolver::default()))
    }

    /// A client that asks somebody else for addresses.
    pub fn with_resolver(
        settings: OutgoingSettings,
        resolver: Arc<dyn Resolve>,
    ) -> Result<Self, OutgoingError> {
        Ok(Self {
            connector: tls::connector(settings.ca_file.as_deref())?,
            allow: settings.allow,
            resolver,
            places: Places::default(),
        })
    }

    /// The same client within other limits.
    pub fn within(&self, limits: Limits) -> Bounded<'_> {
        Bounded {
            outgoing: self,
            limits,
        }
    }

    /// Fetches a document; anything but a 200 is an error.
    pub async fn get(&self, url: &str, accept: &str) -> Result<Fetched, FetchError> {
        self.within(Limits::default()).get(url, accept).await
    }

    /// Posts a form; returns the status of the answer, which is not read further.
    pub async fn post_form(&self, url: &str, form: &[(&str, &str)]) -> Result<u16, FetchError> {
        self.within(Limits::default()).post_form(url, form).await
    }

    /// The addresses of a target, all of them allowed.
    async fn admit(&self, target: &Target) -> Result<Vec<IpAddr>, FetchError> {
        if target.scheme == Scheme::Http && self.allow.is_empty() {
            return Err(FetchError::NotHttps);
        }
        let (addresses, local) = match &target.host {
            Host::Ipv4(address) => (vec![IpAddr::from(*address)], false),
            Host::Ipv6(address) => (vec![IpAddr::from(*address)], false),
            Host::Domain(name) => {
                let local = is_local_name(name);
                // Nobody else learns that we were asked for it.
                if local && self.allow.is_empty() {
                    return Err(FetchError::AddressNotAllowed);
                }
                (self.resolve(name).await?, local)
            }
        };
        let strangers = addresses
            .iter()
            .filter(|address| !is_allowed(**address, &self.allow));
        if strangers
            .clone()
            .any(|stranger| local || !is_public(*stranger))
        {
            return Err(FetchError::AddressNotAllowed);
        }
        if target.scheme == Scheme::Http && strangers.count() > 0 {
            return Err(FetchError::NotHttps);
        }
        Ok(addresses)
    }

    async fn resolve(&self, name: &str) -> Result<Vec<IpAddr>, FetchError> {
        match self.resolver.resolve(name).await {
            Ok(addresses) if addresses.is_empty() => Err(FetchError::Unresolvable),
            Ok(addresses) => Ok(addresses),
            Err(ResolveError::Busy) => Err(FetchError::Busy),
            Err(ResolveError::Failed(error)) => {
                tracing::debug!(%error, name, "a name has no address");
                Err(FetchError::Unresolvable)
            }
        }
    }
}

/// The client within limits.
#[derive(Debug)]
pub struct Bounded<'a> {
    outgoing: &'a Outgoing,
    limits: Limits,
}

impl Bounded<'_> {
    /// Fetches a document; anything but a 200 is an error.
    pub async fn get(&self, url: &str, accept: &str) -> Result<Fetched, FetchError> {
        self.get_with(url, accept, None).await
    }

    /// The same with one more header, whose name is in lower case.
    pub async fn get_with(
        &self,
        url: &str,
        accept: &str,
        header: Option<(&'static str, &'static str)>,
    ) -> Result<Fetched, FetchError> {
        let target = Target::parse(url)?;
        let mut request = request(&target, Method::GET, Bytes::new());
        if let Some((name, value)) = header {
            let value = HeaderValue::from_static(value);
            request
                .headers_mut()
                .insert(HeaderName::from_static(name), value);
        }
        let accept = HeaderValue::from_str(accept).unwrap_or(HeaderValue::from_static("*/*"));
        request.headers_mut().insert(ACCEPT, accept);
        let body = Body::UpTo(self.limits.body_bytes);
        let reply = self.ask(&target, request, body).await?;
        if reply.status != StatusCode::OK {
            return Err(FetchError::Status(reply.status.as_u16()));
        }
        Ok(Fetched {
            content_type: media_type(&reply.headers),
            max_age: freshness(&reply.headers),
            bytes: reply.bytes,
        })
    }

    /// Posts a form; returns the status of the answer, which is not read further.
    pub async fn post_form(&self, url: &str, form: &[(&str, &str)]) -> Result<u16, FetchError> {
        let target = Target::parse(url)?;
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let mut request = request(&target, Method::POST, body.into());
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        request.headers_mut().insert(CONTENT_TYPE, kind);
        let reply = self.ask(&target, request, Body::Unread).await?;
        Ok(reply.status.as_u16())
    }

    async fn ask(
        &self,
        target: &Target,
        request: Request<Full<Bytes>>,
        body: Body,
    ) -> Result<Reply, FetchError> {
        let _place = self.outgoing.places.take(target.host_text())?;
        let asked = async {
            let addresses = self.outgoing.admit(target).await?;
            // From here on the name is a name in a certificate, and leads nowhere by itself.
            let connected = self.connect(target, &addresses);
            match target.scheme {
                Scheme::Http => {
                    let stream = within(self.limits.connect, connected).await?;
                    exchange(stream, request, body).await
                }
                Scheme::Https => {
                    let connector = &self.outgoing.connector;
                    let encrypted =
                        async { tls::encrypt(connector, connected.await?, &target.host).await };
                    let stream = within(self.limits.connect, encrypted).await?;
                    exchange(stream, request, body).await
                }
            }
        };
        let reply = within(self.limits.total, asked).await?;
        if reply.status.is_redirection() {
            return Err(FetchError::Redirect);
        }
        Ok(reply)
    }

    /// A connection to the first address that takes one.
    async fn connect(
        &self,
        target: &Target,
        addresses: &[IpAddr],
    ) -> Result<TcpStream, FetchError> {
        let attempts = u32::try_from(addresses.len().clamp(1, ATTEMPTS)).unwrap_or(1);
        let share = self.limits.connect.to_std() / attempts;
        let mut failure = FetchError::Unreachable;
        for address in addresses.iter().take(ATTEMPTS) {
            let address = SocketAddr::new(*address, target.port);
            failure = match timeout(share, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => {
                    tracing::debug!(%error, %address, "an outgoing connection was not taken");
                    FetchError::Unreachable
                }
                Err(_elapsed) => FetchError::Timeout,
            };
        }
        Err(failure)
    }
}

async fn within<T>(
    limit: Lifetime,
    work: impl Future<Output = Result<T, FetchError>>,
) -> Result<T, FetchError> {
    let done = timeout(limit.to_std(), work).await;
    done.unwrap_or(Err(FetchError::Timeout))
}

fn request(target: &Target, method: Method, body: Bytes) -> Request<Full<Bytes>> {
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = method;
    *request.uri_mut() = target.uri.clone();
    let headers = request.headers_mut();
    headers.insert(HOST, target.authority.clone());
    headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    request
}

fn media_type(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let essence = text.split(';').next().unwrap_or(text).trim();
    Some(essence.to_ascii_lowercase())
}

/// RFC 9111 §4.2: what is left of `max-age`; nothing when the answer is not to be kept.
fn freshness(headers: &HeaderMap) -> Option<Lifetime> {
    let mut fresh = None;
    let fields = headers.get_all(CACHE_CONTROL).iter();
    let texts = fields.filter_map(|field| field.to_str().ok());
    for directive in texts.flat_map(|text| text.split(',')).map(str::trim) {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        if ["no-store", "no-cache"]
            .iter()
            .any(|n| name.eq_ignore_ascii_case(n))
        {
            return Some(Lifetime::ZERO);
        }
        if name.eq_ignore_ascii_case("max-age") && fresh.is_none() {
            // RFC 9111 §1.2.2: a number that is too large is a large number; else it is stale.
            let value = value.trim_matches('"');
            let is_number = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
            fresh = Some(if is_number {
                value.parse().unwrap_or(u32::MAX)
            } else {
                0
            });
        }
    }
    let age = headers.get(AGE).and_then(|age| age.to_str().ok());
    let age: u32 = age.and_then(|age| age.parse().ok()).unwrap_or(0);
    fresh.map(|fresh: u32| Lifetime::seconds(fresh.saturating_sub(age)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(fields: &[(&'static str, &'static str)]) -> HeaderMap {
        let field = |(name, value): &(&'static str, &'static str)| {
            (name.parse().unwrap(), HeaderValue::from_static(value))
        };
        fields.iter().map(field).collect()
    }

    /// RFC 9111 §4.2.1
    #[test]
    fn reads_how_long_an_answer_is_fresh() {
        for (fields, fresh) in [
            (&[][..], None),
            (&[("cache-control", "public")], None),
            (&[("cache-control", "public, max-age=60")], Some(60)),
            (&[("cache-control", "Max-Age=\"60\"")], Some(60)),
            (&[("cache-control", "max-age=60"), ("age", "50")], Some(10)),
            (&[("cache-control", "max-age=60"), ("age", "90")], Some(0)),
            (&[("cache-control", "max-age=60, no-store")], Some(0)),
            (&[("cache-control", "max-age=soon")], Some(0)),
            (&[("cache-control", "max-age=99999999999")], Some(u32::MAX)),
        ] {
            let wanted = fresh.map(Lifetime::seconds);
            assert_eq!(freshness(&headers(fields)), wanted, "{fields:?}");
        }
    }

    #[test]
    fn reads_the_media_type_without_its_parameters() {
        let typed = headers(&[("content-type", "Application/JSON; charset=utf-8")]);
        assert_eq!(media_type(&typed).as_deref(), Some("application/json"));
        assert_eq!(media_type(&headers(&[])), None);
    }
}
