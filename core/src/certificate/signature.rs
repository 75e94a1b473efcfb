//! Whether one certificate's key signed another.
//!
//! Pure Rust, so that the component and native code run the same. Only public keys are handled: the timing weakness
//! known of the `rsa` crate concerns private ones.

use rsa::pkcs1v15::Pkcs1v15Sign;
use rsa::traits::PublicKeyParts as _;
use rsa::{BigUint, RsaPublicKey};
use sha1::Sha1;
use sha2::{Digest as _, Sha224, Sha256, Sha384, Sha512};
use x509_parser::public_key::PublicKey as ParsedKey;
use x509_parser::x509::SubjectPublicKeyInfo;

use super::key::Digest;
use super::power::power;
use super::{Certificate, CertificateError, KeyAlgorithm, SignatureAlgorithm, parse};

/// The largest modulus used, in bits; vSphere takes 2048 to 8192 for ESXi hosts (product documentation, "custom certificates").
const MAXIMUM_RSA_BITS: usize = 8192;

impl Certificate {
    /// Whether this certificate's signature verifies with `issuer`'s key. Names, dates and what `issuer` may do are not
    /// asked. An error when the algorithm or the key is not one that can be judged here.
    pub fn signed_by(&self, issuer: &Self) -> Result<bool, CertificateError> {
        let (own, other) = (parse::structure(&self.der)?, parse::structure(&issuer.der)?);
        // A signature is whole bytes; a spare bit would be a second spelling of the same certificate.
        if own.signature_value.unused_bits != 0 {
            return Ok(false);
        }
        let (message, signature) = (own.tbs_certificate.as_ref(), own.signature_value.data.as_ref());
        match &self.signature_algorithm {
            SignatureAlgorithm::Rsa(digest) => {
                let scheme = rsa_scheme(*digest).ok_or_else(|| self.unsupported())?;
                let key = rsa_key(issuer, other.tbs_certificate.public_key())?;
                let hashed = hash(*digest, message).ok_or_else(|| self.unsupported())?;
                Ok(key.is_some_and(|key| rsa_verifies(&key, &scheme, &hashed, signature)))
            }
            SignatureAlgorithm::Ecdsa(digest) => {
                let hashed = hash(*digest, message).ok_or_else(|| self.unsupported())?;
                let point = other.tbs_certificate.public_key().subject_public_key.data.as_ref();
                ecdsa(issuer, point, &hashed, signature)
            }
            SignatureAlgorithm::RsaPss | SignatureAlgorithm::Ed25519 | SignatureAlgorithm::Other(_) => {
                Err(self.unsupported())
            }
        }
    }

    fn unsupported(&self) -> CertificateError {
        CertificateError::UnsupportedSignature { algorithm: self.signature_algorithm.to_string() }
    }
}

/// `None` when the issuer's key is of another kind, and so cannot have signed.
fn rsa_key(issuer: &Certificate, info: &SubjectPublicKeyInfo<'_>) -> Result<Option<RsaPublicKey>, CertificateError> {
    if issuer.key.algorithm != KeyAlgorithm::Rsa {
        return Ok(None);
    }
    let Ok(ParsedKey::RSA(numbers)) = info.parsed() else { return Err(unsupported_key(issuer)) };
    let (modulus, exponent) = (BigUint::from_bytes_be(numbers.modulus), BigUint::from_bytes_be(numbers.exponent));
    RsaPublicKey::new_with_max_size(modulus, exponent, MAXIMUM_RSA_BITS).map(Some).map_err(|_| unsupported_key(issuer))
}

/// RSASSA-PKCS1-v1_5 verification as RFC 8017, 8.2.2, has it: what the signature holds is compared with what it must
/// hold, so that no padding is ever parsed. The `rsa` crate does the same, with a slower [`power`].
fn rsa_verifies(key: &RsaPublicKey, scheme: &Pkcs1v15Sign, hashed: &[u8], signature: &[u8]) -> bool {
    let number = BigUint::from_bytes_be(signature);
    let must_hold = encoded(&scheme.prefix, hashed, key.size());
    signature.len() == key.size()
        && number < *key.n()
        && must_hold.is_some_and(|bytes| power(&number, key.e(), key.n()) == Some(BigUint::from_bytes_be(&bytes)))
}

