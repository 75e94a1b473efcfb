//! Certificate signing requests (PKCS #10): only which key they ask a certificate for.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use x509_parser::asn1_rs::FromDer;
use x509_parser::certification_request::X509CertificationRequest;

use super::{Certificate, CertificateError, parse};

/// A certificate signing request, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningRequest {
    /// The key in it, as the DER of its `SubjectPublicKeyInfo`.
    key: Vec<u8>,
}

impl SigningRequest {
    /// Reads the first request block of a PEM text.
    pub fn from_pem(text: &str) -> Result<Self, CertificateError> {
        let mut lines = text.lines().map(str::trim).skip_while(|line| !is_begin(line)).skip(1);
        let body: String = lines.by_ref().take_while(|line| !line.starts_with("-----")).collect();
        if body.is_empty() {
            return Err(CertificateError::NoRequest);
        }
        let der = STANDARD.decode(body).map_err(|_| CertificateError::BlockNotBase64)?;
        match X509CertificationRequest::from_der(&der) {
            Ok(([], request)) => Ok(Self { key: request.certification_request_info.subject_pki.raw.to_vec() }),
            _ => Err(CertificateError::NotX509 { part: "the signing request" }),
        }
    }

    /// Whether this certificate is for the key that the request asks one for.
    pub fn is_for(&self, certificate: &Certificate) -> bool {
        parse::public_key_der(certificate.der()).is_some_and(|key| key == self.key)
    }
}

impl Certificate {
    /// Whether both are for the same key.
    pub fn has_key_of(&self, other: &Self) -> bool {
        let key = parse::public_key_der(self.der());
        key.is_some() && key == parse::public_key_der(other.der())
    }
}

fn is_begin(line: &str) -> bool {
    matches!(line, "-----BEGIN CERTIFICATE REQUEST-----" | "-----BEGIN NEW CERTIFICATE REQUEST-----")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use rcgen::{CertificateParams, KeyPair};

    use super::*;

    #[test]
    fn a_certificate_is_for_the_key_of_its_request_and_no_other() {
        let (own, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let params = CertificateParams::new(vec!["esx01.lab.test".to_owned()]).unwrap();
        let pem = params.serialize_request(&own).unwrap().pem().unwrap();
        let request = SigningRequest::from_pem(&format!("some words\n{pem}")).unwrap();
        let certificate = |key: &KeyPair| Certificate::from_der(params.self_signed(key).unwrap().der()).unwrap();
        let (mine, again, foreign) = (certificate(&own), certificate(&own), certificate(&other));
        assert!(request.is_for(&mine) && !request.is_for(&foreign));
        assert!(mine.has_key_of(&again) && !mine.has_key_of(&foreign));
    }

    #[test]
    fn what_is_no_request_is_said_to_be_none() {
        assert_eq!(SigningRequest::from_pem("hello"), Err(CertificateError::NoRequest));
        let garbled = "-----BEGIN CERTIFICATE REQUEST-----\n!!\n-----END CERTIFICATE REQUEST-----";
        assert_eq!(SigningRequest::from_pem(garbled), Err(CertificateError::BlockNotBase64));
        let other = "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----";
        assert!(SigningRequest::from_pem(other).is_err());
    }
}
