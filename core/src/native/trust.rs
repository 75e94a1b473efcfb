//! How a server's certificate is judged before a request is sent to it.

use std::error::Error;
use std::fmt;
use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, OtherError, RootCertStore, SignatureScheme};
use sha2::{Digest as _, Sha256};
use x509_parser::prelude::{ASN1Time, FromDer as _, X509Certificate};

use super::failure::find;
use crate::request::{Failure, FailureKind, Trust};

/// The host's root certificates, read once a host and only when they are asked for.
#[derive(Default)]
pub(super) struct HostRoots(OnceLock<Arc<RootCertStore>>);

impl HostRoots {
    fn store(&self) -> Arc<RootCertStore> {
        let read = || {
            let mut store = RootCertStore::empty();
            store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            Arc::new(store)
        };
        Arc::clone(self.0.get_or_init(read))
    }
}

/// A TLS configuration that judges by `trust`. Fails as [`FailureKind::Untrusted`] when what was given to trust is unusable.
pub(super) fn client_config(trust: &Trust, host_roots: &HostRoots) -> Result<ClientConfig, Failure> {
    let rule = match trust {
        Trust::HostRoots => Rule::Chain(chain_verifier(host_roots.store())?, Vec::new()),
        Trust::Anchors(pem) => {
            let anchors = anchors(pem)?;
            Rule::Chain(chain_verifier(store_of(&anchors)?)?, anchors)
        }
        Trust::PinnedLeaf(fingerprint) => Rule::Pinned(normal_fingerprint(fingerprint)?),
        Trust::ValidateCertsFalse => Rule::Anything,
    };
    let judge = Judge { rule, provider: provider() };
    let builder = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::new(FailureKind::Tls, format!("tls cannot be set up: {error}")))?;
    Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(judge)).with_no_client_auth())
}

/// What a verifier's refusal says, when `error` comes of one.
pub(super) fn refusal(error: &(dyn Error + 'static)) -> Option<String> {
    match find::<rustls::Error>(error)? {
        rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(inner))) => {
            inner.downcast_ref::<Refusal>().map(ToString::to_string)
        }
        _ => None,
    }
}

/// ring, everywhere: one provider, chosen here and not by a process-wide default.
pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

#[derive(Debug)]
struct Judge {
    rule: Rule,
    provider: Arc<CryptoProvider>,
}

#[derive(Debug)]
enum Rule {
    /// A chain to a root; or the leaf is itself one of these, as a self-signed server's certificate in a CA file is.
    Chain(Arc<WebPkiServerVerifier>, Vec<CertificateDer<'static>>),
    /// Lower-case hex of the leaf's SHA-256.
    Pinned(String),
    Anything,
}

/// Carried through rustls to whoever asked, so that the message can say what was shown.
#[derive(Debug)]
struct Refusal(String);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Refusal {}

impl ServerCertVerifier for Judge {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        match &self.rule {
            Rule::Anything => Ok(ServerCertVerified::assertion()),
            Rule::Pinned(wanted) if *wanted == fingerprint(leaf) => Ok(ServerCertVerified::assertion()),
            Rule::Pinned(wanted) => Err(refuse(name, leaf, &format!("the pinned SHA-256 is {wanted}"))),
            Rule::Chain(verifier, anchors) => verifier
                .verify_server_cert(leaf, intermediates, name, ocsp, now)
                .or_else(
                    |error| if anchors.contains(leaf) { anchor_itself(leaf, name, now, error) } else { Err(error) },
                )
                .map_err(|error| refuse(name, leaf, &reason(&error, leaf))),
        }
    }

    // The handshake's signature is checked under every rule: it proves that the peer holds the key of what it shows.
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, leaf, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, leaf, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// A self-signed certificate may call itself a CA, and is then refused as a server's although it was given as trusted. It
/// counts here as it does with OpenSSL, when its name and its time are right.
fn anchor_itself(
    leaf: &CertificateDer<'_>,
    name: &ServerName<'_>,
    now: UnixTime,
    error: rustls::Error,
) -> Result<ServerCertVerified, rustls::Error> {
    verify_server_name(&ParsedCertificate::try_from(leaf)?, name)?;
    let valid = X509Certificate::from_der(leaf).is_ok_and(|(_, certificate)| {
        ASN1Time::from_timestamp(shown(now).0).is_ok_and(|now| certificate.validity().is_valid_at(now))
    });
    if valid { Ok(ServerCertVerified::assertion()) } else { Err(error) }
}

fn refuse(name: &ServerName<'_>, leaf: &CertificateDer<'_>, why: &str) -> rustls::Error {
    let text = format!(
        "the certificate of `{name}` is not trusted: {why}; it showed {subject} with SHA-256 {fingerprint}; \
         give the CA file that it was issued from, or pin this SHA-256 after comparing it at the server",
        name = name.to_str(),
        subject = subject(leaf),
        fingerprint = fingerprint(leaf),
    );
    rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(Refusal(text)))))
}

