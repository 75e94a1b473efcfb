//! Certificates for tests. Keys are fixed and RSA signatures hold no chance, so the same certificate has the same bytes
//! in every run.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair, PKCS_ED25519, PublicKeyData,
    SignatureAlgorithm,
};
use time::OffsetDateTime;

use super::NOW;
use crate::certificate::Certificate;
use crate::time::DAY_SECONDS;

/// A certificate that can sign others.
pub(crate) struct Authority {
    pub(crate) certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate to be made; times are seconds after [`NOW`].
#[derive(Clone)]
pub(crate) struct Leaf {
    /// The first is the common name; all are alternative names, unless those are given apart.
    pub(crate) names: Vec<String>,
    alternative: Option<Vec<String>>,
    pub(crate) begins: i64,
    pub(crate) ends: i64,
    has_short_key: bool,
}

impl Leaf {
    pub(crate) fn of(name: &str) -> Self {
        let names = vec![name.to_owned()];
        let (begins, ends) = (-400 * DAY_SECONDS, 1425 * DAY_SECONDS);
        Self { names, alternative: None, begins, ends, has_short_key: false }
    }

    pub(crate) fn ends(self, ends: i64) -> Self {
        Self { ends, ..self }
    }

    pub(crate) fn begins(self, begins: i64) -> Self {
        Self { begins, ..self }
    }

    pub(crate) fn names(self, names: &[&str]) -> Self {
        Self { names: names.iter().map(|name| (*name).to_owned()).collect(), ..self }
    }

    /// With these alternative names, whatever the common name is.
    pub(crate) fn alternative_names(self, names: &[&str]) -> Self {
        Self { alternative: Some(names.iter().map(|name| (*name).to_owned()).collect()), ..self }
    }

    /// For an RSA key of 1024 bits, which nobody has the other half of.
    pub(crate) fn short_key(self) -> Self {
        Self { has_short_key: true, ..self }
    }

    /// One of the keys, always the same for the same certificate; two certificates of one name have different ones.
    fn key(&self) -> KeyPair {
        let sum = self.names.iter().flat_map(|name| name.bytes()).map(i64::from).sum::<i64>();
        let number = (sum + self.begins / 3600 + self.ends / 3600).rem_euclid(10);
        KeyPair::from_pem(&key(2 + usize::try_from(number).unwrap())).unwrap()
    }

    fn parameters(&self, unit: &str) -> CertificateParams {
        let names = self.alternative.as_ref().unwrap_or(&self.names);
        let mut parameters = CertificateParams::new(names.clone()).unwrap();
        let common_name = self.names.first().map(String::as_str).unwrap_or_default();
        parameters.distinguished_name = name(common_name, unit);
        parameters.use_authority_key_identifier_extension = true;
        parameters.not_before = date(self.begins);
        parameters.not_after = date(self.ends);
        parameters
    }

    /// Signed by itself, as `/sbin/generate-certificates` and SPS leave theirs.
    pub(crate) fn self_signed(&self, unit: &str) -> Certificate {
        let key = self.key();
        let mut parameters = self.parameters(unit);
        parameters.use_authority_key_identifier_extension = false;
        Certificate::from_der(parameters.self_signed(&key).unwrap().der()).unwrap()
    }
}

impl Authority {
    /// vCenter's own CA, as a healthy fleet has it.
    pub(crate) fn vmca() -> Self {
        let dates = Leaf::of("root").begins(-1000 * DAY_SECONDS).ends(2650 * DAY_SECONDS);
        Self::with_key("CA", "VMware Engineering", &dates, &key(0))
    }

    /// Another root, with a key of its own. One of VMCA's name is what a replaced VMCA root looks like.
    pub(crate) fn root(common_name: &str, unit: &str) -> Self {
        Self::root_within(common_name, unit, &Leaf::of("root").ends(2650 * DAY_SECONDS))
    }

