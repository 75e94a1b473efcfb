//! Random mixes of troubles: the judgement names the causes that were drawn, each where it was put, and nothing else.
//!
//! A mix is drawn from a number, its seed; when one fails, the seed and the mix are printed. A host gets troubles of
//! different kinds, so that none takes another's place; which of them are causes is told by the table of rules alone.

#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use super::find;
use super::testing::{Authority, Fleet, Leaf, healthy_provider, seen, shown, unknown};
use crate::case::PlaceKind;
use crate::facts::{ConnectionState, HostId, MachinePair, MissingReason, ProviderId};
use crate::time::DAY_SECONDS;

const HOSTS: u32 = 12;
const SEEDS: std::ops::Range<u64> = 0..150;

#[test]
fn a_mix_of_troubles_is_named_exactly() {
    let mut fleet = Fleet::of(HOSTS);
    let healthy = fleet.facts.clone();
    let mut drawn: BTreeSet<&str> = BTreeSet::new();
    for seed in SEEDS {
        fleet.facts = healthy.clone();
        let mix = Mix::drawn(seed);
        drawn.extend(mix.codes().into_values().flatten());
        mix.put_into(&mut fleet);
        let judgement = fleet.judge();
        let place = |kind: PlaceKind, host: Option<&String>| match kind {
            PlaceKind::Vcenter => None,
            PlaceKind::Host | PlaceKind::Provider => host.cloned(),
        };
        let named: BTreeSet<(Option<String>, &str)> = judgement
            .causes()
            .map(|cause| (place(cause.place.kind, cause.place.host.as_ref()), cause.diagnostic.code.as_str()))
            .collect();
        assert_eq!(named, mix.causes(), "seed {seed}, drawn was {:?}", mix.codes());
    }
    let all: BTreeSet<&str> =
        KINDS.iter().flat_map(|kind| kind.iter()).chain(OF_VCENTER).map(|(code, _)| *code).collect();
    assert_eq!(drawn, all, "a trouble is never drawn");
}

#[test]
fn every_trouble_alone_is_the_one_cause() {
    let mut fleet = Fleet::of(3);
    let healthy = fleet.facts.clone();
    for (code, put) in KINDS.iter().flat_map(|kind| kind.iter()).chain(OF_VCENTER) {
        fleet.facts = healthy.clone();
        put(&mut fleet, 2);
        assert_eq!(fleet.causes(), [*code]);
    }
}

/// A code, and what makes its trouble true of a host of the fleet.
type Trouble = (&'static str, fn(&mut Fleet, usize));

/// What was drawn.
struct Mix {
    /// Troubles of vCenter itself.
    of_vcenter: Vec<Trouble>,
    /// Troubles by the number of the host.
    by_host: BTreeMap<usize, Vec<Trouble>>,
}

impl Mix {
    /// One host or a few, each with one to three troubles, and now and then one of vCenter.
    fn drawn(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let mut by_host: BTreeMap<usize, Vec<Trouble>> = BTreeMap::new();
        for _ in 0..=dice.below(4) {
            let host = 1 + dice.below(HOSTS as usize);
            let troubles: Vec<Trouble> = match dice.below(4) {
                0 => vec![dice.one_of(WHOLE)],
                _ => KINDS[1..].iter().filter_map(|kind| dice.perhaps(kind)).collect(),
            };
            by_host.insert(host, troubles);
        }
        let of_vcenter = if dice.below(3) == 0 { vec![dice.one_of(OF_VCENTER)] } else { Vec::new() };
        Self { of_vcenter, by_host }
    }

    fn codes(&self) -> BTreeMap<usize, Vec<&'static str>> {
        let codes = |troubles: &[Trouble]| troubles.iter().map(|(code, _)| *code).collect();
        self.by_host
            .iter()
            .map(|(host, troubles)| (*host, codes(troubles)))
            .chain([(0, codes(&self.of_vcenter))])
            .collect()
    }

    fn put_into(&self, fleet: &mut Fleet) {
        for (host, troubles) in &self.by_host {
            for (_, put) in troubles {
                put(fleet, *host);
            }
        }
        for (_, put) in &self.of_vcenter {
            put(fleet, 0);
        }
    }

    /// The drawn troubles that no other drawn one explains: one at the same host, or at vCenter.
    fn causes(&self) -> BTreeSet<(Option<String>, &'static str)> {
        let above: Vec<&str> = self.of_vcenter.iter().map(|(code, _)| *code).collect();
        let explains = |cause: &str, code: &str| find(cause).is_some_and(|rule| rule.explains.contains(&code));
        let is_cause = |code: &str, beside: &[Trouble]| {
            !beside.iter().map(|(other, _)| *other).chain(above.iter().copied()).any(|other| explains(other, code))
        };
        let of_hosts = self.by_host.iter().flat_map(|(host, troubles)| {
            let causes = troubles.iter().filter(|(code, _)| is_cause(code, troubles));
            causes.map(move |(code, _)| (Some(format!("host-{host}")), *code))
        });
        of_hosts.chain(self.of_vcenter.iter().map(|(code, _)| (None, *code))).collect()
    }
}

