//! The lab's certificates: a real VMCA, its predecessor, a customer's authority, and every leaf they sign.

mod certificate;
mod keys;

use std::net::IpAddr;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName, DnType, DnValue,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyUsagePurpose, SanType, SerialNumber,
};
use sha2::{Digest as _, Sha256};
use time::{Duration, OffsetDateTime};
use x509_parser::prelude::{FromDer as _, X509CertificationRequest};

use certificate::unarmoured;
pub use certificate::{Certificate, pem, sha256_with_colons};
pub(crate) use certificate::{hex, public_key_digest};
use keys::{CUSTOMER_KEY, GATEWAY_KEY, OLD_VMCA_KEY, VMCA_KEY};
pub use keys::{Keys, MACHINE_SSL_KEY, SMS_KEY, SPS_EXTENSION_KEY};

use crate::error::LabError;

/// A certificate and the number of its key in the [`Keys`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The certificate.
    pub certificate: Arc<Certificate>,
    /// Its private key, by number.
    pub key: usize,
}

/// Who can sign in the lab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signer {
    /// The VMCA of this vCenter as it is now.
    Vmca,
    /// The VMCA root that was rotated away: same name, other key.
    OldVmca,
    /// An authority of the customer's own.
    Customer,
    /// A firewall that breaks TLS open; nobody has its root.
    Gateway,
    /// Nobody: self-signed.
    Oneself,
}

/// What to write into a leaf.
#[derive(Clone, Debug)]
pub struct LeafPlan {
    /// Subject common name.
    pub common_name: String,
    /// Subject alternative names, DNS names or addresses.
    pub names: Vec<String>,
    /// Organisational unit of the subject.
    pub unit: &'static str,
    /// Who signs.
    pub signer: Signer,
    /// Number of the key.
    pub key: usize,
    /// Not before.
    pub not_before: OffsetDateTime,
    /// Not after.
    pub not_after: OffsetDateTime,
    /// For TLS clients rather than servers.
    pub client: bool,
}

/// The authorities of one lab and the counter of their serial numbers.
#[derive(Debug)]
pub struct Pki {
    keys: Arc<Keys>,
    seed: u64,
    issued: u64,
    vcenter_name: String,
    /// The VMCA root in use.
    pub vmca: Arc<Certificate>,
    /// The root that VMCA had before.
    pub old_vmca: Arc<Certificate>,
    /// The customer's root.
    pub customer: Arc<Certificate>,
}

impl Pki {
    /// Makes the authorities: roots of ten years, begun two years before `now`.
    pub fn new(keys: Arc<Keys>, seed: u64, vcenter_name: &str, now: OffsetDateTime) -> Result<Self, LabError> {
        let root = |key: usize, years_ago: i64, serial: u64| {
            root_certificate(&keys, key, vcenter_name, now - Duration::days(365 * years_ago), serial_of(seed, serial))
        };
        let (vmca, old_vmca, customer) = (root(VMCA_KEY, 2, 1)?, root(OLD_VMCA_KEY, 7, 2)?, root(CUSTOMER_KEY, 2, 3)?);
        Ok(Self { keys, seed, issued: 3, vcenter_name: vcenter_name.into(), vmca, old_vmca, customer })
    }

    /// The keys that certificates of this lab have.
    pub fn keys(&self) -> &Arc<Keys> {
        &self.keys
    }

    /// Issues a leaf.
    pub fn issue(&mut self, plan: &LeafPlan) -> Result<Identity, LabError> {
        self.issued += 1;
        let params = leaf_params(plan, serial_of(self.seed, self.issued));
        let subject_key = self.keys.pair(plan.key)?;
        let made = match signer_key(plan.signer) {
            None => params.self_signed(subject_key),
            Some(key) => {
                let issuer_params = root_params(key, &self.vcenter_name);
                params.signed_by(subject_key, &Issuer::from_params(&issuer_params, self.keys.pair(key)?))
            }
        }
        .map_err(LabError::certificate)?;
        Ok(Identity { certificate: Arc::new(Certificate::from_der(made.der())?), key: plan.key })
    }

    /// An empty revocation list of the VMCA, PEM.
    pub fn revocation_list(&self, now: OffsetDateTime) -> Result<String, LabError> {
        self.revocation_list_of(VMCA_KEY, now)
    }

