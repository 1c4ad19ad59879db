//! One HTTP/1.1 request and its answer over a connection that is there already, and then no more.

use bytes::{Bytes, BytesMut};
use http::header::CONTENT_ENCODING;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use super::error::FetchError;

/// The head of an answer may have so many bytes.
const HEAD_BYTES: usize = 16 * 1024;
/// The head of an answer may have so many fields.
const MAX_HEADERS: usize = 100;

/// How much of an answer is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// Its head.
    Unread,
    /// Its body as well, up to so many bytes, if it is a 200.
    UpTo(usize),
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    /// Its status.
    pub status: StatusCode,
    /// Its fields.
    pub headers: HeaderMap,
    /// Its body; empty when it was not wanted.
    pub bytes: Bytes,
}

/// Sends a request and reads the answer. The connection is closed afterwards.
pub async fn exchange<S>(
    stream: S,
    request: Request<Full<Bytes>>,
    body: Body,
) -> Result<Reply, FetchError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(HEAD_BYTES)
        .max_headers(MAX_HEADERS)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(reason)?;
    let asked = async {
        let response = sender.send_request(request).await.map_err(reason)?;
        let (head, incoming) = response.into_parts();
        let bytes = match body {
            Body::UpTo(limit) if head.status == StatusCode::OK => {
                if is_encoded(&head.headers) {
                    return Err(FetchError::Malformed);
                }
                read(incoming, limit).await?
            }
            Body::UpTo(_) | Body::Unread => Bytes::new(),
        };
        Ok(Reply {
            status: head.status,
            headers: head.headers,
            bytes,
        })
    };
    // The connection moves the bytes. However it ends, the answer has its own say on that.
    let carried = async {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "an outgoing connection ended early");
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        reply = asked => reply,
        () = carried => Err(FetchError::Unreachable),
    }
}

/// Reads a body chunk by chunk, and stops at the limit.
async fn read(mut incoming: Incoming, limit: usize) -> Result<Bytes, FetchError> {
    let announced = incoming.size_hint().lower();
    if usize::try_from(announced).map_or(true, |announced| announced > limit) {
        return Err(FetchError::TooLarge);
    }
    let mut bytes = BytesMut::new();
    while let Some(frame) = incoming.frame().await {
        let Ok(chunk) = frame.map_err(reason)?.into_data() else {
            continue;
        };
        if chunk.len() > limit.saturating_sub(bytes.len()) {
            return Err(FetchError::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

/// We ask for no encoding, so that a few bytes cannot become many.
fn is_encoded(headers: &HeaderMap) -> bool {
    headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

#[expect(clippy::needless_pass_by_value, reason = "passed to map_err")]
fn reason(error: hyper::Error) -> FetchError {
    tracing::debug!(%error, "an outgoing request failed");
    if error.is_parse_too_large() {
        FetchError::TooLarge
    } else if error.is_parse() {
        FetchError::Malformed
    } else {
        FetchError::Unreachable
    }
}
