//! X.509 certificates: read once, shown readably, judged by date, name and chain.
//!
//! Everything here is a pure function of the bytes and of `now`, and runs alike natively and in the component.
//! Absent on purpose: revocation (vSphere's IOFilter legs do not use it), name constraints, private keys, and
//! Java's or OpenSSL's laxer readings. What cannot be judged is said to be so, and is never taken for fine.
//!
//! ```
//! # use iofilter_certs::certificate::{Certificate, CertificateError};
//! let error = Certificate::from_pem("hello").unwrap_err();
//! assert_eq!(error, CertificateError::NoBlock);
//! ```

mod chain;
mod distinguished_name;
mod error;
mod fingerprint;
mod key;
mod parse;
mod pem;
mod power;
mod request;
mod revocation_list;
mod server_name;
mod signature;
mod text;
mod validity;

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize, Serializer};

pub use chain::{ChainVerdict, MAXIMUM_DEPTH, MAXIMUM_SIGNATURE_CHECKS, verify_chain};
pub use error::CertificateError;
pub use fingerprint::Fingerprint;
pub use key::{Digest, KeyAlgorithm, PublicKey, SignatureAlgorithm};
pub use request::SigningRequest;
pub(crate) use revocation_list::{is_same_text, lists_without_successor};
pub use server_name::NameMatch;
pub(crate) use server_name::{is_same_name, plain_name};
pub use validity::Validity;

use crate::time::UnixTime;

/// One certificate, read.
///
/// It is made only by reading its DER, and every other field follows from those bytes; read the fields, do not write
/// them. Two certificates are equal when their fingerprints are. As JSON it is the fields below and `der` in base64;
/// reading that JSON back believes `der` alone and derives the rest anew.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "DerOnly")]
pub struct Certificate {
    /// SHA-256 of the DER.
    pub fingerprint: Fingerprint,
    /// SHA-1 of the DER as vSphere shows it: `AA:BB:..`, upper case. For people and for comparing with what vCenter
    /// stores, never for trust.
    pub sha1_thumbprint: String,
    /// Who it is for, as RFC 4514 writes names: `CN=esx01.lab.test,O=VMware,C=US`.
    pub subject: String,
    /// Who signed it, in the form of `subject`.
    pub issuer: String,
    /// The serial number in lower-case hexadecimal, without separators.
    pub serial: String,
    /// The first second it is good for, in certificate time.
    pub not_before: UnixTime,
    /// The last second it is good for, in certificate time.
    pub not_after: UnixTime,
    /// The most specific `CN` of the subject.
    pub common_name: Option<String>,
    /// DNS names among the subject's alternative names, as written.
    pub dns_names: Vec<String>,
    /// IP addresses among the subject's alternative names, in their usual short form.
    pub ip_addresses: Vec<String>,
    /// The name of its own key, lower-case hexadecimal.
    pub subject_key_id: Option<String>,
    /// The name of the key that signed it, lower-case hexadecimal.
    pub authority_key_id: Option<String>,
    /// Whether its basic constraints say that it is an authority.
    pub is_ca: bool,
    /// Whether subject and issuer are the same name. Self-*signed* is more: see [`Certificate::is_self_signed`].
    pub self_issued: bool,
    /// The key it certifies.
    pub key: PublicKey,
    /// How it was signed.
    pub signature_algorithm: SignatureAlgorithm,
    #[serde(serialize_with = "as_base64")]
    der: Vec<u8>,
    #[serde(skip)]
    authority: Authority,
}

/// What a certificate may do as the issuer of others (RFC 5280, 4.2.1.3 and 4.2.1.9).
#[derive(Debug, Clone, Copy, Default)]
struct Authority {
    /// Basic constraints say so and key usage does not forbid it; or it is a self-issued certificate of version 1,
    /// which had no such extensions.
    may_sign_certificates: bool,
    /// How many authorities may stand below it.
    path_length: Option<u32>,
}

impl Certificate {
    /// Reads one certificate from its DER bytes, with nothing after them.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        parse::parse(der)
    }

    /// Reads the first certificate block of a PEM text. Other blocks and text around blocks are passed over.
    pub fn from_pem(text: &str) -> Result<Self, CertificateError> {
        pem::blocks(text).next().unwrap_or(Err(CertificateError::NoBlock)).and_then(|der| Self::from_der(&der))
    }

    /// Reads every certificate block of a PEM text, in order, each with its own result: a castore with one broken
    /// block still shows the others. An error says which block, and at which line it begins. Empty when there is
    /// no certificate block at all.
    pub fn all_from_pem(text: &str) -> Vec<Result<Self, CertificateError>> {
        pem::read_all(text)
    }

    /// The DER bytes it was read from.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// One PEM block with lines of 64 characters and a final line feed, as OpenSSL and vSphere write it.
    pub fn to_pem(&self) -> String {
        pem::write(&self.der)
    }

    /// Whether it is its own issuer: the names are the same and its signature verifies with its own key. An
    /// algorithm that is not supported counts as no.
    pub fn is_self_signed(&self) -> bool {
        self.self_issued && self.signed_by(self).unwrap_or(false)
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.fingerprint == other.fingerprint
    }
}

impl Eq for Certificate {}

impl PartialOrd for Certificate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Certificate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.fingerprint.cmp(&other.fingerprint)
    }
}

impl Hash for Certificate {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.fingerprint.hash(state);
    }
}

/// The one part of a certificate's JSON that is believed.
#[derive(Deserialize)]
struct DerOnly {
    der: String,
}

impl TryFrom<DerOnly> for Certificate {
    type Error = CertificateError;

    fn try_from(document: DerOnly) -> Result<Self, Self::Error> {
        let der = STANDARD.decode(document.der.trim()).map_err(|_| CertificateError::FieldNotBase64)?;
        Self::from_der(&der)
    }
}

fn as_base64<S: Serializer>(der: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(der))
}

/// Lower-case hexadecimal, no separators.
fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
