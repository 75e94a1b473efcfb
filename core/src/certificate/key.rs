//! Algorithms, by the names people know from OpenSSL.

use std::fmt;

use serde::{Serialize, Serializer};

/// The key that a certificate certifies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicKey {
    /// Its kind.
    pub algorithm: KeyAlgorithm,
    /// Its size: the modulus for RSA, the field for EC; 0 where that means nothing.
    pub bits: u32,
}

/// A kind of key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyAlgorithm {
    /// RSA, for any padding.
    Rsa,
    /// RSA that may be used with RSASSA-PSS only.
    RsaPss,
    /// The curve P-256, also called prime256v1.
    EcP256,
    /// The curve P-384.
    EcP384,
    /// The curve P-521.
    EcP521,
    /// Ed25519.
    Ed25519,
    /// Any other, by its object identifier.
    Other(String),
}

/// How a certificate was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatureAlgorithm {
    /// RSA with PKCS#1 v1.5 padding.
    Rsa(Digest),
    /// RSASSA-PSS, whichever digest; vSphere refuses it for ESXi hosts (product documentation, "custom certificates").
    RsaPss,
    /// ECDSA.
    Ecdsa(Digest),
    /// Ed25519.
    Ed25519,
    /// Any other, by its object identifier.
    Other(String),
}

/// A digest that signatures are made over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digest {
    /// MD5: broken.
    Md5,
    /// SHA-1: broken, and refused by vSphere for ESXi hosts.
    Sha1,
    /// SHA-224.
    Sha224,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl SignatureAlgorithm {
    /// Whether it rests on a broken digest, MD5 or SHA-1.
    pub fn is_weak(&self) -> bool {
        matches!(self, Self::Rsa(Digest::Md5 | Digest::Sha1) | Self::Ecdsa(Digest::Md5 | Digest::Sha1))
    }

    pub(super) fn from_oid(oid: &str) -> Self {
        match oid {
            "1.2.840.113549.1.1.4" => Self::Rsa(Digest::Md5),
            "1.2.840.113549.1.1.5" => Self::Rsa(Digest::Sha1),
            "1.2.840.113549.1.1.14" => Self::Rsa(Digest::Sha224),
            "1.2.840.113549.1.1.11" => Self::Rsa(Digest::Sha256),
            "1.2.840.113549.1.1.12" => Self::Rsa(Digest::Sha384),
            "1.2.840.113549.1.1.13" => Self::Rsa(Digest::Sha512),
            "1.2.840.113549.1.1.10" => Self::RsaPss,
            "1.2.840.10045.4.1" => Self::Ecdsa(Digest::Sha1),
            "1.2.840.10045.4.3.1" => Self::Ecdsa(Digest::Sha224),
            "1.2.840.10045.4.3.2" => Self::Ecdsa(Digest::Sha256),
            "1.2.840.10045.4.3.3" => Self::Ecdsa(Digest::Sha384),
            "1.2.840.10045.4.3.4" => Self::Ecdsa(Digest::Sha512),
            "1.3.101.112" => Self::Ed25519,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl KeyAlgorithm {
    /// From the identifiers of the algorithm and, for EC, of the curve; with the size in bits where these fix it.
    pub(super) fn from_oids(algorithm: &str, curve: Option<&str>) -> (Self, u32) {
        match (algorithm, curve) {
            ("1.2.840.113549.1.1.1", _) => (Self::Rsa, 0),
            ("1.2.840.113549.1.1.10", _) => (Self::RsaPss, 0),
            ("1.2.840.10045.2.1", Some("1.2.840.10045.3.1.7")) => (Self::EcP256, 256),
            ("1.2.840.10045.2.1", Some("1.3.132.0.34")) => (Self::EcP384, 384),
            ("1.2.840.10045.2.1", Some("1.3.132.0.35")) => (Self::EcP521, 521),
            ("1.3.101.112", _) => (Self::Ed25519, 256),
            ("1.2.840.10045.2.1", Some(other)) | (other, _) => (Self::Other(other.to_owned()), 0),
        }
    }
}

/// `RSA 2048`, `EC P-256`.
impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.algorithm {
            KeyAlgorithm::Rsa | KeyAlgorithm::RsaPss => write!(f, "{} {}", self.algorithm, self.bits),
            KeyAlgorithm::EcP256
            | KeyAlgorithm::EcP384
            | KeyAlgorithm::EcP521
            | KeyAlgorithm::Ed25519
            | KeyAlgorithm::Other(_) => self.algorithm.fmt(f),
        }
    }
}

impl fmt::Display for KeyAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa => f.write_str("RSA"),
            Self::RsaPss => f.write_str("RSASSA-PSS"),
            Self::EcP256 => f.write_str("EC P-256"),
            Self::EcP384 => f.write_str("EC P-384"),
            Self::EcP521 => f.write_str("EC P-521"),
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::Other(oid) => f.write_str(oid),
        }
    }
}

/// `sha256WithRSAEncryption`, `ecdsa-with-SHA384`, `RSASSA-PSS`.
impl fmt::Display for SignatureAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa(digest) => write!(f, "{}WithRSAEncryption", digest.name().to_ascii_lowercase()),
            Self::RsaPss => f.write_str("RSASSA-PSS"),
            Self::Ecdsa(digest) => write!(f, "ecdsa-with-{}", digest.name()),
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::Other(oid) => f.write_str(oid),
        }
    }
}

impl Digest {
    fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA1",
            Self::Sha224 => "SHA224",
            Self::Sha256 => "SHA256",
            Self::Sha384 => "SHA384",
            Self::Sha512 => "SHA512",
        }
    }
}

impl Serialize for KeyAlgorithm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for SignatureAlgorithm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