/// `splitmix64`: the same numbers from the same seed, everywhere and always.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).unwrap_or(0)
    }

    /// One of them, or none.
    fn perhaps(&mut self, troubles: &[Trouble]) -> Option<Trouble> {
        if self.below(2) == 0 { Some(self.one_of(troubles)) } else { None }
    }

    fn one_of(&mut self, troubles: &[Trouble]) -> Trouble {
        troubles[self.below(troubles.len())]
    }
}

/// Kinds of trouble that a host can have beside each other, in the order in which they are put.
const KINDS: &[&[Trouble]] = &[WHOLE, LEAF, TRUST, OTHER, PROVIDER];

/// What takes so much of a host away that nothing else can be seen of it.
const WHOLE: &[Trouble] = &[
    ("host-disconnected", |fleet, host| fleet.lose(host, ConnectionState::Disconnected)),
    ("host-not-responding", |fleet, host| fleet.lose(host, ConnectionState::NotResponding)),
    ("host-key-mismatch", |fleet, host| {
        fleet.lose(host, ConnectionState::NotResponding);
        fleet.host(host).on_443 = unknown(MissingReason::Tls);
        fleet.host(host).machine_pair =
            seen(MachinePair { has_certificate: true, has_key: true, matches: Some(false) });
    }),
    ("host-cert-missing", |fleet, host| {
        fleet.lose(host, ConnectionState::NotResponding);
        fleet.host(host).on_443 = unknown(MissingReason::Closed);
        fleet.host(host).machine_pair = seen(MachinePair { has_certificate: false, has_key: true, matches: None });
    }),
    ("vp-port-refused", |fleet, host| {
        fleet.host(host).on_9080 = unknown(MissingReason::Refused);
        down(fleet, host, "offline");
    }),
    ("vp-tls-handshake-failed", |fleet, host| {
        fleet.host(host).on_9080 = unknown(MissingReason::Tls);
        down(fleet, host, "disconnected");
    }),
    ("provider-missing", |fleet, host| {
        fleet.facts.providers.remove(&ProviderId(format!("uid-{host}")));
    }),
];

/// What is wrong with the certificates that it shows.
const LEAF: &[Trouble] = &[
    ("host-cert-expired", |fleet, host| issued(fleet, host, Leaf::ends, -1)),
    ("host-cert-expiring-hard", |fleet, host| issued(fleet, host, Leaf::ends, 20 * DAY_SECONDS)),
    ("host-cert-expiring-soft", |fleet, host| issued(fleet, host, Leaf::ends, 200 * DAY_SECONDS)),
    ("cert-not-yet-valid", |fleet, host| issued(fleet, host, Leaf::begins, 3600)),
    ("host-cert-self-signed", |fleet, host| {
        let leaf = Leaf::of(&name(host)).self_signed("VMware ESX Server Default Certificate");
        let leaf = fleet.keep(leaf);
        fleet.serve(host, leaf);
    }),
    ("host-cert-foreign-ca", |fleet, host| {
        let leaf = fleet.keep(Authority::root("Example Root", "IT").sign(&Leaf::of(&name(host))));
        fleet.serve(host, leaf);
    }),
    ("host-cert-old-vmca-root", |fleet, host| {
        let leaf = fleet.keep(Authority::root("CA", "VMware Engineering").sign(&Leaf::of(&name(host))));
        fleet.serve(host, leaf);
    }),
    ("host-cert-chain-incomplete", |fleet, host| {
        let between = Authority::vmca().subordinate("Between", "IT");
        fleet.keep(between.certificate.clone());
        let leaf = fleet.keep(between.sign(&Leaf::of(&name(host))));
        fleet.serve(host, leaf);
    }),
    ("host-cert-name-mismatch", |fleet, host| {
        let leaf = fleet.issue(&Leaf::of("somebody.else.test"));
        fleet.serve(host, leaf);
    }),
    ("host-cert-no-san", |fleet, host| {
        let leaf = fleet.issue(&Leaf::of(&name(host)).alternative_names(&[]));
        fleet.serve(host, leaf);
    }),
    ("host-cert-wildcard", |fleet, host| {
        let leaf = fleet.issue(&Leaf::of("*.lab.test"));
        fleet.serve(host, leaf);
    }),
    ("host-cert-weak", |fleet, host| {
        let leaf = fleet.issue(&Leaf::of(&name(host)).short_key());
        fleet.serve(host, leaf);
    }),
    ("vcdb-thumbprint-mismatch", |fleet, host| {
        fleet.host(host).expected_thumbprint = seen("AA:".repeat(19) + "AA");
    }),
    ("vp-cert-expired", |fleet, host| copied(fleet, host, -900 * DAY_SECONDS, -1)),
    ("vp-cert-stale", |fleet, host| copied(fleet, host, -900 * DAY_SECONDS, 600 * DAY_SECONDS)),
    ("vp-cert-newer-than-host", |fleet, host| {
        let leaf = Leaf::of(&name(host)).begins(-300 * DAY_SECONDS);
        let copy = fleet.keep(Authority::root("Example Root", "IT").sign(&leaf));
        fleet.serve_copy(host, copy);
    }),
];

