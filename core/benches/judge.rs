//! How long the whole catalogue takes to judge the facts of 5,000 and of 10,000 ESXi hosts, each with a certificate of its
//! own. One in ten has an expired certificate and a provider that is down. `make bench` runs it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a benchmark that cannot be set up ends by panicking")]

use std::collections::BTreeMap;
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput};
use iofilter_certs::certificate::{Certificate, Fingerprint};
use iofilter_certs::facts::{Facts, Host, HostId, Observed, Presented, Provider, ProviderId};
use iofilter_certs::policy::Policy;
use iofilter_certs::rules::judge;
use iofilter_certs::vector::Vector;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use time::OffsetDateTime;

fn main() {
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    let mut group = criterion.benchmark_group("judge the whole catalogue");
    for hosts in [5_000, 10_000] {
        let facts = fleet(hosts);
        let policy = Policy::default();
        group.throughput(Throughput::Elements(hosts.into()));
        group.bench_with_input(BenchmarkId::new("hosts", hosts), &facts, |bencher, facts| {
            bencher.iter(|| black_box(judge(facts, &policy)));
        });
    }
    group.finish();
    criterion.final_summary();
}

/// The healthy fleet of the vectors, grown: host 1 and its provider, so many times.
fn fleet(hosts: u32) -> Facts {
    let mut facts = healthy();
    let host = facts.hosts.values().next().unwrap().clone();
    let provider = facts.providers.values().next().unwrap().clone();
    facts.hosts.clear();
    facts.providers.clear();
    let authority = Authority::new();
    for number in 1..=hosts {
        let is_bad = number % 10 == 0;
        let leaf = facts.certificates.keep(authority.sign(&name(number), is_bad));
        let host = grown_host(&host, number, leaf);
        facts
            .providers
            .insert(ProviderId(format!("uid-{number}")), grown_provider(&provider, &host, number, leaf, is_bad));
        facts.hosts.insert(host.id.clone(), host);
    }
    let judgement = judge(&facts, &Policy::default());
    let found: BTreeMap<&str, usize> = judgement.causes().fold(BTreeMap::new(), |mut found, cause| {
        *found.entry(cause.diagnostic.code.as_str()).or_default() += 1;
        found
    });
    assert_eq!(found, BTreeMap::from([("host-cert-expired", usize::try_from(hosts / 10).unwrap())]));
    facts
}

fn healthy() -> Facts {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/healthy/three-hosts/input.json");
    let vector: Vector = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    match vector {
        Vector::Judge { facts, .. } => *facts,
        Vector::Survey { .. } => panic!("the healthy fleet is no survey"),
    }
}

fn name(number: u32) -> String {
    format!("esx{number:05}.lab.test")
}

/// An address of its own in 10.0.0.0/8.
fn address(number: u32) -> String {
    let [_, high, middle, low] = number.to_be_bytes();
    format!("10.{high}.{middle}.{low}")
}

fn grown_host(like: &Host, number: u32, leaf: Fingerprint) -> Host {
    let seen_at = like.on_443.value().unwrap().protocol.clone();
    let presented = Presented { leaf, rest: Vec::new(), protocol: seen_at };
    let mut host = like.clone();
    host.id = HostId(format!("host-{number}"));
    host.name = name(number);
    set(&mut host.uuid, format!("4c4c4544-0000-0000-0000-{number:012}"));
    set(&mut host.cluster, format!("cluster-{}", number / 32));
    set(&mut host.cluster_id, format!("domain-c{}", number / 32));
    set(&mut host.management_addresses, vec![address(number)]);
    set(&mut host.on_443, presented.clone());
    set(&mut host.on_9080, presented);
    host.expected_thumbprint = Observed::default();
    host.names = Observed::default();
    host
}

fn grown_provider(like: &Provider, host: &Host, number: u32, leaf: Fingerprint, is_bad: bool) -> Provider {
    let mut provider = like.clone();
    provider.id = ProviderId(format!("uid-{number}"));
    provider.object = format!("vasaProvider-{number}");
    provider.name = format!("IOFILTER Provider {}", host.name);
    provider.url.host.clone_from(&host.name);
    provider.url.text = format!("https://{}:9080/version.xml", host.name);
    provider.array_ids = vec![format!("IOFILTERS:{}", host.uuid.value().unwrap())];
    set(&mut provider.certificate, leaf);
    if is_bad {
        set(&mut provider.status, "offline".to_owned());
    }
    provider
}

/// Replaces what was seen.
fn set<T>(fact: &mut Observed<T>, new: T) {
    if let Observed::Seen { value, .. } = fact {
        *value = new;
    }
}

/// The root of the vectors, whose key is the first of the lab's; all leaves share the second.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    leaf_key: KeyPair,
}

impl Authority {
    fn new() -> Self {
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name = distinguished("CA");
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self { issuer: Issuer::new(parameters, key(0)), leaf_key: key(1) }
    }

    fn sign(&self, name: &str, has_expired: bool) -> Certificate {
        let mut parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
        parameters.distinguished_name = distinguished(name);
        parameters.use_authority_key_identifier_extension = true;
        parameters.not_before = day(-400);
        parameters.not_after = day(if has_expired { -1 } else { 1425 });
        Certificate::from_der(parameters.signed_by(&self.leaf_key, &self.issuer).unwrap().der()).unwrap()
    }
}

fn distinguished(common_name: &str) -> rcgen::DistinguishedName {
    let mut name = rcgen::DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name.push(DnType::OrganizationalUnitName, "VMware Engineering");
    name
}

/// So many days from the time of the vectors, 2026-02-04T12:00:00Z.
fn day(days: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_770_206_400 + days * 86_400).unwrap()
}

fn key(number: u32) -> KeyPair {
    let path = format!("{}/../tests/lab/keys/{number:02}.pem", env!("CARGO_MANIFEST_DIR"));
    KeyPair::from_pem(&std::fs::read_to_string(path).unwrap()).unwrap()
}
