//! From DER to a [`Certificate`].

use std::net::{Ipv4Addr, Ipv6Addr};

use sha1::{Digest as _, Sha1};
use x509_parser::asn1_rs::{FromDer, Oid};
use x509_parser::certificate::{BasicExtension, TbsCertificate, X509Certificate};
use x509_parser::error::X509Error;
use x509_parser::extensions::{GeneralName, KeyUsage, ParsedExtension, X509Extension};
use x509_parser::nom;
use x509_parser::oid_registry::OID_X509_EXT_AUTHORITY_KEY_IDENTIFIER;
use x509_parser::oid_registry::OID_X509_EXT_SUBJECT_KEY_IDENTIFIER;
use x509_parser::public_key::PublicKey as ParsedKey;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo, X509Version};

use super::{Authority, Certificate, CertificateError, Fingerprint, KeyAlgorithm, PublicKey, SignatureAlgorithm};
use super::{distinguished_name, hexadecimal};
use crate::time::UnixTime;

/// The longest DER that is read, in bytes. The longest real ones, with hundreds of names, have some tens of thousands.
const MAXIMUM_BYTES: usize = 256 * 1024;

const SEQUENCE: u8 = 0x30;
const BIT_STRING: u8 = 0x03;
const EXPLICIT_VERSION: u8 = 0xa0;

pub(super) fn parse(der: &[u8]) -> Result<Certificate, CertificateError> {
    let parsed = structure(der)?;
    let tbs = &parsed.tbs_certificate;
    let (dns_names, ip_addresses) = alternative_names(tbs)?;
    let (subject, issuer) = (distinguished_name::readable(tbs.subject()), distinguished_name::readable(tbs.issuer()));
    let self_issued = distinguished_name::same(&subject, &issuer);
    let constraints = extension("basic constraints", tbs.basic_constraints())?;
    Ok(Certificate {
        fingerprint: Fingerprint::of(der),
        sha1_thumbprint: thumbprint(der),
        serial: hexadecimal(tbs.raw_serial()),
        not_before: UnixTime(tbs.validity().not_before.timestamp()),
        not_after: UnixTime(tbs.validity().not_after.timestamp()),
        common_name: distinguished_name::common_name(tbs.subject()),
        dns_names,
        ip_addresses,
        subject_key_id: subject_key_id(tbs)?,
        authority_key_id: authority_key_id(tbs)?,
        is_ca: constraints.is_some_and(|constraints| constraints.ca),
        key: public_key(tbs.public_key()),
        signature_algorithm: signature_algorithm(&parsed.signature_algorithm),
        der: der.to_vec(),
        authority: Authority {
            may_sign_certificates: constraints
                .map_or(tbs.version() == X509Version::V1 && self_issued, |constraints| constraints.ca)
                && extension("key usage", tbs.key_usage())?.is_none_or(KeyUsage::key_cert_sign),
            path_length: constraints.and_then(|constraints| constraints.path_len_constraint),
        },
        subject,
        issuer,
        self_issued,
    })
}

/// The parser's own view, which borrows the bytes.
pub(super) fn structure(der: &[u8]) -> Result<X509Certificate<'_>, CertificateError> {
    if der.is_empty() {
        return Err(CertificateError::Empty);
    }
    if der.len() > MAXIMUM_BYTES {
        return Err(CertificateError::TooLarge { bytes: der.len(), limit: MAXIMUM_BYTES });
    }
    match X509Certificate::from_der(der) {
        Ok(([], parsed)) if is_framed(der).unwrap_or(false) => Ok(parsed),
        Ok(([], _)) => Err(CertificateError::NotX509 { part: "its structure" }),
        Ok((rest, _)) => Err(CertificateError::TrailingBytes { extra: rest.len() }),
        Err(nom::Err::Error(error) | nom::Err::Failure(error)) => Err(explain(der, &error)),
        Err(nom::Err::Incomplete(_)) => Err(broken(der).unwrap_or(CertificateError::NotX509 { part: "its structure" })),
    }
}

/// The DER of the `SubjectPublicKeyInfo` of a certificate.
pub(super) fn public_key_der(der: &[u8]) -> Option<Vec<u8>> {
    structure(der).ok().map(|parsed| parsed.tbs_certificate.subject_pki.raw.to_vec())
}

pub(super) fn signature_algorithm(identifier: &AlgorithmIdentifier<'_>) -> SignatureAlgorithm {
    SignatureAlgorithm::from_oid(&identifier.oid().to_id_string())
}

fn thumbprint(der: &[u8]) -> String {
    let digest = hexadecimal(&Sha1::digest(der)).to_uppercase();
    let mut thumbprint = String::with_capacity(60);
    for (position, digit) in digest.chars().enumerate() {
        if position > 0 && position % 2 == 0 {
            thumbprint.push(':');
        }
        thumbprint.push(digit);
    }
    thumbprint
}