/// What is wrong with what it trusts.
const TRUST: &[Trouble] = &[
    ("castore-empty", |fleet, host| fleet.host(host).ca_store = seen(Vec::new())),
    ("castore-missing-sms", |fleet, host| {
        let roots = fleet.vcenter().trusted_roots.value().cloned().unwrap_or_default();
        fleet.host(host).ca_store = seen(roots);
    }),
    ("castore-stale-sms", |fleet, host| {
        let before = fleet.keep(Leaf::of("sms_self_signed").ends(DAY_SECONDS).self_signed("SMS"));
        let mut held = fleet.vcenter().trusted_roots.value().cloned().unwrap_or_default();
        held.push(before);
        fleet.host(host).ca_store = seen(held);
    }),
    ("castore-missing-vmca-root", |fleet, host| {
        let sms = fleet.vcenter().sms.sms_self_signed.value().copied();
        fleet.host(host).ca_store = seen(sms.into_iter().collect());
    }),
];

/// What has to do with neither.
const OTHER: &[Trouble] = &[
    ("vc-host-clock-skew", |fleet, host| fleet.host(host).clock_ahead_of_vcenter_seconds = seen(3600)),
    ("host-maintenance", |fleet, host| fleet.host(host).in_maintenance = seen(true)),
];

/// What SMS says of its provider.
const PROVIDER: &[Trouble] = &[
    ("provider-offline", |fleet, host| down(fleet, host, "offline")),
    ("provider-disconnected", |fleet, host| down(fleet, host, "disconnected")),
    ("provider-syncerror", |fleet, host| down(fleet, host, "syncError")),
    ("provider-cert-invalid", |fleet, host| fleet.provider(host).certificate_status = seen("invalid".to_owned())),
    ("provider-cert-cached-stale", |fleet, host| {
        let before = fleet.issue(&Leaf::of(&name(host)).begins(-1200 * DAY_SECONDS));
        fleet.provider(host).certificate = seen(before);
    }),
    ("provider-duplicate", |fleet, host| {
        let named = fleet.facts.hosts.get(&HostId(format!("host-{host}"))).cloned();
        let served = fleet.provider(host).certificate.value().copied();
        for (host_facts, leaf) in named.iter().zip(served) {
            let mut second = healthy_provider(host + 100, host_facts, leaf);
            second.url.host = format!("192.0.2.{host}");
            fleet.facts.providers.insert(second.id.clone(), second);
        }
    }),
];

/// What can be wrong with vCenter itself beside all of these; the number of the host means nothing to them.
const OF_VCENTER: &[Trouble] = &[
    ("machine-ssl-expired", |fleet, _| {
        let own = fleet.issue(&Leaf::of("vc.lab.test").ends(-1));
        fleet.vcenter().on_https = shown(own);
    }),
    ("docroot-out-of-sync", |fleet, _| fleet.vcenter().published_roots = seen(Vec::new())),
    ("roots-unparseable", |fleet, _| fleet.vcenter().unreadable_roots = vec!["chain-7".to_owned()]),
    ("roots-expired-leftover", |fleet, _| {
        fleet.trust(&Authority::root_within("Former Root", "IT", &Leaf::of("root").ends(-1)).certificate);
    }),
];

fn name(host: usize) -> String {
    format!("esx{host:02}.lab.test")
}

/// On both ports, a certificate of VMCA with another beginning or end.
fn issued(fleet: &mut Fleet, host: usize, dated: fn(Leaf, i64) -> Leaf, seconds: i64) {
    let leaf = fleet.issue(&dated(Leaf::of(&name(host)), seconds));
    fleet.serve(host, leaf);
}

/// On port 9080 another certificate than on port 443.
fn copied(fleet: &mut Fleet, host: usize, begins: i64, ends: i64) {
    let copy = fleet.issue(&Leaf::of(&name(host)).begins(begins).ends(ends));
    fleet.serve_copy(host, copy);
}

/// Not well in the eyes of SMS, since an hour.
fn down(fleet: &mut Fleet, host: usize, status: &str) {
    let an_hour_ago = fleet.facts.ended_at.plus_seconds(-3600);
    let provider = fleet.provider(host);
    provider.status = seen(status.to_owned());
    provider.last_sync = Some(an_hour_ago);
}
