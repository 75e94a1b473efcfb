//! Performs HTTPS exchanges: one pooled client for each way of trusting, secrets joined at the last moment.
//!
//! Redirects are not followed, cookies are not kept but for the sessions that requests ask to keep, proxies of the
//! environment are not used, and nothing is ever sent twice.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderName, HeaderValue, SET_COOKIE, TRANSFER_ENCODING};
use reqwest::{Client, Proxy, Url};
use zeroize::Zeroizing;

use super::effect::Effect;
use super::failure::{bad_authority, connect_failure, find, timed_out};
use super::keep::keep_session;
use super::network::{Authority, resolve};
use super::secrets::Secrets;
use super::tls::tls_failure;
use super::trust::{HostRoots, client_config, refusal};
use crate::request::{Failure, FailureKind, HttpRequest, HttpResponse, Piece, Trust};

/// How long an unused connection is kept. Shorter than the idle limits of vCenter's and ESXi's reverse proxies, so that a
/// request is not sent into a connection that the server is just closing.
const IDLE_CONNECTION: Duration = Duration::from_secs(15);

/// The proxy's address cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the proxy's address cannot be used; give it as `http://host:port`")]
pub struct ProxyError;

/// Performs HTTPS exchanges.
pub(super) struct Http {
    proxy: Option<Proxy>,
    host_roots: HostRoots,
    clients: Mutex<BTreeMap<String, Client>>,
}

impl Http {
    /// `proxy` is the URL of an HTTP proxy for every exchange. It may hold a password, so it is never shown.
    pub(super) fn new(proxy: Option<&str>) -> Result<Self, ProxyError> {
        let proxy = proxy.map(Proxy::all).transpose().map_err(|_| ProxyError)?;
        Ok(Self { proxy, host_roots: HostRoots::default(), clients: Mutex::default() })
    }

    /// Performs one exchange.
    pub(super) async fn perform(
        &self,
        request: HttpRequest,
        effect: Effect,
        secrets: &Secrets,
    ) -> Result<HttpResponse, Failure> {
        let client = if is_for_once(&request) { self.build(&request.trust)? } else { self.client(&request.trust)? };
        let sent = Arc::new(AtomicBool::new(false));
        let prepared = prepare(&client, &request, secrets, &sent)?;
        let exchange = Exchange { request: &request, effect, sent };
        let deadline = Duration::from_secs(request.deadline_seconds.into());
        match tokio::time::timeout(deadline, exchange.run(&client, prepared, secrets)).await {
            Ok(answer) => answer,
            Err(_) => Err(exchange.late()),
        }
    }

    fn client(&self, trust: &Trust) -> Result<Client, Failure> {
        let key = match trust {
            Trust::HostRoots => "roots".to_owned(),
            Trust::Anchors(pem) => format!("anchors {pem}"),
            Trust::PinnedLeaf(fingerprint) => format!("pinned {fingerprint}"),
            Trust::ValidateCertsFalse => "anything".to_owned(),
        };
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&key) {
            return Ok(client.clone());
        }
        let client = self.build(trust)?;
        clients.insert(key, client.clone());
        Ok(client)
    }

    fn build(&self, trust: &Trust) -> Result<Client, Failure> {
        let builder = Client::builder()
            .tls_backend_preconfigured(client_config(trust, &self.host_roots)?)
            .dns_resolver(Arc::new(SystemNames))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .gzip(true)
            .pool_idle_timeout(IDLE_CONNECTION)
            .user_agent(concat!("iofilter-certs/", env!("CARGO_PKG_VERSION")))
            .no_proxy();
        let builder = match &self.proxy {
            Some(proxy) => builder.proxy(proxy.clone()),
            None => builder,
        };
        let unusable = |_| Failure::new(FailureKind::Tls, "an https client cannot be set up on this machine");
        builder.build().map_err(unusable)
    }
}

/// A connection that is closed after the answer leaves nothing that a second exchange could use.
fn is_for_once(request: &HttpRequest) -> bool {
    let says_close = |value: &[Piece]| matches!(value, [Piece::Text(text)] if text == "close");
    request.headers.iter().any(|header| header.name == "connection" && says_close(&header.value))
}

fn prepare(
    client: &Client,
    request: &HttpRequest,
    secrets: &Secrets,
    sent: &Arc<AtomicBool>,
) -> Result<reqwest::Request, Failure> {
    Authority::parse(&request.authority)?;
    if !request.path.starts_with('/') {
        let message = format!("the path `{}` does not begin with `/`", request.path);
        return Err(Failure::new(FailureKind::Protocol, message));
    }
    let url = format!("https://{}{}", request.authority, request.path);
    let url = Url::parse(&url).map_err(|_| bad_authority(&request.authority))?;
    let method = match request.method {
        crate::request::Method::Get => reqwest::Method::GET,
        crate::request::Method::Post => reqwest::Method::POST,
        crate::request::Method::Delete => reqwest::Method::DELETE,
    };
    let mut builder = client.request(method, url);
    for header in &request.headers {
        let unusable = || {
            let message = format!("the header `{}` holds a character that http does not allow", header.name);
            Failure::new(FailureKind::Protocol, message)
        };
        let name = HeaderName::from_bytes(header.name.as_bytes()).map_err(|_| unusable())?;
        let mut value = HeaderValue::from_bytes(&secrets.join(&header.value)?).map_err(|_| unusable())?;
        value.set_sensitive(true);
        builder = builder.header(name, value);
    }
    let body = secrets.join(&request.body)?;
    if !body.is_empty() {
        builder = builder.body(reqwest::Body::wrap(WatchedBody::new(body, Arc::clone(sent))));
    }
    builder.build().map_err(|_| Failure::new(FailureKind::Protocol, "the request cannot be written as http"))
}