fn alternative_names(tbs: &TbsCertificate<'_>) -> Result<(Vec<String>, Vec<String>), CertificateError> {
    let (mut dns_names, mut ip_addresses) = (Vec::new(), Vec::new());
    let names = extension("subject alternative name", tbs.subject_alternative_name())?;
    for name in names.map(|names| names.general_names.as_slice()).unwrap_or_default() {
        match name {
            GeneralName::DNSName(name) => dns_names.push(shown(name)),
            GeneralName::IPAddress(bytes) => ip_addresses.extend(address(bytes)),
            // Mail addresses, URIs and the like name no server.
            _ => {}
        }
    }
    Ok((dns_names, ip_addresses))
}

fn address(bytes: &[u8]) -> Option<String> {
    let short = <[u8; 4]>::try_from(bytes).map(|bytes| Ipv4Addr::from(bytes).to_string());
    short.or_else(|_| <[u8; 16]>::try_from(bytes).map(|bytes| Ipv6Addr::from(bytes).to_string())).ok()
}

/// A name from outside, fit for a one-line message; a NUL hidden in it stays visible and matches nothing.
fn shown(name: &str) -> String {
    if !name.contains(char::is_control) {
        return name.to_owned();
    }
    name.chars()
        .map(|letter| if letter.is_control() { letter.escape_default().to_string() } else { letter.into() })
        .collect()
}

fn subject_key_id(tbs: &TbsCertificate<'_>) -> Result<Option<String>, CertificateError> {
    match unique(tbs, &OID_X509_EXT_SUBJECT_KEY_IDENTIFIER, "subject key identifier")? {
        None => Ok(None),
        Some(ParsedExtension::SubjectKeyIdentifier(id)) => Ok(Some(hexadecimal(id.0))),
        Some(_) => Err(CertificateError::NotX509 { part: "subject key identifier" }),
    }
}

fn authority_key_id(tbs: &TbsCertificate<'_>) -> Result<Option<String>, CertificateError> {
    match unique(tbs, &OID_X509_EXT_AUTHORITY_KEY_IDENTIFIER, "authority key identifier")? {
        None => Ok(None),
        Some(ParsedExtension::AuthorityKeyIdentifier(authority)) => {
            Ok(authority.key_identifier.as_ref().map(|id| hexadecimal(id.0)))
        }
        Some(_) => Err(CertificateError::NotX509 { part: "authority key identifier" }),
    }
}

fn unique<'a>(
    tbs: &'a TbsCertificate<'_>,
    oid: &Oid<'_>,
    part: &'static str,
) -> Result<Option<&'a ParsedExtension<'a>>, CertificateError> {
    let extension = tbs.get_extension_unique(oid).map_err(|_| CertificateError::NotX509 { part })?;
    Ok(extension.map(X509Extension::parsed_extension))
}

fn extension<T>(
    part: &'static str,
    found: Result<Option<BasicExtension<T>>, X509Error>,
) -> Result<Option<T>, CertificateError> {
    found.map(|found| found.map(|extension| extension.value)).map_err(|_| CertificateError::NotX509 { part })
}

fn public_key(info: &SubjectPublicKeyInfo<'_>) -> PublicKey {
    let curve =
        info.algorithm.parameters().and_then(|parameters| parameters.as_oid().ok()).map(|oid| oid.to_id_string());
    let (algorithm, bits) = KeyAlgorithm::from_oids(&info.algorithm.oid().to_id_string(), curve.as_deref());
    let bits = match info.parsed() {
        Ok(ParsedKey::RSA(key)) => significant_bits(key.modulus),
        _ => bits,
    };
    PublicKey { algorithm, bits }
}

fn significant_bits(number: &[u8]) -> u32 {
    let mut bytes = number.iter().skip_while(|&&byte| byte == 0);
    let Some(first) = bytes.next() else { return 0 };
    let rest = u32::try_from(bytes.count()).unwrap_or(u32::MAX);
    rest.saturating_mul(8).saturating_add(8_u32.saturating_sub(first.leading_zeros()))
}

/// Whether the elements that no signature covers are spelled in the one way they should be: the parser takes more,
/// and one signed certificate would have several fingerprints. The algorithm stands once under the signature and once
/// beside it, and must be the same (RFC 5280, 4.1.1.2).
fn is_framed(der: &[u8]) -> Option<bool> {
    let end_of = |position| element(der, position).map(|(.., end)| end);
    let (_, signed, _) = element(der, 0)?;
    let (_, version, algorithm) = element(der, signed)?;
    let signature = end_of(algorithm)?;
    let serial = if der.get(version) == Some(&EXPLICIT_VERSION) { end_of(version)? } else { version };
    let signed_algorithm = end_of(serial)?;
    let tags = [(0, SEQUENCE), (signed, SEQUENCE), (algorithm, SEQUENCE), (signature, BIT_STRING)];
    Some(
        tags.into_iter().all(|(position, tag)| der.get(position) == Some(&tag))
            && der.get(algorithm..signature)? == der.get(signed_algorithm..end_of(signed_algorithm)?)?,
    )
}

