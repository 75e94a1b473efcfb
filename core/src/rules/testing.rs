//! A healthy fleet for tests, of which each test breaks one thing.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair, PKCS_ECDSA_P256_SHA256,
};
use time::OffsetDateTime;

use super::{Finding, Judgement, judge};
use crate::certificate::{Certificate, Fingerprint};
use crate::facts::{
    Backup, CertificateMode, ConnectionState, FACTS_SCHEMA, Facts, Host, HostId, InventoryRead, IoFilter, Lockdown,
    Missing, MissingReason, Node, Observed, Presented, Provider, ProviderId, ProviderList, ProviderUrl,
    ReportedCertificate, ServiceHealth, ServiceState, SmsCertificates, Thresholds, VCenter,
};
use crate::policy::Policy;
use crate::time::{DAY_SECONDS, UnixTime};

/// 2026-02-04T12:00:00Z: when the survey ended.
pub(crate) const NOW: UnixTime = UnixTime(1_770_206_400);

/// One vCenter and three hosts in a cluster.
pub(crate) struct Fleet {
    pub(crate) facts: Facts,
    pub(crate) policy: Policy,
    vmca: Authority,
}

/// A certificate that can sign others.
pub(crate) struct Authority {
    pub(crate) certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate to be made; times are seconds after [`NOW`].
#[derive(Clone)]
pub(crate) struct Leaf {
    pub(crate) names: Vec<String>,
    pub(crate) begins: i64,
    pub(crate) ends: i64,
}

impl Leaf {
    pub(crate) fn of(name: &str) -> Self {
        Self { names: vec![name.to_owned()], begins: -400 * DAY_SECONDS, ends: 1425 * DAY_SECONDS }
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

    fn parameters(&self, unit: &str) -> CertificateParams {
        let mut parameters = CertificateParams::new(self.names.clone()).unwrap();
        let common_name = self.names.first().map(String::as_str).unwrap_or_default();
        parameters.distinguished_name = name(common_name, unit);
        parameters.use_authority_key_identifier_extension = true;
        parameters.not_before = date(self.begins);
        parameters.not_after = date(self.ends);
        parameters
    }

    /// Signed by itself, as `/sbin/generate-certificates` and SPS leave theirs.
    pub(crate) fn self_signed(&self, unit: &str) -> Certificate {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let mut parameters = self.parameters(unit);
        parameters.use_authority_key_identifier_extension = false;
        Certificate::from_der(parameters.self_signed(&key).unwrap().der()).unwrap()
    }
}

impl Authority {
    /// A root. One of the same name as another is what a replaced VMCA root looks like.
    pub(crate) fn root(common_name: &str, unit: &str) -> Self {
        Self::root_within(common_name, unit, &Leaf::of("root").ends(2650 * DAY_SECONDS))
    }

    /// A root that ends with `dates`; it begins long before them.
    pub(crate) fn root_within(common_name: &str, unit: &str, dates: &Leaf) -> Self {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let mut parameters = dates.clone().begins(-1000 * DAY_SECONDS).parameters(unit);
        parameters.subject_alt_names = Vec::new();
        parameters.distinguished_name = name(common_name, unit);
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = Certificate::from_der(parameters.self_signed(&key).unwrap().der()).unwrap();
        Self { certificate, issuer: Issuer::new(parameters, key) }
    }

    pub(crate) fn sign(&self, leaf: &Leaf) -> Certificate {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let signed = leaf.parameters("VMware Engineering").signed_by(&key, &self.issuer).unwrap();
        Certificate::from_der(signed.der()).unwrap()
    }
}

impl Fleet {
    /// `esx01.lab.test` to `esx03.lab.test`, each with its provider; nothing is wrong and nothing is unknown.
    pub(crate) fn healthy() -> Self {
        let vmca = Authority::root("CA", "VMware Engineering");
        let mut facts = Facts::nothing_yet("vc.lab.test:443", NOW.plus_seconds(-30));
        facts.schema = FACTS_SCHEMA.to_owned();
        facts.ended_at = NOW;
        facts.inventory = seen(InventoryRead { hosts: 3, pages: 1 });
        facts.provider_list = seen(ProviderList { registered: 3, others: 0 });
        let mut fleet = Self { facts, policy: Policy::default(), vmca };
        let root = fleet.keep(fleet.vmca.certificate.clone());
        let https = fleet.issue(&Leaf::of("vc.lab.test"));
        let sms = fleet.keep(Leaf::of("sms_self_signed").self_signed("SMS"));
        let extension = fleet.issue(&Leaf::of("sps-extension"));
        fleet.facts.vcenter = healthy_vcenter(
            root,
            https,
            SmsCertificates { sms_self_signed: seen(sms), sps_extension: seen(extension) },
        );
        for number in 1..=3 {
            fleet.add_host(number, &[root, sms]);
        }
        fleet
    }

