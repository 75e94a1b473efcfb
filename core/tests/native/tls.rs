//! TLS peeks: what is read from servers good and bad, and what each failure is called.

use std::sync::{Arc, Mutex};

use iofilter_certs::native::Perform as _;
use iofilter_certs::request::{Failure, FailureKind, Look, Peer, Response, TlsPeek};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::server::{Acceptor, WebPkiClientVerifier};
use rustls::version::{TLS12, TLS13};
use rustls::{ALL_VERSIONS, RootCertStore, ServerConfig, ServerConnection};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::servers::{Identity, Server, host, silence, tcp, tls};

async fn peek(server: &Server, server_name: Option<&str>) -> Result<Peer, Failure> {
    peek_at(&server.authority, server_name, 60).await
}

async fn peek_at(authority: &str, server_name: Option<&str>, deadline_seconds: u32) -> Result<Peer, Failure> {
    let server_name = server_name.map(ToOwned::to_owned);
    let request = TlsPeek { authority: authority.to_owned(), server_name, deadline_seconds };
    match host().perform(Look::Peek(request)).await? {
        Response::Peer(peer) => Ok(peer),
        other => panic!("not a peer: {other:?}"),
    }
}

#[tokio::test]
async fn any_certificate_is_read_in_both_versions() {
    for identity in [Identity::of(&["esx.example"]), Identity::expired(&["other.example"])] {
        for (version, name) in [(&TLS12, "TLSv1.2"), (&TLS13, "TLSv1.3")] {
            let server = tls(identity.config(&[version]), silence).await;
            let peer = peek(&server, Some("esx.example")).await.unwrap();
            assert_eq!(peer, Peer { chain_der: vec![identity.leaf.to_vec()], protocol: name.to_owned() });
        }
    }
}

#[tokio::test]
async fn the_whole_chain_is_given_as_it_was_sent() {
    let identity = Identity::of(&["esx.example"]);
    let root = CertificateDer::from_pem_slice(identity.ca_pem.as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let chain = vec![identity.leaf.clone(), root.clone()];
    let config = config.with_no_client_auth().with_single_cert(chain, identity.key.clone_key()).unwrap();
    let server = tls(config, silence).await;
    assert_eq!(peek(&server, None).await.unwrap().chain_der, [identity.leaf.to_vec(), root.to_vec()]);
}

#[tokio::test]
async fn a_server_that_demands_a_client_certificate_is_read_all_the_same() {
    let identity = Identity::of(&["esx.example"]);
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(identity.ca_pem.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build().unwrap();
    for version in [&TLS12, &TLS13] {
        let config = ServerConfig::builder_with_provider(Arc::clone(&provider)).with_protocol_versions(&[version]);
        let config = config.unwrap().with_client_cert_verifier(Arc::clone(&clients));
        let config = config.with_single_cert(vec![identity.leaf.clone()], identity.key.clone_key()).unwrap();
        let server = tls(config, silence).await;
        assert_eq!(peek(&server, None).await.unwrap().chain_der, [identity.leaf.to_vec()]);
    }
}

/// Reads what the client says first, answers it with the server's first flight, and says nothing more.
async fn first_flight_only(mut stream: TcpStream, config: Arc<ServerConfig>) {
    let mut connection = ServerConnection::new(config).unwrap();
    let mut buffer = [0; 4096];
    while !connection.wants_write() {
        let count = stream.read(&mut buffer).await.unwrap();
        connection.read_tls(&mut buffer.get(..count).unwrap()).unwrap();
        connection.process_new_packets().unwrap();
    }
    let mut flight = Vec::new();
    while connection.wants_write() {
        connection.write_tls(&mut flight).unwrap();
    }
    stream.write_all(&flight).await.unwrap();
    silence(stream).await;
}

#[tokio::test]
async fn a_server_that_falls_silent_after_its_certificate_was_still_read() {
    let identity = Identity::of(&["esx.example"]);
    let config = Arc::new(identity.config(&[&TLS12]));
    let server = tcp(move |stream| first_flight_only(stream, Arc::clone(&config))).await;
    let peer = peek_at(&server.authority, None, 2).await.unwrap();
    assert_eq!(peer.chain_der, [identity.leaf.to_vec()]);
}

#[tokio::test]
async fn only_a_name_is_sent_as_sni() {
    let names = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&names);
    let server = tcp(move |mut stream| {
        let seen = Arc::clone(&seen);
        async move {
            let mut acceptor = Acceptor::default();
            let mut buffer = [0; 4096];
            let accepted = loop {
                let count = stream.read(&mut buffer).await.unwrap();
                acceptor.read_tls(&mut buffer.get(..count).unwrap()).unwrap();
                if let Some(accepted) = acceptor.accept().map_err(|(error, _)| error).unwrap() {
                    break accepted;
                }
            };
            seen.lock().unwrap().push(accepted.client_hello().server_name().map(ToOwned::to_owned));
        }
    });
    let server = server.await;
    for name in [Some("esx.example"), None] {
        assert!(peek(&server, name).await.is_err());
    }
    assert_eq!(*names.lock().unwrap(), [Some("esx.example".to_owned()), None]);
}

#[tokio::test]
async fn every_way_of_failing_has_its_name() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().to_string();
    let closing = tcp(|stream| async move { drop(stream) }).await;
    // A fatal alert, 40: handshake_failure.
    let alert = tcp(|mut stream| async move {
        let _ = stream.read(&mut [0; 4096]).await;
        let _ = stream.write_all(&[21, 3, 3, 0, 2, 2, 40]).await;
    });
    let alert = alert.await;
    let garbage = tcp(|mut stream| async move {
        let _ = stream.write_all(b"220 esx01 FTP server ready\r\n").await;
        silence(stream).await;
    });
    let garbage = garbage.await;
    let cases = [
        (closed.as_str(), FailureKind::Refused, "refused the connection"),
        ("no-such-host.invalid:443", FailureKind::NameUnknown, "`no-such-host.invalid` has no address"),
        (&closing.authority, FailureKind::Closed, "without showing a certificate"),
        (&alert.authority, FailureKind::Tls, "the alert `handshake_failure`"),
        (&garbage.authority, FailureKind::Tls, "not tls"),
    ];
    for (authority, kind, words) in cases {
        let failure = peek_at(authority, None, 60).await.unwrap_err();
        assert_eq!(failure.kind, kind, "{}", failure.message);
        assert!(failure.message.contains(words), "{}", failure.message);
    }
}

#[tokio::test]
async fn a_server_that_never_says_anything_times_out() {
    let server = tcp(silence).await;
    let failure = peek_at(&server.authority, None, 1).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::TimedOut, "{}", failure.message);
}

#[tokio::test]
async fn a_peek_connects_once_and_never_again() {
    let identity = Identity::of(&["esx.example"]);
    let server = tls(identity.config(ALL_VERSIONS), silence).await;
    for expected in 1..=3 {
        peek(&server, None).await.unwrap();
        assert_eq!(server.count(), expected);
    }
}
