//! The name by which certificates are compared everywhere.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use super::{CertificateError, hexadecimal};

/// SHA-256 of a certificate's DER. Shown as 64 lower-case hexadecimal digits; read with or without colons, in
/// either case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint of these DER bytes. Whether they are a certificate is not asked.
    pub fn of(der: &[u8]) -> Self {
        Self(Sha256::digest(der).into())
    }

    /// The 32 bytes, for pinning a TLS peer.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The first 12 digits: enough for a person to tell two apart in a message, too few to trust.
    pub fn short(&self) -> String {
        self.to_string().chars().take(12).collect()
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hexadecimal(&self.0))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

impl FromStr for Fingerprint {
    type Err = CertificateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text.trim()).map(Self).ok_or_else(|| CertificateError::NotAFingerprint {
            text: text.chars().filter(|letter| !letter.is_control()).take(100).collect(),
        })
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

fn parse(text: &str) -> Option<[u8; 32]> {
    // Colons stand between all bytes or nowhere: a text cut or glued by hand is refused.
    if text.contains(':') && text.split(':').any(|part| part.len() != 2) {
        return None;
    }
    let digits =
        text.chars().filter(|&letter| letter != ':').map(|letter| letter.to_digit(16)).collect::<Option<Vec<_>>>()?;
    if digits.len() != 64 {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = pair.iter().try_fold(0_u8, |value, &digit| Some(value << 4 | u8::try_from(digit).ok()?))?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn is_the_sha_256_of_the_bytes() {
        assert_eq!(Fingerprint::of(b"").to_string(), EMPTY);
        assert_eq!(Fingerprint::of(b"").short(), "e3b0c44298fc");
    }

    #[test]
    fn reads_the_forms_that_tools_write() {
        let colons: Vec<_> =
            EMPTY.as_bytes().chunks(2).map(|pair| str::from_utf8(pair).unwrap().to_uppercase()).collect();
        for text in [EMPTY.to_owned(), EMPTY.to_uppercase(), colons.join(":"), format!(" {EMPTY}\n")] {
            assert_eq!(text.parse::<Fingerprint>().unwrap(), Fingerprint::of(b""), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_not_one_and_says_what_to_give() {
        let sha1 = "AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD";
        let (cut, glued) = (EMPTY.trim_start_matches("e3"), format!("{EMPTY}00"));
        for text in [sha1, "", "zz", cut, &glued, &format!("e3:{cut}"), "é"] {
            assert!(text.parse::<Fingerprint>().is_err(), "{text}");
        }
        assert_eq!(
            "no".parse::<Fingerprint>().unwrap_err().to_string(),
            "`no` is not a SHA-256 fingerprint: give 64 hexadecimal digits, with or without colons"
        );
    }

    #[test]
    fn is_a_string_in_json() {
        let json = serde_json::to_string(&Fingerprint::of(b"")).unwrap();
        assert_eq!(json, format!("\"{EMPTY}\""));
        assert_eq!(serde_json::from_str::<Fingerprint>(&json).unwrap(), Fingerprint::of(b""));
    }
}
