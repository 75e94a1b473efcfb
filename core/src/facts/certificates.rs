//! The certificates that facts refer to, each held once.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::certificate::{Certificate, Fingerprint};

/// Certificates by fingerprint. Hosts share most of what they trust, so a fleet needs little more than a leaf a host.
/// Copies share what they hold until one of them changes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Certificates(Arc<BTreeMap<Fingerprint, Certificate>>);

/// What a server showed in its handshake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Presented {
    /// Its own certificate.
    pub leaf: Fingerprint,
    /// What it sent after it.
    pub rest: Vec<Fingerprint>,
    /// `TLSv1.2` or `TLSv1.3`.
    pub protocol: String,
}

impl Certificates {
    /// Keeps a certificate, and says by what name it is kept.
    pub fn keep(&mut self, certificate: Certificate) -> Fingerprint {
        let fingerprint = certificate.fingerprint;
        if !self.0.contains_key(&fingerprint) {
            Arc::make_mut(&mut self.0).insert(fingerprint, certificate);
        }
        fingerprint
    }

    /// The certificate with this fingerprint.
    pub fn find(&self, fingerprint: &Fingerprint) -> Option<&Certificate> {
        self.0.get(fingerprint)
    }

    /// All of them, by fingerprint.
    pub fn iter(&self) -> impl Iterator<Item = &Certificate> {
        self.0.values()
    }

    /// Forgets those that `is_needed` does not name. A look at one host needs no others.
    pub fn retain(&mut self, is_needed: impl Fn(&Fingerprint) -> bool) {
        Arc::make_mut(&mut self.0).retain(|fingerprint, _| is_needed(fingerprint));
    }
}

/// A list: the fingerprints are made from the certificates themselves, so that the two cannot disagree.
impl Serialize for Certificates {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.values())
    }
}

impl<'de> Deserialize<'de> for Certificates {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list = Vec::<Certificate>::deserialize(deserializer)?;
        let by_name = list.into_iter().map(|certificate| (certificate.fingerprint, certificate));
        Ok(Self(Arc::new(by_name.collect())))
    }
}
