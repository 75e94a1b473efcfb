//! HTTP/1.1 over any stream, with answers that can be spoiled on purpose.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Limited};
use hyper::body::{Body, Frame, Incoming};
use hyper_util::rt::{TokioIo, TokioTimer};
use time::OffsetDateTime;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::faults::What;

/// A request, read whole.
#[derive(Clone, Debug)]
pub struct Request {
    /// `GET`, `POST`, ...
    pub method: String,
    /// Path without query.
    pub path: String,
    /// Query without the question mark.
    pub query: String,
    /// Header fields in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

/// An answer.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    /// Status.
    pub status: u16,
    /// Header fields.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
    /// What happens to it on its way.
    pub spoiled: Option<What>,
}

impl Request {
    /// The first header field of this name, given in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// User and password of `Authorization: Basic`.
    pub fn basic(&self) -> Option<(String, String)> {
        let text = self.header("authorization")?.strip_prefix("Basic ")?;
        let text = String::from_utf8(BASE64.decode(text.trim()).ok()?).ok()?;
        text.split_once(':').map(|(user, password)| (user.into(), password.into()))
    }

    /// A parameter of the query, undecoded.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    /// Method and path in one line, as fault rules name them.
    pub fn call(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

impl Reply {
    /// With a body of this type.
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Self { status, headers, body: body.into(), spoiled: None }
    }

    /// With a `Date` field: the lab's time, not this machine's.
    #[must_use]
    pub fn dated(mut self, now: OffsetDateTime) -> Self {
        let weekday = now.weekday().to_string();
        let month = now.month().to_string();
        let (weekday, month) = (weekday.get(..3).unwrap_or_default(), month.get(..3).unwrap_or_default());
        let (day, year, hour, minute, second) = (now.day(), now.year(), now.hour(), now.minute(), now.second());
        let date = format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT");
        self.headers.push(("date".into(), date));
        self
    }

    /// Only a status.
    pub fn empty(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// The page a vCenter's reverse proxy shows while the service behind it is down.
    pub fn unavailable() -> Self {
        let page = "<html><body><h1>503 Service Unavailable</h1>(Failed to connect to endpoint)</body></html>\n";
        Self::new(503, "text/html; charset=utf-8", page)
    }

    /// Spoiled by a fault, if it is one that the server plays; 503 is played here.
    #[must_use]
    pub fn spoiled_by(self, fault: Option<What>) -> Self {
        match fault {
            Some(What::Unavailable) => Self::unavailable(),
            spoiled => Self { spoiled, ..self },
        }
    }
}

/// Serves one connection until it ends. `answer` is asked for every request in turn.
pub async fn serve<S, A, F>(stream: S, answer: A)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    A: Fn(Request) -> F,
    F: Future<Output = Reply>,
{
    let service = hyper::service::service_fn(|request| async {
        let reply = match read(request).await {
            Some(request) => answer(request).await,
            None => Reply::empty(413),
        };
        send(reply).await
    });
    // An error here is the client going away or a reset that a fault asked for.
    let _ = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn read(request: hyper::Request<Incoming>) -> Option<Request> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, MAX_BODY).collect().await.ok()?.to_bytes().to_vec();
    let text = |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Some(Request {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect(),
        body,
    })
}

async fn send(reply: Reply) -> Result<hyper::Response<Pieces>, io::Error> {
    let whole = Bytes::from(reply.body);
    let (length, pieces) = match reply.spoiled {
        Some(What::Timeout) => std::future::pending::<Result<_, Infallible>>().await.map_err(io::Error::other)?,
        Some(What::Reset | What::Refused) => return Err(io::Error::from(io::ErrorKind::ConnectionReset)),
        Some(What::TruncatedBody) => {
            let half = whole.slice(..whole.len() / 2);
            (whole.len().max(2), vec![Ok(half), Err(io::Error::from(io::ErrorKind::UnexpectedEof))])
        }
        Some(What::HugeBody) => {
            let piece = Bytes::from(vec![b' '; 1 << 20]);
            (64 << 20, (0..64).map(|_| Ok(piece.clone())).collect())
        }
        Some(What::DeepXml) => {
            let deep = Bytes::from("<a>".repeat(100_000));
            (deep.len(), vec![Ok(deep)])
        }
        Some(What::Garbage) => (GARBAGE.len(), vec![Ok(Bytes::from_static(GARBAGE))]),
        _ => (whole.len(), vec![Ok(whole)]),
    };
    let mut response = hyper::Response::builder().status(reply.status);
    for (name, value) in &reply.headers {
        response = response.header(name, value);
    }
    if reply.status != 204 {
        response = response.header("content-length", length);
    }
    response.body(Pieces(pieces.into())).map_err(io::Error::other)
}

/// A body in pieces, the last of which may be an error.
struct Pieces(VecDeque<io::Result<Bytes>>);

impl Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        Poll::Ready(self.0.pop_front().map(|piece| piece.map(Frame::data)))
    }
}

const MAX_BODY: usize = 16 << 20;
const GARBAGE: &[u8] = b"\x00\xff\xfe<<<{[\x80 this is not what you asked for \x1b]}>>>\x00";