    fn add_host(&mut self, number: usize, ca_store: &[Fingerprint]) {
        let name = format!("esx{number:02}.lab.test");
        let leaf = self.issue(&Leaf::of(&name));
        let host = healthy_host(number, &name, leaf, ca_store);
        let provider = healthy_provider(number, &host, leaf);
        self.facts.hosts.insert(host.id.clone(), host);
        self.facts.providers.insert(provider.id.clone(), provider);
    }

    pub(crate) fn host(&mut self, number: usize) -> &mut Host {
        self.facts.hosts.get_mut(&HostId(format!("host-{number}"))).unwrap()
    }

    pub(crate) fn provider(&mut self, number: usize) -> &mut Provider {
        self.facts.providers.get_mut(&ProviderId(format!("uid-{number}"))).unwrap()
    }

    pub(crate) fn vcenter(&mut self) -> &mut VCenter {
        &mut self.facts.vcenter
    }

    pub(crate) fn keep(&mut self, certificate: Certificate) -> Fingerprint {
        self.facts.certificates.keep(certificate)
    }

    /// Signs a leaf by VMCA and keeps it.
    pub(crate) fn issue(&mut self, leaf: &Leaf) -> Fingerprint {
        let certificate = self.vmca.sign(leaf);
        self.keep(certificate)
    }

    /// Shows a certificate on both ports of a host, and lets SMS know it.
    pub(crate) fn serve(&mut self, number: usize, leaf: Fingerprint) {
        self.host(number).on_443 = shown(leaf);
        self.serve_copy(number, leaf);
    }

    /// Shows a certificate on port 9080 of a host only, and lets SMS know it.
    pub(crate) fn serve_copy(&mut self, number: usize, leaf: Fingerprint) {
        self.host(number).on_9080 = shown(leaf);
        self.provider(number).certificate = seen(leaf);
    }

    /// Gives host 1 a certificate of VMCA that ends so many seconds from now, on both ports.
    pub(crate) fn ending_in(seconds: i64) -> Self {
        let mut fleet = Self::healthy();
        let leaf = fleet.issue(&Leaf::of("esx01.lab.test").ends(seconds));
        fleet.serve(1, leaf);
        fleet
    }

    /// The same, on port 9080 only.
    pub(crate) fn copy_ending_in(seconds: i64) -> Self {
        let mut fleet = Self::healthy();
        let leaf = fleet.issue(&Leaf::of("esx01.lab.test").begins(-900 * DAY_SECONDS).ends(seconds));
        fleet.serve_copy(1, leaf);
        fleet
    }

    /// A host becomes unreachable for vCenter and for us.
    pub(crate) fn lose(&mut self, number: usize, state: ConnectionState) {
        let host = self.host(number);
        host.connection = seen(state);
        host.on_443 = unknown(MissingReason::NoAnswer);
        host.on_9080 = unknown(MissingReason::NoAnswer);
        host.ca_store = unknown(MissingReason::NotAsked);
        host.clock_ahead_of_vcenter_seconds = unknown(MissingReason::NotAsked);
        self.provider(number).status = seen("offline".to_owned());
    }

    /// Judges, and holds every message to the house's form: one line, lower case, no final stop.
    #[track_caller]
    pub(crate) fn judge(&self) -> Judgement {
        let judgement = judge(&self.facts, &self.policy);
        for finding in &judgement.findings {
            let Finding { diagnostic, .. } = finding;
            let message = &diagnostic.message;
            assert!(!message.ends_with('.') && !message.contains('\n'), "{message}");
            assert!(message.starts_with("SMS") || !message.starts_with(char::is_uppercase), "{message}");
            assert!(!diagnostic.help.is_empty() && !diagnostic.evidence.is_empty(), "{message}");
        }
        judgement
    }

    /// Codes of the causes, in the report's order.
    pub(crate) fn causes(&self) -> Vec<String> {
        self.judge().causes().map(|finding| finding.diagnostic.code.clone()).collect()
    }

    /// Exactly this is the cause; everything else that was found follows from it.
    #[track_caller]
    pub(crate) fn has_one_cause(&self, code: &str) {
        assert_eq!(self.causes(), [code], "{:#?}", self.judge());
    }

    /// `code` is found and follows from `cause`.
    #[track_caller]
    pub(crate) fn follows(&self, code: &str, cause: &str) {
        let judgement = self.judge();
        let found = judgement.findings.iter().find(|finding| finding.diagnostic.code == code);
        let Some(found) = found else { panic!("`{code}` is not found: {:?}", self.codes()) };
        assert_eq!(found.follows_from.as_deref(), Some(cause));
    }

    /// Nothing is found.
    #[track_caller]
    pub(crate) fn is_fine(&self) {
        assert_eq!(self.codes(), [""; 0]);
    }

