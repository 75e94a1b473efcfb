//! The facts, made ready for judging: looked up once, so that no rule loops over the fleet.

use std::collections::BTreeMap;

use crate::certificate::{Certificate, ChainVerdict, Fingerprint, verify_chain};
use crate::facts::{CertificateMode, Facts, Host, HostId, Observed, Presented, Provider, ProviderId, Thresholds};
use crate::policy::Policy;
use crate::time::UnixTime;

/// What every rule is given.
pub struct Case<'a> {
    /// Everything that was seen.
    pub facts: &'a Facts,
    /// What the user allows.
    pub policy: &'a Policy,
    /// The time at which certificates are judged: the end of the survey, by vCenter's clock where it is known.
    pub now: UnixTime,
    /// The certificates that vCenter trusts, where they are known.
    pub roots: Vec<&'a Certificate>,
    providers_of_host: BTreeMap<&'a HostId, Vec<&'a Provider>>,
    host_of_provider: BTreeMap<&'a ProviderId, &'a Host>,
}

impl<'a> Case<'a> {
    /// Makes the facts ready. Grows linearly with hosts and providers.
    pub fn new(facts: &'a Facts, policy: &'a Policy) -> Self {
        let ahead = facts.vcenter.clock_ahead_seconds.value().copied().unwrap_or(0);
        let roots = facts.vcenter.trusted_roots.value();
        let roots = roots.into_iter().flatten().filter_map(|root| facts.certificates.find(root)).collect();
        let host_of_provider = match_providers(facts);
        let mut providers_of_host: BTreeMap<&HostId, Vec<&Provider>> = BTreeMap::new();
        for (id, host) in &host_of_provider {
            if let Some(provider) = facts.providers.get(id) {
                providers_of_host.entry(&host.id).or_default().push(provider);
            }
        }
        Self { facts, policy, now: facts.ended_at.plus_seconds(ahead), roots, providers_of_host, host_of_provider }
    }

    /// The IOFilter providers of a host; more than one is a trouble of its own.
    pub fn providers_of(&self, host: &Host) -> &[&'a Provider] {
        self.providers_of_host.get(&host.id).map_or(&[], Vec::as_slice)
    }

    /// The provider of a host that SPS ought to use: the one whose URL names the host as vCenter does, else the first.
    pub fn canonical_provider(&self, host: &Host) -> Option<&'a Provider> {
        let all = self.providers_of(host);
        all.iter().find(|provider| provider.url.host.eq_ignore_ascii_case(&host.name)).or(all.first()).copied()
    }

    /// The host that a provider serves, if it is in the inventory.
    pub fn host_of(&self, provider: &Provider) -> Option<&'a Host> {
        self.host_of_provider.get(&provider.id).copied()
    }

    /// The leaf certificate that was presented, if it is known.
    pub fn leaf(&self, presented: &'a Observed<Presented>) -> Option<&'a Certificate> {
        self.certificate(&presented.value()?.leaf)
    }

    /// A certificate by its fingerprint.
    pub fn certificate(&self, fingerprint: &Fingerprint) -> Option<&'a Certificate> {
        self.facts.certificates.find(fingerprint)
    }

    /// Whether what was presented chains to what vCenter trusts.
    pub fn chain(&self, presented: &Presented) -> Option<ChainVerdict> {
        let leaf = self.certificate(&presented.leaf)?;
        let intermediates: Vec<_> = presented.rest.iter().filter_map(|rest| self.certificate(rest)).collect();
        Some(verify_chain(leaf, &intermediates, &self.roots, self.now))
    }

    /// vCenter's own thresholds, or its defaults where it did not tell them; the policy may set others.
    pub fn thresholds(&self) -> Thresholds {
        let told = self.facts.vcenter.thresholds.value().copied().unwrap_or_default();
        Thresholds {
            soft_days: self.policy.soft_days.unwrap_or(told.soft_days),
            hard_days: self.policy.hard_days.unwrap_or(told.hard_days),
            ..told
        }
    }

    /// True when vCenter's own CA issues the host certificates.
    pub fn is_vmca_mode(&self) -> bool {
        self.facts.vcenter.mode.value() == Some(&CertificateMode::Vmca)
    }
}

/// Each provider's host: by the name in its URL, then by the uuid in its array id.
fn match_providers(facts: &Facts) -> BTreeMap<&ProviderId, &Host> {
    let mut by_name: BTreeMap<String, &Host> = BTreeMap::new();
    let mut by_uuid: BTreeMap<String, &Host> = BTreeMap::new();
    for host in facts.hosts.values() {
        for address in host.management_addresses.value().into_iter().flatten() {
            by_name.entry(address.to_ascii_lowercase()).or_insert(host);
        }
        by_uuid.extend(host.uuid.value().map(|uuid| (uuid.to_ascii_lowercase(), host)));
    }
    // Names go in last: a host's own name outweighs an address that another host claims.
    by_name.extend(facts.hosts.values().map(|host| (host.name.to_ascii_lowercase(), host)));
    let host_of = |provider: &Provider| {
        let named = by_name.get(&provider.url.host.to_ascii_lowercase());
        let uuids = provider.array_ids.iter().filter_map(|id| id.strip_prefix("IOFILTERS:"));
        named.or_else(|| uuids.into_iter().find_map(|uuid| by_uuid.get(&uuid.to_ascii_lowercase()))).copied()
    };
    facts.providers.values().filter_map(|provider| host_of(provider).map(|host| (&provider.id, host))).collect()
}
