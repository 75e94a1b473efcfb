//! A small client for the lab's own tests: TLS that shows the leaf and verifies nothing, HTTP by hand.

use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use iofilter_certs_lab::{Lab, Ready, Scenario};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, RootCertStore, SignatureScheme, StreamOwned};
use sha2::{Digest as _, Sha256};

/// Starts a lab on ports that need no privilege.
pub(crate) fn lab(toml: &str) -> Lab {
    let mut scenario = Scenario::parse(toml).unwrap();
    scenario.ports.https.get_or_insert(8443);
    Lab::start(scenario).unwrap()
}

/// How to reach it.
pub(crate) fn ready(lab: &Lab) -> Ready {
    lab.ready().unwrap().clone()
}

/// An HTTP answer.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Status.
    pub(crate) status: u16,
    /// Head, lower case.
    pub(crate) head: String,
    /// Body.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The body as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// One request over TLS, trusting anyone. Fails as the connection does.
pub(crate) fn ask(place: &str, request: &str, headers: &[(&str, &str)], body: &str) -> std::io::Result<Answer> {
    let mut stream = tls(place, Arc::new(trusting_anyone()))?;
    exchange(&mut stream, request, headers, body)
}

/// The same, but only if the certificate chains to the lab's CA file and names the address.
pub(crate) fn ask_verified(ready: &Ready, request: &str) -> std::io::Result<Answer> {
    let mut roots = RootCertStore::empty();
    let pem = std::fs::read_to_string(&ready.ca_file)?;
    let der = iofilter_certs_lab::pki::Certificate::from_pem(&pem).unwrap().der;
    roots.add(CertificateDer::from(der)).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    exchange(&mut tls(&ready.vcenter, Arc::new(config))?, request, &[], "")
}

/// One request in plain HTTP, for the control URL.
pub(crate) fn ask_control(ready: &Ready, request: &str, body: &str) -> Answer {
    let place = ready.control_url.strip_prefix("http://").unwrap();
    exchange(&mut TcpStream::connect(place).unwrap(), request, &[], body).unwrap()
}

/// SHA-256 of the leaf that a port serves, as hex.
pub(crate) fn leaf(address: &str, port: u16) -> std::io::Result<String> {
    let stream = tls(&format!("{address}:{port}"), Arc::new(trusting_anyone()))?;
    let der = stream.conn.peer_certificates().unwrap().first().unwrap().to_vec();
    Ok(Sha256::digest(der).iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat())
}

/// Logs in by REST and answers the token.
pub(crate) fn login(ready: &Ready) -> String {
    let basic = basic(&ready.username, &ready.password);
    let answer = ask(&ready.vcenter, "POST /api/session", &[("authorization", &basic)], "").unwrap();
    assert_eq!(answer.status, 201);
    answer.json().as_str().unwrap().to_owned()
}

/// A header value for Basic authentication.
pub(crate) fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", BASE64.encode(format!("{user}:{password}")))
}

fn tls(place: &str, config: Arc<ClientConfig>) -> std::io::Result<StreamOwned<ClientConnection, TcpStream>> {
    let socket = TcpStream::connect(place)?;
    // Not for timing: a lab that never answers must not hang the test run.
    socket.set_read_timeout(Some(Duration::from_secs(20)))?;
    let address: std::net::IpAddr = place.split(':').next().unwrap().parse().unwrap();
    let connection = ClientConnection::new(config, ServerName::IpAddress(address.into())).unwrap();
    let mut stream = StreamOwned::new(connection, socket);
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock)?;
    }
    Ok(stream)
}

fn exchange<S: std::io::Read + std::io::Write>(
    stream: &mut S,
    request: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> std::io::Result<Answer> {
    let fields = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect::<Vec<_>>().concat();
    let length = body.len();
    write!(
        stream,
        "{request} HTTP/1.1\r\nhost: lab\r\nconnection: close\r\ncontent-length: {length}\r\n{fields}\r\n{body}"
    )?;
    stream.flush()?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").ok_or(std::io::ErrorKind::UnexpectedEof)?;
    let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Ok(Answer { status, head, body: bytes[end + 4..].to_vec() })
}

fn trusting_anyone() -> ClientConfig {
    ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anyone))
        .with_no_client_auth()
}

#[derive(Debug)]
struct Anyone;

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        rustls::crypto::ring::default_provider().signature_verification_algorithms.supported_schemes()
    }
}