/// What to tell about bytes that the parser refused: first whether they are DER at all, then which part it was.
fn explain(der: &[u8], error: &X509Error) -> CertificateError {
    broken(der).unwrap_or(match error {
        X509Error::InvalidDate => CertificateError::DateOutsideCalendar,
        X509Error::InvalidVersion => CertificateError::NotX509 { part: "the version" },
        X509Error::InvalidSerial => CertificateError::NotX509 { part: "the serial number" },
        X509Error::InvalidAlgorithmIdentifier => CertificateError::NotX509 { part: "the name of an algorithm" },
        X509Error::InvalidX509Name => CertificateError::NotX509 { part: "the name of subject or issuer" },
        X509Error::InvalidSPKI => CertificateError::NotX509 { part: "the public key" },
        X509Error::InvalidExtensions | X509Error::DuplicateExtensions => {
            CertificateError::NotX509 { part: "an extension" }
        }
        X509Error::InvalidSignatureValue => CertificateError::NotX509 { part: "the signature" },
        _ => CertificateError::NotX509 { part: "its structure" },
    })
}

fn broken(der: &[u8]) -> Option<CertificateError> {
    // Whatever is not a sequence, a PEM text above all, went wrong at its first byte.
    let first = if der.first() == Some(&SEQUENCE) { first_break(der) } else { Some(0) };
    first.map(|offset| CertificateError::NotDer { offset, length: der.len() })
}

/// Where the first element begins that does not fit into the one around it; `None` when the bytes are one or more
/// well-formed elements. The parser's errors do not say where, and a person with a cut file wants to know.
fn first_break(der: &[u8]) -> Option<usize> {
    let mut position = 0_usize;
    // The ends of the elements around `position`, innermost last.
    let mut ends = vec![der.len()];
    while let Some(&end) = ends.last() {
        if position == end {
            ends.pop();
            continue;
        }
        let Some((constructed, content, next)) = element(der, position).filter(|&(.., next)| next <= end) else {
            return Some(position);
        };
        position = if constructed { content } else { next };
        if constructed {
            ends.push(next);
        }
    }
    None
}

/// The element at `position`: whether it holds others, where its content begins, where it ends.
fn element(der: &[u8], position: usize) -> Option<(bool, usize, usize)> {
    let tag = *der.get(position)?;
    // Tags beyond 30 do not occur in certificates, nor does the tag 0 of a hole filled with zeros.
    if tag & 0x1f == 0x1f || tag == 0 {
        return None;
    }
    let first = *der.get(position.checked_add(1)?)?;
    let mut content = position.checked_add(2)?;
    let mut length = usize::from(first);
    if first & 0x80 != 0 {
        let count = usize::from(first & 0x7f);
        if count == 0 || count > 4 {
            return None;
        }
        let end = content.checked_add(count)?;
        let bytes = der.get(content..end)?;
        length = bytes.iter().try_fold(0_usize, |value, &byte| value.checked_mul(256)?.checked_add(byte.into()))?;
        content = end;
    }
    Some((tag & 0x20 != 0, content, content.checked_add(length)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_first_element_that_does_not_fit() {
        assert_eq!(first_break(&[0x30, 3, 2, 1, 5]), None);
        assert_eq!(first_break(&[0x30, 3, 2, 2, 5]), Some(2), "longer than what is around it");
        assert_eq!(first_break(&[0x30, 4, 2, 1, 5]), Some(0), "cut short");
        assert_eq!(first_break(&[0x30, 0x80, 0, 0]), Some(0), "indefinite length is not DER");
        assert_eq!(first_break(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]), Some(0));
        assert_eq!(first_break(b"hello"), Some(0));
    }

    #[test]
    fn counts_the_bits_of_a_modulus() {
        assert_eq!(significant_bits(&[0, 0x80, 0]), 16);
        assert_eq!(significant_bits(&[1, 0]), 9);
        assert_eq!(significant_bits(&[0]), 0);
        assert_eq!(significant_bits(&[]), 0);
    }

    #[test]
    fn control_characters_in_names_stay_visible() {
        assert_eq!(shown("esx01.lab.test\0.evil.test"), "esx01.lab.test\\u{0}.evil.test");
        assert_eq!(shown("esx01.lab.test"), "esx01.lab.test");
    }
}