    /// The rule cannot tell, and no other thing is found.
    #[track_caller]
    pub(crate) fn is_unanswered(&self, code: &str) {
        self.is_fine();
        let codes: Vec<String> = self.judge().unanswered.into_iter().map(|unanswered| unanswered.code).collect();
        assert!(codes.iter().any(|unanswered| unanswered == code), "{codes:?}");
    }

    pub(crate) fn codes(&self) -> Vec<String> {
        self.judge().findings.into_iter().map(|finding| finding.diagnostic.code).collect()
    }
}

pub(crate) fn seen<T>(value: T) -> Observed<T> {
    Observed::seen(value, NOW)
}

pub(crate) fn shown(leaf: Fingerprint) -> Observed<Presented> {
    seen(Presented { leaf, rest: Vec::new(), protocol: "TLSv1.2".to_owned() })
}

pub(crate) fn unknown<T>(reason: MissingReason) -> Observed<T> {
    Observed::Unknown(Missing { reason, message: "it was not seen".to_owned(), help: "look again".to_owned() })
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

fn healthy_vcenter(root: Fingerprint, https: Fingerprint, sms: SmsCertificates) -> VCenter {
    VCenter {
        authority: "vc.lab.test:443".to_owned(),
        version: seen("8.0.3".to_owned()),
        build: seen("24022515".to_owned()),
        instance_uuid: seen("5f1a3c7e-0000-4000-8000-0123456789ab".to_owned()),
        clock_ahead_seconds: seen(0),
        on_https: shown(https),
        mode: seen(CertificateMode::Vmca),
        thresholds: seen(Thresholds::default()),
        trusted_roots: seen(vec![root]),
        unreadable_roots: Vec::new(),
        sps: seen(ServiceState { state: "STARTED".to_owned(), health: ServiceHealth::Healthy }),
        sms,
        backup: seen(Some(Backup { job: "job-1".to_owned(), ended_at: NOW.plus_seconds(-DAY_SECONDS) })),
        nodes: seen(vec![Node { name: "vc.lab.test".to_owned(), kind: "VCSA_EMBEDDED".to_owned() }]),
        high_availability: seen(false),
        in_cloud_foundation: seen(false),
    }
}

fn healthy_host(number: usize, name: &str, leaf: Fingerprint, ca_store: &[Fingerprint]) -> Host {
    Host {
        uuid: seen(format!("4c4c4544-0000-0000-0000-00000000000{number}")),
        cluster: seen("cluster-a".to_owned()),
        cluster_id: seen("domain-c8".to_owned()),
        connection: seen(ConnectionState::Connected),
        in_maintenance: seen(false),
        version: seen("8.0.3".to_owned()),
        management_addresses: seen(vec![format!("192.0.2.{number}")]),
        lockdown: seen(Lockdown::LockdownDisabled),
        services: seen(Vec::new()),
        io_filters: seen(vec![IoFilter {
            id: "VMW_vmwarevmcrypt_1.0.0".to_owned(),
            name: "vmwarevmcrypt".to_owned(),
            kind: "encryption".to_owned(),
            available: true,
        }]),
        disks_using_filter: seen(0),
        in_vsan: seen(false),
        reported: seen(ReportedCertificate { status: "good".to_owned(), issuer: None, not_after: None }),
        on_443: shown(leaf),
        on_9080: shown(leaf),
        ca_store: seen(ca_store.to_vec()),
        ca_revocation_lists: seen(Vec::new()),
        clock_ahead_of_vcenter_seconds: seen(0),
        certificate_manager: seen(format!("certificateManager-{number}")),
        service_system: seen(format!("serviceSystem-{number}")),
        date_time_system: seen(format!("dateTimeSystem-{number}")),
        ..Host::named(HostId(format!("host-{number}")), name.to_owned())
    }
}

pub(crate) fn healthy_provider(number: usize, host: &Host, leaf: Fingerprint) -> Provider {
    let url = format!("https://{}:9080/version.xml", host.name);
    Provider {
        id: ProviderId(format!("uid-{number}")),
        object: format!("vasaProvider-{number}"),
        name: format!("IOFILTER Provider {}", host.name),
        url: ProviderUrl { text: url, host: host.name.clone(), port: 9080 },
        array_ids: host.uuid.value().map(|uuid| format!("IOFILTERS:{uuid}")).into_iter().collect(),
        status: seen("online".to_owned()),
        status_fault: None,
        certificate_status: seen("valid".to_owned()),
        certificate: seen(leaf),
        certificate_expires: None,
        last_sync: Some(NOW.plus_seconds(-600)),
        retains_certificate: false,
        vasa_version: Some("1.5".to_owned()),
    }
}

/// Waivers of gates, for the tests of gates.
pub(crate) fn waivers(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(gate, reason)| ((*gate).to_owned(), (*reason).to_owned())).collect()
}