/// One exchange under way, with what is needed to say what its failure means.
struct Exchange<'a> {
    request: &'a HttpRequest,
    effect: Effect,
    /// Set as soon as the body may have begun to leave.
    sent: Arc<AtomicBool>,
}

impl Exchange<'_> {
    async fn run(
        &self,
        client: &Client,
        prepared: reqwest::Request,
        secrets: &Secrets,
    ) -> Result<HttpResponse, Failure> {
        let mut answer = client.execute(prepared).await.map_err(|error| self.failure(&error))?;
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let cookies: Vec<String> = answer.headers().get_all(SET_COOKIE).iter().map(text).collect();
        // These describe the bytes on the wire, which the core does not get.
        let of_the_wire = [SET_COOKIE, CONTENT_ENCODING, CONTENT_LENGTH, TRANSFER_ENCODING];
        let shown = answer.headers().iter().filter(|(name, _)| !of_the_wire.contains(name));
        let headers = shown.map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        let mut body = Vec::new();
        let limit = usize::try_from(self.request.max_response_bytes).unwrap_or(usize::MAX);
        while let Some(piece) = answer.chunk().await.map_err(|error| self.failure(&error))? {
            if piece.len() > limit.saturating_sub(body.len()) {
                return Err(self.too_large());
            }
            body.extend_from_slice(&piece);
        }
        let mut response = HttpResponse { status: answer.status().as_u16(), headers, body };
        if let Some(keep) = &self.request.keep {
            keep_session(keep, &cookies, &mut response, secrets);
        }
        Ok(response)
    }

    /// Says what an error means: nothing was sent, or what was sent may have acted.
    fn failure(&self, error: &reqwest::Error) -> Failure {
        let authority = &self.request.authority;
        if error.is_connect() {
            return self.not_connected(error);
        }
        let broken = match find::<hyper::Error>(error) {
            Some(inner) if inner.is_parse() => Some("answered with something that is not http"),
            None if error.is_decode() => Some("sent a body that cannot be decompressed"),
            Some(_) | None => None,
        };
        match (self.effect, broken) {
            (Effect::Look, Some(what)) => Failure::new(FailureKind::Protocol, format!("`{authority}` {what}")),
            (Effect::Look | Effect::Change, what) => {
                let what = what.unwrap_or("closed the connection before the answer was whole");
                let message = format!("`{authority}` {what}; the request was sent and may have been carried out");
                Failure::new(FailureKind::OutcomeUnknown, message)
            }
        }
    }

    fn not_connected(&self, error: &reqwest::Error) -> Failure {
        let authority = &self.request.authority;
        if let Some(text) = refusal(error) {
            return Failure::new(FailureKind::Untrusted, text);
        }
        if let Some(error) = find::<rustls::Error>(error) {
            return tls_failure(authority, error);
        }
        if error.is_dns() {
            return Failure::new(FailureKind::NameUnknown, format!("the name in `{authority}` has no address"));
        }
        match find::<std::io::Error>(error) {
            Some(error) => connect_failure(authority, error),
            None => {
                Failure::new(FailureKind::Unreachable, format!("`{authority}` cannot be reached through the proxy"))
            }
        }
    }

    fn late(&self) -> Failure {
        let HttpRequest { authority, deadline_seconds, body, .. } = self.request;
        // Nothing tells when a request without a body leaves, so a change without one is taken as sent.
        let may_have_acted = self.effect == Effect::Change && (body.is_empty() || self.sent.load(Ordering::SeqCst));
        if !may_have_acted {
            return timed_out(authority, *deadline_seconds);
        }
        let message = format!(
            "`{authority}` gave no whole answer within {deadline_seconds} s; the request was sent and may have \
             been carried out"
        );
        Failure::new(FailureKind::OutcomeUnknown, message)
    }

    fn too_large(&self) -> Failure {
        let HttpRequest { authority, max_response_bytes, .. } = self.request;
        let message = format!("the answer of `{authority}` is larger than {max_response_bytes} bytes");
        Failure::new(FailureKind::TooLarge, message)
    }
}

/// A body that tells when it begins to leave, and is wiped when it is gone.
struct WatchedBody {
    bytes: Option<Bytes>,
    sent: Arc<AtomicBool>,
}

impl WatchedBody {
    fn new(body: Zeroizing<Vec<u8>>, sent: Arc<AtomicBool>) -> Self {
        Self { bytes: Some(Bytes::from_owner(body)), sent }
    }
}

impl http_body::Body for WatchedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
        self.sent.store(true, Ordering::SeqCst);
        Poll::Ready(self.bytes.take().map(|bytes| Ok(http_body::Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        http_body::SizeHint::with_exact(self.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}

/// The operating system's names, the same as for TLS peeks and SSH.
struct SystemNames;

impl Resolve for SystemNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let addresses = resolve(name.as_str(), 0).await?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}
