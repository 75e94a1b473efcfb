//! Small servers on loopback for the native driver's tests: certificates made on the spot, answers written by hand.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use iofilter_certs::native::{Host, HostBuilder, Secrets};
use iofilter_certs::request::{Header, HttpRequest, Method, Piece, SecretEncoding, Trust};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// A CA and what it issued.
pub(crate) struct Identity {
    pub(crate) ca_pem: String,
    pub(crate) leaf: CertificateDer<'static>,
    pub(crate) key: PrivateKeyDer<'static>,
}

impl Identity {
    /// For these names, valid now.
    pub(crate) fn of(names: &[&str]) -> Self {
        Self::made(names, 2100)
    }

    /// Its certificate ended in 2001.
    pub(crate) fn expired(names: &[&str]) -> Self {
        Self::made(names, 2001)
    }

    /// Signed by itself, and a CA by its own words.
    pub(crate) fn self_signed(names: &[&str], last_year: i32) -> Self {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let mut leaf = CertificateParams::new(names).unwrap();
        leaf.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        leaf.not_before = rcgen::date_time_ymd(2000, 1, 1);
        leaf.not_after = rcgen::date_time_ymd(last_year, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = leaf.self_signed(&key).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        Self { ca_pem: certificate.pem(), leaf: certificate.der().clone(), key }
    }

    fn made(names: &[&str], last_year: i32) -> Self {
        let mut ca = CertificateParams::new(Vec::new()).unwrap();
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        ca.distinguished_name.push(DnType::CommonName, "lab root");
        let ca_key = KeyPair::generate().unwrap();
        let ca_pem = ca.self_signed(&ca_key).unwrap().pem();
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let mut leaf = CertificateParams::new(names).unwrap();
        leaf.distinguished_name.push(DnType::CommonName, "the lab's server");
        leaf.not_before = rcgen::date_time_ymd(2000, 1, 1);
        leaf.not_after = rcgen::date_time_ymd(last_year, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = leaf.signed_by(&key, &Issuer::new(ca, ca_key)).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        Self { ca_pem, leaf: certificate.der().clone(), key }
    }

    /// SHA-256 of the leaf, lower-case hex.
    pub(crate) fn sha256(&self) -> String {
        format!("{:x}", Sha256::digest(&self.leaf))
    }

    /// A server's configuration that shows this leaf, with these protocol versions.
    pub(crate) fn config(&self, versions: &[&'static rustls::SupportedProtocolVersion]) -> ServerConfig {
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_protocol_versions(versions)
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![self.leaf.clone()], self.key.clone_key())
            .unwrap()
    }
}

/// A server that runs as long as the test, and how many connections came to it.
pub(crate) struct Server {
    pub(crate) authority: String,
    pub(crate) connections: Arc<AtomicUsize>,
}

impl Server {
    pub(crate) fn count(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// Serves every connection with `handle`, before any TLS.
pub(crate) async fn tcp<F, R>(handle: F) -> Server
where
    F: Fn(TcpStream) -> R + Send + Sync + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let authority = listener.local_addr().unwrap().to_string();
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(handle(stream));
        }
    });
    Server { authority, connections }
}

/// Serves every connection with `handle`, after the TLS handshake.
pub(crate) async fn tls<F, R>(config: ServerConfig, handle: F) -> Server
where
    F: Fn(TlsStream<TcpStream>) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let acceptor = TlsAcceptor::from(Arc::new(config));
    tcp(move |stream| {
        let (acceptor, handle) = (acceptor.clone(), handle.clone());
        async move {
            if let Ok(stream) = acceptor.accept(stream).await {
                handle(stream).await;
            }
        }
    })
    .await
}

/// The next request's head and body as text; empty when the client has gone.
pub(crate) async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0usize) {
                return text;
            }
        }
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return String::new(),
            Ok(count) => text.push_str(&String::from_utf8_lossy(buffer.get(..count).unwrap())),
        }
    }
}

/// Never answers, and holds the connection open.
pub(crate) async fn silence(stream: impl AsyncRead + AsyncWrite) {
    std::future::pending::<()>().await;
    drop(stream);
}

/// The secrets that no test may ever see anywhere but on the wire.
pub(crate) const PASSWORD: &str = "hush-p<ssw\"rd";
pub(crate) const SESSION: &str = "52hush-session-abc";

/// A host that knows the password and trusts nothing by itself.
pub(crate) fn host() -> Host {
    let secrets = Secrets::new().with("vcenter.password", PASSWORD);
    HostBuilder { secrets, ..HostBuilder::default() }.build().unwrap()
}

/// A POST that carries the password in its body, judged by `trust`.
pub(crate) fn post(authority: &str, trust: Trust) -> HttpRequest {
    let password = Piece::Secret { name: "vcenter.password".into(), encoding: SecretEncoding::XmlText };
    HttpRequest {
        authority: authority.into(),
        method: Method::Post,
        path: "/sdk?x=1".into(),
        headers: vec![Header { name: "soapaction".into(), value: vec![Piece::Text("\"urn:vim25/8.0.3.0\"".into())] }],
        body: vec![Piece::Text("<password>".into()), password, Piece::Text("</password>".into())],
        trust,
        keep: None,
        max_response_bytes: 100_000,
        deadline_seconds: 60,
    }
}