    /// The same of the customer's authority.
    pub fn customer_revocation_list(&self, now: OffsetDateTime) -> Result<String, LabError> {
        self.revocation_list_of(CUSTOMER_KEY, now)
    }

    fn revocation_list_of(&self, key: usize, now: OffsetDateTime) -> Result<String, LabError> {
        let params = CertificateRevocationListParams {
            this_update: now - Duration::days(1),
            next_update: now + Duration::days(30),
            crl_number: SerialNumber::from(1_u64),
            issuing_distribution_point: None,
            revoked_certs: Vec::new(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let issuer_params = root_params(key, &self.vcenter_name);
        let list = params
            .signed_by(&Issuer::from_params(&issuer_params, self.keys.pair(key)?))
            .map_err(LabError::certificate)?;
        list.pem().map_err(LabError::certificate)
    }

    /// What the customer's authority makes of a signing request: a certificate of two years for the name in it.
    /// Fails for text that is no request, and for a key that is not the lab's.
    pub fn sign_request(&mut self, request: &str, now: OffsetDateTime) -> Result<Arc<Certificate>, LabError> {
        let der = unarmoured("CERTIFICATE REQUEST", request)?;
        let (_, parsed) = X509CertificationRequest::from_der(&der).map_err(LabError::certificate)?;
        let info = &parsed.certification_request_info;
        let common_name = info.subject.iter_common_name().next().and_then(|name| name.as_str().ok());
        let common_name = common_name.ok_or_else(|| LabError::certificate("the request names nobody"))?.to_owned();
        let key = self.keys.number_of(info.subject_pki.raw);
        let plan = LeafPlan {
            names: vec![common_name.clone()],
            common_name,
            unit: "Example Operations",
            signer: Signer::Customer,
            key: key.ok_or_else(|| LabError::certificate("the request is for a key that no host of the lab has"))?,
            not_before: now - Duration::days(1),
            not_after: now + Duration::days(730),
            client: false,
        };
        Ok(self.issue(&plan)?.certificate)
    }

    /// A certificate signing request for a key, PEM.
    pub fn signing_request(&self, common_name: &str, key: usize) -> Result<String, LabError> {
        let mut params = CertificateParams::default();
        params.distinguished_name = name(common_name, "VMware Engineering");
        params.subject_alt_names = alternative_names(&[common_name.to_owned()]);
        let request = params.serialize_request(self.keys.pair(key)?).map_err(LabError::certificate)?;
        request.pem().map_err(LabError::certificate)
    }
}

fn signer_key(signer: Signer) -> Option<usize> {
    match signer {
        Signer::Vmca => Some(VMCA_KEY),
        Signer::OldVmca => Some(OLD_VMCA_KEY),
        Signer::Customer => Some(CUSTOMER_KEY),
        Signer::Gateway => Some(GATEWAY_KEY),
        Signer::Oneself => None,
    }
}

fn root_params(key: usize, vcenter_name: &str) -> CertificateParams {
    let mut subject = DistinguishedName::new();
    if key == CUSTOMER_KEY {
        subject.push(DnType::CommonName, "Example Corporation Root CA");
        subject.push(DnType::OrganizationName, "Example Corporation");
    } else if key == GATEWAY_KEY {
        subject.push(DnType::CommonName, "Web Gateway");
        subject.push(DnType::OrganizationName, "Example Corporation");
    } else {
        subject.push(DnType::CommonName, "CA");
        // Real roots have one domain component for `vsphere` and one for `local`; rcgen keeps one of a kind.
        if let Ok(domain) = "vsphere.local".try_into() {
            subject.push(DnType::CustomDnType(vec![0, 9, 2342, 19_200_300, 100, 1, 25]), DnValue::Ia5String(domain));
        }
        subject.push(DnType::CountryName, "US");
        subject.push(DnType::StateOrProvinceName, "California");
        subject.push(DnType::OrganizationName, vcenter_name);
        subject.push(DnType::OrganizationalUnitName, "VMware Engineering");
    }
    let mut params = CertificateParams::default();
    params.distinguished_name = subject;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn root_certificate(
    keys: &Keys,
    key: usize,
    vcenter_name: &str,
    begun: OffsetDateTime,
    serial: SerialNumber,
) -> Result<Arc<Certificate>, LabError> {
    let mut params = root_params(key, vcenter_name);
    params.not_before = begun;
    params.not_after = begun + Duration::days(3650);
    params.serial_number = Some(serial);
    let made = params.self_signed(keys.pair(key)?).map_err(LabError::certificate)?;
    Ok(Arc::new(Certificate::from_der(made.der())?))
}

fn leaf_params(plan: &LeafPlan, serial: SerialNumber) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.not_before = plan.not_before;
    params.not_after = plan.not_after;
    params.serial_number = Some(serial);
    params.subject_alt_names = alternative_names(&plan.names);
    params.distinguished_name = name(&plan.common_name, plan.unit);
    // With the explicit form rcgen also writes the subject key identifier.
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
    params.extended_key_usages =
        vec![if plan.client { ExtendedKeyUsagePurpose::ClientAuth } else { ExtendedKeyUsagePurpose::ServerAuth }];
    params.use_authority_key_identifier_extension = plan.signer != Signer::Oneself;
    params
}

fn name(common_name: &str, unit: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name.push(DnType::CountryName, "US");
    name.push(DnType::StateOrProvinceName, "California");
    name.push(DnType::LocalityName, "Palo Alto");
    name.push(DnType::OrganizationName, "VMware");
    name.push(DnType::OrganizationalUnitName, unit);
    name
}

fn alternative_names(names: &[String]) -> Vec<SanType> {
    names
        .iter()
        .filter_map(|name| match name.parse::<IpAddr>() {
            Ok(address) => Some(SanType::IpAddress(address)),
            Err(_) => name.as_str().try_into().ok().map(SanType::DnsName),
        })
        .collect()
}

fn serial_of(seed: u64, number: u64) -> SerialNumber {
    let digest = Sha256::digest(format!("serial {seed} {number}"));
    let mut bytes: Vec<u8> = digest.iter().copied().take(16).collect();
    if let Some(first) = bytes.first_mut() {
        // A serial number is positive and has no leading zero.
        *first = (*first & 0x7f) | 0x40;
    }
    SerialNumber::from(bytes)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn pki() -> Pki {
        let now = OffsetDateTime::from_unix_timestamp(1_768_471_200).unwrap();
        Pki::new(Arc::new(Keys::load().unwrap()), 1, "vc01.lab.example", now).unwrap()
    }

    fn plan(signer: Signer) -> LeafPlan {
        let now = OffsetDateTime::from_unix_timestamp(1_768_471_200).unwrap();
        LeafPlan {
            common_name: "esx01.lab.example".into(),
            names: vec!["esx01.lab.example".into(), "127.44.1.1".into()],
            unit: "VMware Engineering",
            signer,
            key: 6,
            not_before: now - Duration::minutes(1440),
            not_after: now + Duration::days(1825),
            client: false,
        }
    }

    #[test]
    fn a_leaf_names_its_host_and_its_signer() {
        let mut pki = pki();
        let leaf = pki.issue(&plan(Signer::Vmca)).unwrap().certificate;
        assert!(leaf.names_host("ESX01.lab.example") && leaf.names_host("127.44.1.1"));
        assert!(leaf.is_signed_by(&pki.vmca));
        assert!(!leaf.is_signed_by(&pki.old_vmca), "a rotated root has the same name but another key");
        assert!(!leaf.is_self_signed() && !leaf.key_id.is_empty());
        assert_eq!(Certificate::from_pem(&leaf.pem).unwrap(), *leaf);
    }

    #[test]
    fn roots_differ_only_by_key() {
        let pki = pki();
        assert_eq!(pki.vmca.subject, pki.old_vmca.subject);
        assert_ne!(pki.vmca.key_id, pki.old_vmca.key_id);
    }

    #[test]
    fn the_same_seed_gives_the_same_certificate() {
        let (one, two) = (pki().issue(&plan(Signer::Oneself)).unwrap(), pki().issue(&plan(Signer::Oneself)).unwrap());
        assert_eq!(one, two);
        assert!(one.certificate.is_self_signed());
    }
}