    /// Another root that ends with `dates`; it begins long before them.
    pub(crate) fn root_within(common_name: &str, unit: &str, dates: &Leaf) -> Self {
        Self::with_key(common_name, unit, &dates.clone().begins(-1000 * DAY_SECONDS), &key(1))
    }

    /// Another root, with the dates of `dates`.
    pub(crate) fn root_from(common_name: &str, unit: &str, dates: &Leaf) -> Self {
        Self::with_key(common_name, unit, dates, &key(1))
    }

    /// Another root, whose signatures nothing here can verify.
    pub(crate) fn of_an_unknown_kind(common_name: &str, unit: &str) -> Self {
        let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
        Self::of_pair(common_name, unit, &Leaf::of("root").ends(2650 * DAY_SECONDS), key)
    }

    fn with_key(common_name: &str, unit: &str, dates: &Leaf, key: &str) -> Self {
        Self::of_pair(common_name, unit, dates, KeyPair::from_pem(key).unwrap())
    }

    fn of_pair(common_name: &str, unit: &str, dates: &Leaf, key: KeyPair) -> Self {
        let parameters = authority(common_name, unit, dates);
        let certificate = Certificate::from_der(parameters.self_signed(&key).unwrap().der()).unwrap();
        Self { certificate, issuer: Issuer::new(parameters, key) }
    }

    /// An authority beneath this one, with a key of its own.
    pub(crate) fn subordinate(&self, common_name: &str, unit: &str) -> Self {
        self.subordinate_within(common_name, unit, &Leaf::of("root").ends(2650 * DAY_SECONDS))
    }

    /// The same, ending with `dates`.
    pub(crate) fn subordinate_within(&self, common_name: &str, unit: &str, dates: &Leaf) -> Self {
        self.subordinate_from(common_name, unit, &dates.clone().begins(-900 * DAY_SECONDS))
    }

    /// The same, with the dates of `dates`.
    pub(crate) fn subordinate_from(&self, common_name: &str, unit: &str, dates: &Leaf) -> Self {
        let key = KeyPair::from_pem(&key(11)).unwrap();
        let parameters = authority(common_name, unit, dates);
        let signed = parameters.signed_by(&key, &self.issuer).unwrap();
        let certificate = Certificate::from_der(signed.der()).unwrap();
        Self { certificate, issuer: Issuer::new(parameters, key) }
    }

    pub(crate) fn sign(&self, leaf: &Leaf) -> Certificate {
        let parameters = leaf.parameters("VMware Engineering");
        let signed = if leaf.has_short_key {
            parameters.signed_by(&ShortKey::new(), &self.issuer).unwrap()
        } else {
            parameters.signed_by(&leaf.key(), &self.issuer).unwrap()
        };
        Certificate::from_der(signed.der()).unwrap()
    }
}

/// A public RSA key of 1024 bits.
struct ShortKey(Vec<u8>);

impl ShortKey {
    fn new() -> Self {
        let (head, exponent) = ([0x30, 0x81, 0x89, 0x02, 0x81, 0x81, 0x00], [0x02, 0x03, 0x01, 0x00, 0x01]);
        Self([&head[..], &[0xc1; 128], &exponent].concat())
    }
}

impl PublicKeyData for ShortKey {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &rcgen::PKCS_RSA_SHA256
    }
}

fn authority(common_name: &str, unit: &str, dates: &Leaf) -> CertificateParams {
    let mut parameters = dates.parameters(unit);
    parameters.subject_alt_names = Vec::new();
    parameters.distinguished_name = name(common_name, unit);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters
}

/// One of twelve RSA keys, which the lab uses too. They protect nothing.
fn key(number: usize) -> String {
    let path = format!("{}/../tests/lab/keys/{number:02}.pem", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

fn name(common_name: &str, unit: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name.push(DnType::OrganizationalUnitName, unit);
    name
}

fn date(seconds: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(NOW.plus_seconds(seconds).0).unwrap()
}
