//! A healthy fleet for tests, of which each test breaks one thing.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod certificates;
mod healthy;

use std::collections::BTreeMap;

pub(crate) use certificates::{Authority, Leaf};
pub(crate) use healthy::provider as healthy_provider;

use super::{Finding, Judgement, judge};
use crate::certificate::{Certificate, Fingerprint};
use crate::facts::{
    Alarm, ConnectionState, FACTS_SCHEMA, Facts, Host, HostId, InventoryRead, Missing, MissingReason, Observed,
    Presented, Provider, ProviderId, ProviderList, ReportedCertificate, VCenter, VCenterEvent,
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

impl Fleet {
    /// `esx01.lab.test` to `esx03.lab.test`, each with its provider; nothing is wrong and nothing is unknown.
    pub(crate) fn healthy() -> Self {
        Self::of(3)
    }

    /// The same with so many hosts, all in one cluster. One is enough for most vectors.
    pub(crate) fn of(hosts: u32) -> Self {
        let vmca = Authority::vmca();
        let mut facts = Facts::nothing_yet("vc.lab.test:443", NOW.plus_seconds(-30));
        facts.schema = FACTS_SCHEMA.to_owned();
        facts.ended_at = NOW;
        facts.inventory = seen(InventoryRead { hosts, pages: 1 });
        facts.provider_list = seen(ProviderList { registered: hosts, others: 0 });
        let mut fleet = Self { facts, policy: Policy::default(), vmca };
        let root = fleet.keep(fleet.vmca.certificate.clone());
        let https = fleet.issue(&Leaf::of("vc.lab.test"));
        let sms = fleet.keep(Leaf::of("sms_self_signed").self_signed("SMS"));
        let extension = fleet.issue(&Leaf::of("sps-extension"));
        fleet.facts.vcenter = healthy::vcenter(root, https, sms, extension);
        for number in 1..=hosts as usize {
            fleet.add_host(number, &[root, sms]);
        }
        fleet
    }

    /// A fleet of which nothing was seen, because there was no way into vCenter.
    pub(crate) fn shut_out(reason: MissingReason) -> Self {
        let mut fleet = Self::of(0);
        fleet.facts = Facts::nothing_yet("vc.lab.test:443", NOW);
        fleet.vcenter().session = unknown(reason);
        fleet
    }

    fn add_host(&mut self, number: usize, ca_store: &[Fingerprint]) {
        let name = format!("esx{number:02}.lab.test");
        let leaf = self.vmca.sign(&Leaf::of(&name));
        let host = healthy::host(number, &name, &leaf, ca_store);
        let provider = healthy::provider(number, &host, self.keep(leaf));
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

    /// Makes the vCenter one of 7.0, of a build before that from which on SPS writes its store.
    pub(crate) fn on_seven(&mut self, version: &str) {
        self.vcenter().version = seen(version.to_owned());
        self.vcenter().build = seen("17694817".to_owned());
        let mut stores = self.vcenter().vecs.value().cloned().unwrap_or_default();
        for store in stores.iter_mut().filter(|store| store.name == "SMS") {
            store.permissions = ["deploy", "vpxd"].map(healthy::reads).to_vec();
        }
        self.vcenter().vecs = seen(stores);
    }

    /// Keeps a certificate, and puts it among the roots that vCenter trusts and that it has published.
    pub(crate) fn trust(&mut self, root: &Certificate) {
        let root = self.keep(root.clone());
        let vcenter = self.vcenter();
        for list in [&mut vcenter.trusted_roots, &mut vcenter.published_roots] {
            let mut roots = list.value().cloned().unwrap_or_default();
            roots.push(root);
            *list = seen(roots);
        }
    }

    /// Trusts these roots and no others.
    pub(crate) fn trust_only(&mut self, roots: &[&Certificate]) {
        self.vcenter().trusted_roots = seen(Vec::new());
        self.vcenter().published_roots = seen(Vec::new());
        for root in roots {
            self.trust(root);
        }
    }

    /// The same fleet, of a VMCA root that ends so many seconds from now, and with it all that it issued.
    pub(crate) fn of_root_ending_in(mut self, seconds: i64) -> Self {
        let dates = |name: &str| Leaf::of(name).ends(seconds);
        self.vmca = Authority::root_within("CA", "VMware Engineering", &dates("root"));
        let root = self.vmca.certificate.clone();
        self.trust_only(&[&root]);
        let https = self.issue(&dates("vc.lab.test"));
        self.vcenter().on_https = shown(https);
        let extension = self.issue(&dates("sps-extension"));
        self.vcenter().sms.sps_extension = seen(extension);
        let sms = self.vcenter().sms.sms_self_signed.value().copied();
        for number in 1..=self.facts.hosts.len() {
            let leaf = self.issue(&dates(&format!("esx{number:02}.lab.test")));
            self.serve(number, leaf);
            self.host(number).ca_store = seen(sms.into_iter().chain([root.fingerprint]).collect());
        }
        self
    }

    /// Signs a leaf by VMCA and keeps it.
    pub(crate) fn issue(&mut self, leaf: &Leaf) -> Fingerprint {
        let certificate = self.vmca.sign(leaf);
        self.keep(certificate)
    }

    /// Shows a certificate on both ports of a host, and lets vCenter and SMS know it.
    pub(crate) fn serve(&mut self, number: usize, leaf: Fingerprint) {
        self.host(number).on_443 = shown(leaf);
        if let Some(certificate) = self.facts.certificates.find(&leaf) {
            let thumbprint = certificate.sha1_thumbprint.clone();
            let reported = reported(certificate);
            self.host(number).expected_thumbprint = seen(thumbprint);
            self.host(number).reported = seen(reported);
        }
        self.serve_copy(number, leaf);
    }

    /// Shows a certificate on port 9080 of a host only, and lets SMS know it.
    pub(crate) fn serve_copy(&mut self, number: usize, leaf: Fingerprint) {
        self.host(number).on_9080 = shown(leaf);
        self.provider(number).certificate = seen(leaf);
    }

    /// Gives host 1 a certificate of VMCA that ends so many seconds from now, on both ports.
    pub(crate) fn ending_in(seconds: i64) -> Self {
        Self::healthy().with_leaf_ending_in(seconds)
    }

    /// The same of a fleet of another size.
    pub(crate) fn with_leaf_ending_in(mut self, seconds: i64) -> Self {
        let leaf = self.issue(&Leaf::of("esx01.lab.test").ends(seconds));
        self.serve(1, leaf);
        self
    }

    /// The same, on port 9080 only.
    pub(crate) fn copy_ending_in(seconds: i64) -> Self {
        Self::healthy().with_copy_ending_in(seconds)
    }

    /// The same of one host alone.
    pub(crate) fn copy_of_one_ending_in(seconds: i64) -> Self {
        Self::of(1).with_copy_ending_in(seconds)
    }

    fn with_copy_ending_in(mut self, seconds: i64) -> Self {
        let leaf = self.issue(&Leaf::of("esx01.lab.test").begins(-900 * DAY_SECONDS).ends(seconds));
        self.serve_copy(1, leaf);
        self
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
        for finding in judgement.findings.iter().chain(&judgement.notes) {
            let Finding { diagnostic, .. } = finding;
            let message = &diagnostic.message;
            assert!(!message.ends_with('.') && !message.contains('\n'), "{message}");
            assert!(
                ["SMS", "SPS", "VMware"].iter().any(|name| message.starts_with(name))
                    || !message.starts_with(char::is_uppercase),
                "{message}"
            );
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
        let codes: Vec<String> = self.judge().unanswered.into_iter().flat_map(|unanswered| unanswered.codes).collect();
        assert!(codes.iter().any(|unanswered| unanswered == code), "{codes:?}");
    }

    /// Codes of what is worth knowing besides how many providers are well, in the report's order.
    pub(crate) fn notes(&self) -> Vec<String> {
        let codes = self.judge().notes.into_iter().map(|note| note.diagnostic.code);
        codes.filter(|code| code != "provider-online-valid").collect()
    }

    pub(crate) fn codes(&self) -> Vec<String> {
        self.judge().findings.into_iter().map(|finding| finding.diagnostic.code).collect()
    }
}

pub(crate) fn seen<T>(value: T) -> Observed<T> {
    Observed::seen(value, NOW)
}

pub(crate) fn shown(leaf: Fingerprint) -> Observed<Presented> {
    seen(presenting(leaf, &[]))
}

/// What vCenter says of a certificate at its next poll.
fn reported(certificate: &Certificate) -> ReportedCertificate {
    let status = match certificate.not_after.seconds_since(NOW) / DAY_SECONDS {
        _ if certificate.not_after < NOW => "expired",
        0..=30 => "expirationImminent",
        31..=60 => "expiringShortly",
        61..=240 => "expiring",
        _ => "good",
    };
    let issuer = Some(certificate.issuer.clone());
    ReportedCertificate { status: status.to_owned(), issuer, not_after: Some(certificate.not_after) }
}

/// What a server shows that sends more than its own certificate.
pub(crate) fn presenting(leaf: Fingerprint, rest: &[Fingerprint]) -> Presented {
    Presented { leaf, rest: rest.to_vec(), protocol: "TLSv1.2".to_owned() }
}

pub(crate) fn unknown<T>(reason: MissingReason) -> Observed<T> {
    Observed::Unknown(Missing { reason, message: "it was not seen".to_owned(), help: "look again".to_owned() })
}

/// An event, so many seconds after [`NOW`].
pub(crate) fn event(kind: &str, seconds: i64, host: Option<&str>, arguments: &[(&str, &str)]) -> VCenterEvent {
    VCenterEvent {
        key: None,
        chain: None,
        kind: kind.to_owned(),
        at: NOW.plus_seconds(seconds),
        host: host.map(str::to_owned),
        message: kind.to_owned(),
        arguments: arguments.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
    }
}

/// An alarm that has been red for so many seconds.
pub(crate) fn alarm(name: &str, (entity_kind, entity): (&str, &str), seconds: i64) -> Alarm {
    Alarm {
        key: format!("{name}.{entity}"),
        alarm: "alarm-1".to_owned(),
        name: name.to_owned(),
        system_name: None,
        entity_kind: entity_kind.to_owned(),
        entity: entity.to_owned(),
        status: "red".to_owned(),
        since: NOW.plus_seconds(-seconds),
        acknowledged: false,
    }
}

/// Waivers of gates, for the tests of gates.
pub(crate) fn waivers(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(gate, reason)| ((*gate).to_owned(), (*reason).to_owned())).collect()
}