/// EMSA-PKCS1-v1_5 (RFC 8017, 9.2): `00 01 FF .. FF 00`, which digest, the digest. `None` when the key is too short.
fn encoded(prefix: &[u8], hashed: &[u8], size: usize) -> Option<Vec<u8>> {
    let fill = size.checked_sub(prefix.len() + hashed.len() + 3).filter(|fill| *fill >= 8)?;
    Some([&[0, 1], vec![0xff; fill].as_slice(), &[0], prefix, hashed].concat())
}

fn ecdsa(issuer: &Certificate, point: &[u8], hashed: &[u8], signature: &[u8]) -> Result<bool, CertificateError> {
    use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
    match &issuer.key.algorithm {
        KeyAlgorithm::EcP256 => {
            let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(|_| unsupported_key(issuer))?;
            let signature = p256::ecdsa::Signature::from_der(signature);
            Ok(signature.is_ok_and(|signature| key.verify_prehash(hashed, &signature).is_ok()))
        }
        KeyAlgorithm::EcP384 => {
            let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(|_| unsupported_key(issuer))?;
            let signature = p384::ecdsa::Signature::from_der(signature);
            Ok(signature.is_ok_and(|signature| key.verify_prehash(hashed, &signature).is_ok()))
        }
        KeyAlgorithm::EcP521 | KeyAlgorithm::Other(_) => Err(unsupported_key(issuer)),
        KeyAlgorithm::Rsa | KeyAlgorithm::RsaPss | KeyAlgorithm::Ed25519 => Ok(false),
    }
}

fn unsupported_key(issuer: &Certificate) -> CertificateError {
    CertificateError::UnsupportedKey { key: issuer.key.to_string() }
}

fn rsa_scheme(digest: Digest) -> Option<Pkcs1v15Sign> {
    match digest {
        Digest::Md5 => None,
        Digest::Sha1 => Some(Pkcs1v15Sign::new::<Sha1>()),
        Digest::Sha224 => Some(Pkcs1v15Sign::new::<Sha224>()),
        Digest::Sha256 => Some(Pkcs1v15Sign::new::<Sha256>()),
        Digest::Sha384 => Some(Pkcs1v15Sign::new::<Sha384>()),
        Digest::Sha512 => Some(Pkcs1v15Sign::new::<Sha512>()),
    }
}

fn hash(digest: Digest, message: &[u8]) -> Option<Vec<u8>> {
    match digest {
        Digest::Md5 => None,
        Digest::Sha1 => Some(Sha1::digest(message).to_vec()),
        Digest::Sha224 => Some(Sha224::digest(message).to_vec()),
        Digest::Sha256 => Some(Sha256::digest(message).to_vec()),
        Digest::Sha384 => Some(Sha384::digest(message).to_vec()),
        Digest::Sha512 => Some(Sha512::digest(message).to_vec()),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

    use super::*;
    use crate::rules::testing::{Authority, Leaf};

    #[test]
    fn a_signature_verifies_just_where_the_rsa_crate_says_so() {
        let (vmca, other) = (Authority::vmca().certificate, Authority::root("CA", "VMware Engineering").certificate);
        let leaf = Authority::vmca().sign(&Leaf::of("esx01.lab.test"));
        let own = parse::structure(&leaf.der).unwrap();
        let hashed = hash(Digest::Sha256, own.tbs_certificate.as_ref()).unwrap();
        let good = own.signature_value.data.to_vec();
        let mut spoilt =
            vec![good.clone(), [&[0], good.as_slice()].concat(), good[1..].to_vec(), vec![0xff; good.len()]];
        spoilt.extend((0..good.len()).step_by(5).map(|at| {
            let mut one = good.clone();
            one[at] ^= 0x10;
            one
        }));
        for issuer in [&vmca, &other] {
            let parsed = parse::structure(&issuer.der).unwrap();
            let key = rsa_key(issuer, parsed.tbs_certificate.public_key()).unwrap().unwrap();
            for signature in &spoilt {
                let expected = key.verify(Pkcs1v15Sign::new::<Sha256>(), &hashed, signature).is_ok();
                assert_eq!(rsa_verifies(&key, &Pkcs1v15Sign::new::<Sha256>(), &hashed, signature), expected);
                assert_eq!(expected, *signature == good && *issuer == vmca);
            }
        }
    }
}