fn reason(error: &rustls::Error, leaf: &CertificateDer<'_>) -> String {
    let rustls::Error::InvalidCertificate(error) = error else {
        return "it cannot be verified".to_owned();
    };
    match error {
        CertificateError::UnknownIssuer | CertificateError::Other(_) if is_self_signed(leaf) => {
            "it is self-signed".to_owned()
        }
        CertificateError::UnknownIssuer => "no trusted root issued it".to_owned(),
        CertificateError::Expired => "it has expired".to_owned(),
        CertificateError::ExpiredContext { not_after, .. } => format!("it expired at {}", shown(*not_after)),
        CertificateError::NotValidYet => "it is not valid yet".to_owned(),
        CertificateError::NotValidYetContext { not_before, .. } => {
            format!("it is not valid before {}", shown(*not_before))
        }
        CertificateError::NotValidForName => "it is for another name".to_owned(),
        CertificateError::NotValidForNameContext { presented, .. } => {
            format!("it is for another name ({} alternative names in it)", presented.len())
        }
        CertificateError::Revoked => "it was revoked".to_owned(),
        CertificateError::BadSignature => "a signature in its chain is wrong".to_owned(),
        CertificateError::BadEncoding => "it cannot be read".to_owned(),
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "it is not made for servers".to_owned()
        }
        // The remaining kinds have no words of their own; those that fleets show are above.
        _ => "it cannot be verified".to_owned(),
    }
}

fn shown(time: UnixTime) -> crate::time::UnixTime {
    crate::time::UnixTime(i64::try_from(time.as_secs()).unwrap_or(i64::MAX))
}

fn is_self_signed(leaf: &CertificateDer<'_>) -> bool {
    X509Certificate::from_der(leaf).is_ok_and(|(_, certificate)| certificate.subject() == certificate.issuer())
}

/// The subject as people write it; what a server sent is not let through raw.
fn subject(leaf: &CertificateDer<'_>) -> String {
    match X509Certificate::from_der(leaf) {
        Ok((_, certificate)) => {
            let subject = certificate.subject().to_string();
            let kept: String = subject.chars().filter(|c| !c.is_control() && *c != '`').take(200).collect();
            format!("`{kept}`")
        }
        Err(_) => "a certificate that cannot be read".to_owned(),
    }
}

/// SHA-256 of the DER, lower-case hex.
fn fingerprint(leaf: &CertificateDer<'_>) -> String {
    Sha256::digest(leaf).iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Accepts the forms that tools print: upper case and with colons.
fn normal_fingerprint(given: &str) -> Result<String, Failure> {
    let normal: String = given.chars().filter(|c| *c != ':').map(|c| c.to_ascii_lowercase()).collect();
    if normal.len() == 64 && normal.chars().all(|c| c.is_ascii_hexdigit()) {
        return Ok(normal);
    }
    let message = format!("`{given}` is not a SHA-256; give 64 hexadecimal digits, with or without colons");
    Err(Failure::new(FailureKind::Untrusted, message))
}

fn anchors(pem: &str) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    let anchors = read.map_err(|_| unusable("is damaged"))?;
    if anchors.is_empty() { Err(unusable("holds no certificate")) } else { Ok(anchors) }
}

fn store_of(anchors: &[CertificateDer<'static>]) -> Result<Arc<RootCertStore>, Failure> {
    let mut store = RootCertStore::empty();
    for anchor in anchors {
        store.add(anchor.clone()).map_err(|_| unusable("holds a certificate that cannot be read"))?;
    }
    Ok(Arc::new(store))
}

fn unusable(why: &str) -> Failure {
    Failure::new(FailureKind::Untrusted, format!("the CA file {why}; give PEM certificates"))
}

fn chain_verifier(roots: Arc<RootCertStore>) -> Result<Arc<WebPkiServerVerifier>, Failure> {
    WebPkiServerVerifier::builder_with_provider(roots, provider()).build().map_err(|_| {
        let message = "this host has no root certificates; install them, give a CA file or pin the certificate";
        Failure::new(FailureKind::Untrusted, message)
    })
}
