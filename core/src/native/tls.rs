//! Reads what a TLS server shows. Nothing is verified, nothing is sent, and the connection ends here.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, IpAddr, Ipv4Addr, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use tokio::io::AsyncWriteExt as _;
use tokio_rustls::TlsConnector;

use super::failure::{connect_failure, find, timed_out};
use super::network::connect;
use super::trust::provider;
use crate::request::{Failure, FailureKind, Peer, TlsPeek};

/// Shakes hands and reads the certificates.
///
/// As soon as the server has shown its certificates the peek has succeeded: what goes wrong after that, such as a server
/// that wants a client's certificate, does not matter here.
pub(super) async fn peek(request: TlsPeek) -> Result<Peer, Failure> {
    let seen = Arc::new(Seen::default());
    let deadline = Duration::from_secs(request.deadline_seconds.into());
    let ended = tokio::time::timeout(deadline, shake_hands(&request, &seen)).await;
    if let Some(peer) = seen.take() {
        return Ok(peer);
    }
    match ended {
        Ok(Err(failure)) => Err(failure),
        Ok(Ok(())) => Err(no_certificate(&request.authority)),
        Err(_) => Err(timed_out(&request.authority, request.deadline_seconds)),
    }
}

/// What a TLS error means, when nothing was sent yet.
pub(super) fn tls_failure(authority: &str, error: &rustls::Error) -> Failure {
    let (kind, what) = match error {
        rustls::Error::AlertReceived(alert) => {
            (FailureKind::Tls, format!("ended the handshake with the alert `{}`", snake_case(&format!("{alert:?}"))))
        }
        rustls::Error::InvalidMessage(_) => (FailureKind::Tls, "answered with something that is not tls".to_owned()),
        rustls::Error::PeerIncompatible(_) => {
            (FailureKind::Tls, "offers no tls version or cipher that is in use today".to_owned())
        }
        rustls::Error::NoCertificatesPresented => return no_certificate(authority),
        rustls::Error::InvalidCertificate(_) => {
            (FailureKind::Tls, "does not prove to hold its certificate's key".to_owned())
        }
        _ => (FailureKind::Tls, "breaks the rules of the tls handshake".to_owned()),
    };
    Failure::new(kind, format!("`{authority}` {what}"))
}

fn no_certificate(authority: &str) -> Failure {
    Failure::new(FailureKind::Closed, format!("`{authority}` closed the connection without showing a certificate"))
}

async fn shake_hands(request: &TlsPeek, seen: &Arc<Seen>) -> Result<(), Failure> {
    let stream = connect(&request.authority).await?;
    let (name, config) = configuration(request.server_name.as_deref(), Arc::clone(seen))?;
    match TlsConnector::from(Arc::new(config)).connect(name, stream).await {
        Ok(mut stream) => {
            // Only politeness; the certificates are here.
            let _ = stream.shutdown().await;
            Ok(())
        }
        Err(error) => match find::<rustls::Error>(&error) {
            Some(error) => Err(tls_failure(&request.authority, error)),
            None if lost(&error) => Err(no_certificate(&request.authority)),
            None => Err(connect_failure(&request.authority, &error)),
        },
    }
}

fn lost(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)
}

fn configuration(name: Option<&str>, seen: Arc<Seen>) -> Result<(ServerName<'static>, ClientConfig), Failure> {
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::new(FailureKind::Tls, format!("tls cannot be set up: {error}")))?
        .dangerous()
        .with_custom_certificate_verifier(seen)
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    let name = match name {
        Some(name) => ServerName::try_from(name.to_owned()).map_err(|_| {
            Failure::new(
                FailureKind::NameUnknown,
                format!("`{name}` is not a name that a certificate can be asked for"),
            )
        })?,
        // An address is never sent as SNI; which one stands here does not matter.
        None => ServerName::IpAddress(IpAddr::V4(Ipv4Addr::from([0, 0, 0, 0]))),
    };
    Ok((name, config))
}

/// `HandshakeFailure` as the standard writes it: `handshake_failure`.
fn snake_case(name: &str) -> String {
    let mut text = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(character.to_ascii_lowercase());
    }
    text
}

/// A verifier that accepts everything and remembers it.
#[derive(Debug, Default)]
struct Seen {
    chain: Mutex<Vec<Vec<u8>>>,
    protocol: Mutex<Option<&'static str>>,
}

impl Seen {
    fn take(&self) -> Option<Peer> {
        let chain_der = std::mem::take(&mut *self.chain.lock().unwrap_or_else(PoisonError::into_inner));
        let protocol = self.protocol.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        Some(Peer { chain_der, protocol: protocol.to_owned() })
    }

    fn remember_protocol(&self, protocol: &'static str) -> HandshakeSignatureValid {
        *self.protocol.lock().unwrap_or_else(PoisonError::into_inner) = Some(protocol);
        HandshakeSignatureValid::assertion()
    }
}

impl ServerCertVerifier for Seen {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let chain = std::iter::once(leaf).chain(intermediates).map(|certificate| certificate.to_vec()).collect();
        *self.chain.lock().unwrap_or_else(PoisonError::into_inner) = chain;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(self.remember_protocol("TLSv1.2"))
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(self.remember_protocol("TLSv1.3"))
    }

    // Also those that nobody should trust any more: a peek wants to see such certificates, not to trust them.
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![
            SignatureScheme::ECDSA_NISTP256_SHA256,
            SignatureScheme::ECDSA_NISTP384_SHA384,
            SignatureScheme::ECDSA_NISTP521_SHA512,
            SignatureScheme::ED25519,
            SignatureScheme::RSA_PSS_SHA256,
            SignatureScheme::RSA_PSS_SHA384,
            SignatureScheme::RSA_PSS_SHA512,
            SignatureScheme::RSA_PKCS1_SHA256,
            SignatureScheme::RSA_PKCS1_SHA384,
            SignatureScheme::RSA_PKCS1_SHA512,
            SignatureScheme::ECDSA_SHA1_Legacy,
            SignatureScheme::RSA_PKCS1_SHA1,
        ]
    }
}
