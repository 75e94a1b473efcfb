//! A certificate, read once for all that the world asks of it.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use x509_parser::prelude::{FromDer as _, GeneralName, ParsedExtension, X509Certificate};

use crate::error::LabError;

/// A certificate, with what the world needs to judge it already read out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// PEM text, ending in a line end.
    pub pem: String,
    /// DER bytes.
    pub der: Vec<u8>,
    /// SHA-256 of the DER, lower case hex without colons.
    pub fingerprint: String,
    /// SHA-1 of the DER, upper case hex with colons, as vCenter shows a host's thumbprint.
    pub thumbprint: String,
    /// Subject, as one line.
    pub subject: String,
    /// Issuer, as one line.
    pub issuer: String,
    /// Serial number, upper case hex.
    pub serial: String,
    /// DNS names and addresses of the subject alternative name.
    pub names: Vec<String>,
    /// Not before.
    pub not_before: OffsetDateTime,
    /// Not after.
    pub not_after: OffsetDateTime,
    /// Subject key identifier, lower case hex, empty when absent.
    pub key_id: String,
    /// Authority key identifier, lower case hex, empty when absent.
    pub authority_key_id: String,
    /// May it sign certificates?
    pub is_authority: bool,
}

impl Certificate {
    /// Reads the first certificate of a PEM text. Fails when there is none or it is not X.509.
    pub fn from_pem(text: &str) -> Result<Self, LabError> {
        Self::from_der(&unarmoured("CERTIFICATE", text)?)
    }

    /// Reads a DER certificate.
    pub fn from_der(der: &[u8]) -> Result<Self, LabError> {
        let (_, parsed) = X509Certificate::from_der(der).map_err(LabError::certificate)?;
        let (mut key_id, mut authority_key_id, mut names) = (String::new(), String::new(), Vec::new());
        for extension in parsed.extensions() {
            match extension.parsed_extension() {
                ParsedExtension::SubjectKeyIdentifier(id) => key_id = hex(id.0),
                ParsedExtension::AuthorityKeyIdentifier(id) => {
                    authority_key_id = id.key_identifier.as_ref().map(|id| hex(id.0)).unwrap_or_default();
                }
                ParsedExtension::SubjectAlternativeName(san) => {
                    names = san.general_names.iter().filter_map(readable_name).collect();
                }
                _ => {}
            }
        }
        Ok(Self {
            pem: pem("CERTIFICATE", der),
            fingerprint: hex(&Sha256::digest(der)),
            thumbprint: colons(&sha1::Sha1::digest(der)),
            subject: parsed.subject().to_string(),
            issuer: parsed.issuer().to_string(),
            serial: hex(parsed.raw_serial()).to_uppercase(),
            names,
            not_before: parsed.validity().not_before.to_datetime(),
            not_after: parsed.validity().not_after.to_datetime(),
            key_id,
            authority_key_id,
            is_authority: parsed.is_ca(),
            der: der.to_vec(),
        })
    }

    /// Did `authority` sign this one? By name and key identifier, which is what tells a rotated root from its successor.
    pub fn is_signed_by(&self, authority: &Self) -> bool {
        authority.is_authority && self.issuer == authority.subject && self.authority_key_id == authority.key_id
    }

    /// Its public key, as the DER of `SubjectPublicKeyInfo`; empty when it cannot be read again.
    pub fn public_key(&self) -> Vec<u8> {
        X509Certificate::from_der(&self.der).map(|(_, parsed)| parsed.public_key().raw.to_vec()).unwrap_or_default()
    }

    /// The digest of its public key as `openssl x509 -noout -pubkey | openssl dgst -sha256` prints it.
    pub fn public_key_digest(&self) -> String {
        public_key_digest(&self.public_key())
    }

    /// Is subject equal to issuer?
    pub fn is_self_signed(&self) -> bool {
        self.subject == self.issuer
    }

    /// Is `now` inside its validity?
    pub fn is_valid_at(&self, now: OffsetDateTime) -> bool {
        self.not_before <= now && now <= self.not_after
    }

    /// Does it name this host?
    pub fn names_host(&self, host: &str) -> bool {
        self.names.iter().any(|name| name.eq_ignore_ascii_case(host))
    }
}

/// DER bytes of the first PEM block with this label. Fails when there is none or it is not Base64.
pub(crate) fn unarmoured(label: &str, text: &str) -> Result<Vec<u8>, LabError> {
    let body = text
        .split(&format!("-----BEGIN {label}-----"))
        .nth(1)
        .and_then(|rest| rest.split(&format!("-----END {label}-----")).next())
        .ok_or_else(|| LabError::certificate(format!("no PEM {} in the text", label.to_lowercase())))?;
    let base64: String = body.split_whitespace().collect();
    BASE64.decode(base64).map_err(LabError::certificate)
}

/// SHA-256 with colons, upper case, as thumbprints are shown to people.
pub fn sha256_with_colons(der: &[u8]) -> String {
    colons(&Sha256::digest(der))
}

/// PEM text of some bytes.
pub fn pem(label: &str, der: &[u8]) -> String {
    let base64 = BASE64.encode(der);
    let mut text = format!("-----BEGIN {label}-----\n");
    for (index, letter) in base64.chars().enumerate() {
        if index > 0 && index % 64 == 0 {
            text.push('\n');
        }
        text.push(letter);
    }
    text + &format!("\n-----END {label}-----\n")
}

/// The SHA-256 of a public key in PEM.
pub(crate) fn public_key_digest(public_key: &[u8]) -> String {
    hex(&Sha256::digest(pem("PUBLIC KEY", public_key)))
}

/// Lower case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

fn colons(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
}

fn readable_name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(octets) => {
            let octets: [u8; 4] = (*octets).try_into().ok()?;
            Some(IpAddr::from(octets).to_string())
        }
        _ => None,
    }
}
