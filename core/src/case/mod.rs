//! The facts, made ready for judging: looked up once, so that no rule loops over the fleet.

mod authority;
pub(crate) mod contradictions;
mod happenings;
mod logged;
mod owner;
mod pins;
mod place;
mod port;
mod raised;
mod stranger;
mod verdict;
mod words;

pub(crate) use authority::{BY_CERTOOL, Whose, is_vmca_name};
pub(crate) use happenings::{first_standing, standing};
pub(crate) use logged::Logged;
pub use place::{Place, PlaceKind};
pub(crate) use port::Port;
pub(crate) use stranger::is_unexpected;
pub(crate) use verdict::known;
pub use verdict::{Found, Reach, Verdict};
pub(crate) use words::{certificate_seen, span};

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;

use happenings::Happenings;
use logged::Logs;
use owner::{Doubts, hosts_by_name, match_providers, unmatchable};

use crate::certificate::{Certificate, ChainVerdict, Fingerprint, Validity, plain_name, verify_chain};
use crate::facts::{
    Alarm, CertificateMode, Facts, Host, HostId, Missing, MissingReason, Observed, Presented, Provider, ProviderId,
    SavedFile, Thresholds, VCenterEvent, VecsEntry,
};
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
    /// Why a provider may be a host's though it does not look so: a host lacks the address or uuid that it could be matched
    /// by, or two hosts share one.
    pub unmatchable: Option<Missing>,
    /// Events by what they are about.
    pub(crate) happenings: Happenings<'a>,
    /// Entries of the store `SMS` that pin a host's provider in mode `thumbprint`, by the host in their alias.
    pub(crate) pins: BTreeMap<String, &'a VecsEntry>,
    doubts: Doubts,
    host_by_name: BTreeMap<String, &'a Host>,
    providers_of_host: BTreeMap<&'a HostId, Vec<&'a Provider>>,
    host_of_provider: BTreeMap<&'a ProviderId, &'a Host>,
    logs: Logs<'a>,
    /// By host; the empty text is for vCenter.
    files: BTreeMap<&'a str, Vec<&'a SavedFile>>,
    /// A signature costs a tenth of a millisecond, and several rules and gates ask about the same certificate.
    chains: RefCell<BTreeMap<(Fingerprint, Vec<Fingerprint>), ChainVerdict>>,
    is_any_unwell: OnceCell<bool>,
    /// What port 9080 of the fleet says to us.
    failing: OnceCell<port::Failing>,
    /// Hosts that show to us what vCenter is not shown, by issuer.
    strangers: OnceCell<BTreeMap<&'a str, usize>>,
    /// When vCenter's own CA issued the newest of what is seen of it.
    pub(super) last_issued: OnceCell<Option<UnixTime>>,
    /// How often something was looked up, for the test that no rule loops over the fleet.
    #[cfg(test)]
    pub(super) lookups: std::cell::Cell<u64>,
    pub(super) vmca: OnceCell<Vec<&'a Certificate>>,
    pub(super) authorities: OnceCell<BTreeMap<&'a str, Vec<&'a Certificate>>>,
}

impl<'a> Case<'a> {
    /// Makes the facts ready. Grows linearly with hosts and providers.
    pub fn new(facts: &'a Facts, policy: &'a Policy) -> Self {
        let ahead = facts.vcenter.clock_ahead_seconds.value().copied().unwrap_or(0);
        let roots = facts.vcenter.trusted_roots.value();
        let roots = roots.into_iter().flatten().filter_map(|root| facts.certificates.find(root)).collect();
        let host_by_name = hosts_by_name(facts);
        let host_of_provider = match_providers(facts, &host_by_name);
        let mut providers_of_host: BTreeMap<&HostId, Vec<&Provider>> = BTreeMap::new();
        for (id, host) in &host_of_provider {
            if let Some(provider) = facts.providers.get(id) {
                providers_of_host.entry(&host.id).or_default().push(provider);
            }
        }
        Self {
            facts,
            policy,
            now: facts.ended_at.plus_seconds(ahead),
            roots,
            unmatchable: unmatchable(facts),
            happenings: Happenings::of(facts),
            pins: pins::pins(facts),
            doubts: Doubts::of(facts, &host_of_provider),
            host_by_name,
            providers_of_host,
            host_of_provider,
            logs: Logs::of(facts),
            files: files(facts),
            chains: RefCell::default(),
            is_any_unwell: OnceCell::new(),
            failing: OnceCell::new(),
            strangers: OnceCell::new(),
            last_issued: OnceCell::new(),
            #[cfg(test)]
            lookups: std::cell::Cell::new(0),
            vmca: OnceCell::new(),
            authorities: OnceCell::new(),
        }
    }

    /// The IOFilter providers of a host; more than one is a trouble of its own.
    pub fn providers_of(&self, host: &Host) -> &[&'a Provider] {
        self.count();
        self.providers_of_host.get(&host.id).map_or(&[], Vec::as_slice)
    }

    /// As [`Facts::canonical_provider`], without a search.
    pub fn canonical_provider(&self, host: &Host) -> Option<&'a Provider> {
        match self.providers_of(host) {
            [] => None,
            [only] => Some(*only),
            all => all.iter().rev().max_by_key(|provider| self.facts.claim(host, provider)).copied(),
        }
    }

    /// True when nothing tells which of two providers of a host is the one that SPS ought to use.
    pub(crate) fn is_claim_equal(&self, host: &Host, one: &Provider, other: &Provider) -> bool {
        self.facts.claim(host, one) == self.facts.claim(host, other)
    }

    /// The host that a provider serves, if it is in the inventory.
    pub fn host_of(&self, provider: &Provider) -> Option<&'a Host> {
        self.count();
        self.host_of_provider.get(&provider.id).copied()
    }

    /// Why a host that seems to have no provider may have one.
    pub(crate) fn doubt_about(&self, host: &Host) -> Option<&Missing> {
        self.doubts.about(host)
    }

    /// The host that is known by this name or management address, whatever its case.
    pub(crate) fn host_called(&self, name: &str) -> Option<&'a Host> {
        self.host_by_name.get(&plain_name(name)).copied()
    }

    /// A certificate by its fingerprint. `Err` when the facts name it but do not hold it.
    pub fn certificate(&self, fingerprint: &Fingerprint) -> Result<&'a Certificate, Missing> {
        self.count();
        self.facts.certificates.find(fingerprint).ok_or_else(|| Missing {
            reason: MissingReason::Malformed,
            message: format!("certificate `{fingerprint}` is named by the facts and is not among their certificates"),
            help: "survey again; these facts are not complete".to_owned(),
        })
    }

    /// The files that were taken for what a host, or vCenter, shows.
    pub(crate) fn files(&self, host: Option<&str>) -> &[&'a SavedFile] {
        self.files.get(host.unwrap_or_default()).map_or(&[], Vec::as_slice)
    }

    /// The events about a host, the newest first; none where the list was not read.
    pub(crate) fn events_at(&self, host: &Host) -> &[&'a VCenterEvent] {
        self.count();
        self.happenings.of_host(host)
    }

    /// The alarms that are not green on the object of this id; none where the list was not read.
    pub(crate) fn alarms_on(&self, id: &str) -> &[&'a Alarm] {
        self.happenings.alarms_on(id)
    }

    /// True unless all that can be seen of a host and its provider says that SPS and the host get on with each other:
    /// connected, one certificate on both ports that is within its dates, the provider online and its certificate valid.
    /// A port that only we cannot reach says nothing against it.
    pub(crate) fn is_unwell(&self, host: &Host) -> bool {
        let is_served = match self.canonical_provider(host) {
            Some(provider) => {
                provider.is_online() && provider.certificate_status.value().is_some_and(|status| status == "valid")
            }
            // Only the hosts of a cluster get one.
            None => host.is_in_cluster() == Ok(false),
        };
        let shown = |port: Port| self.leaf(host, port).ok();
        let (own, served) = (shown(Port::Host), shown(Port::Provider));
        let is_out_of_date = |leaf: &Certificate| !self.validity(leaf).is_valid();
        !host.is_connected()
            || self.provider_port_is_down(host)
            || !is_served
            || own.is_some_and(is_out_of_date)
            || served.is_some_and(is_out_of_date)
            || own.zip(served).is_some_and(|(own, served)| own != served)
    }

    /// True when any connected host is unwell, or it cannot be told because the providers were not listed. A host that
    /// vCenter does not reach says nothing of vCenter.
    pub(crate) fn is_any_unwell(&self) -> bool {
        let is_unwell = |host: &Host| host.is_connected() && self.is_unwell(host);
        let look = || self.facts.provider_list.known().is_err() || self.facts.hosts.values().any(is_unwell);
        *self.is_any_unwell.get_or_init(look)
    }

    /// A fact of a source that not everybody gives. Where it was not seen, nothing is said of it if all is well there,
    /// since whatever it would tell does no harm; otherwise it is asked for, with `help` unless the survey knew better.
    pub(crate) fn optional<'f, T>(fact: &'f Observed<T>, is_unwell: bool, help: &str) -> Result<&'f T, Verdict> {
        fact.known().map_err(|missing| {
            if !is_unwell {
                return Verdict::NotApplicable;
            }
            let help = if missing.help.is_empty() { help } else { &missing.help };
            Verdict::Unknown(Missing { help: help.to_owned(), ..missing.clone() })
        })
    }

    /// Whether what was presented leads to what vCenter trusts.
    pub(crate) fn chain(&self, presented: &Presented) -> Result<ChainVerdict, Verdict> {
        self.facts.vcenter.trusted_roots.known()?;
        let key = (presented.leaf, presented.rest.clone());
        if let Some(known) = self.chains.borrow().get(&key) {
            return Ok(known.clone());
        }
        let leaf = self.certificate(&presented.leaf)?;
        let intermediates: Vec<_> = presented.rest.iter().filter_map(|rest| self.certificate(rest).ok()).collect();
        let verdict = verify_chain(leaf, &intermediates, &self.roots, self.now);
        if !verdict.is_trusted() {
            // A certificate that is only named may be the one that is wanting.
            let roots = self.facts.vcenter.trusted_roots.value().into_iter().flatten();
            for named in presented.rest.iter().chain(roots) {
                self.certificate(named)?;
            }
        }
        self.chains.borrow_mut().insert(key, verdict.clone());
        Ok(verdict)
    }

    /// Where the time of judging lies in a certificate's time.
    pub(crate) fn validity(&self, certificate: &Certificate) -> Validity {
        certificate.validity(self.now)
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

    #[cfg_attr(not(test), expect(clippy::unused_self, reason = "only tests count"))]
    fn count(&self) {
        #[cfg(test)]
        self.lookups.set(self.lookups.get() + 1);
    }

    /// True when vCenter's own CA issues the host certificates.
    pub fn is_vmca_mode(&self) -> bool {
        self.facts.vcenter.mode.value() == Some(&CertificateMode::Vmca)
    }
}

/// How what only the appliance's shell tells gets known.
pub(crate) const BY_APPLIANCE_SHELL: &str =
    "give a login for the shell of the vCenter appliance by the setting `appliance_ssh`";

/// How what only a host's shell tells gets known.
pub(crate) const BY_HOST_SHELL: &str = "give a login for the shell of the ESXi hosts by the setting `esxi_ssh`";

/// The files that stand for what a host, or vCenter, shows.
fn files(facts: &Facts) -> BTreeMap<&str, Vec<&SavedFile>> {
    let mut by_host: BTreeMap<&str, Vec<&SavedFile>> = BTreeMap::new();
    for file in &facts.files {
        by_host.entry(file.host.as_ref().map_or("", |host| &host.0)).or_default().push(file);
    }
    by_host
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::ConnectionState;
    use crate::rules::testing::{Fleet, Leaf, seen, unknown};
    use crate::time::DAY_SECONDS;

    /// Whether host 1, and the fleet, are unwell.
    fn unwell(fleet: &mut Fleet) -> (bool, bool) {
        let host = fleet.host(1).clone();
        let case = Case::new(&fleet.facts, &fleet.policy);
        (case.is_unwell(&host), case.is_any_unwell())
    }

    #[test]
    fn a_healthy_fleet_is_well_and_so_is_a_port_that_only_we_do_not_reach() {
        let mut fleet = Fleet::healthy();
        assert_eq!(unwell(&mut fleet), (false, false));
        fleet.host(1).on_9080 = unknown(MissingReason::NoAnswer);
        assert_eq!(unwell(&mut fleet), (false, false));
    }

    #[test]
    fn what_either_side_says_against_the_other_makes_a_host_unwell() {
        let breaks: [fn(&mut Fleet); 4] = [
            |fleet| fleet.provider(1).status = seen("offline".to_owned()),
            |fleet| fleet.provider(1).certificate_status = unknown(MissingReason::NotSent),
            |fleet| fleet.host(1).on_9080 = unknown(MissingReason::Refused),
            |fleet| {
                let older = fleet.issue(&Leaf::of("esx01.lab.test").ends(DAY_SECONDS));
                fleet.serve_copy(1, older);
            },
        ];
        for break_it in breaks {
            let mut fleet = Fleet::healthy();
            break_it(&mut fleet);
            assert_eq!(unwell(&mut fleet), (true, true));
        }
    }

    #[test]
    fn a_host_that_vcenter_does_not_reach_says_nothing_of_vcenter() {
        let mut fleet = Fleet::healthy();
        fleet.lose(1, ConnectionState::NotResponding);
        assert_eq!(unwell(&mut fleet), (true, false));
        fleet.facts.provider_list = unknown(MissingReason::Fault);
        assert_eq!(unwell(&mut fleet), (true, true));
    }

    #[test]
    fn an_optional_source_is_asked_for_only_where_it_matters() {
        let fact: Observed<bool> = unknown(MissingReason::NotAsked);
        assert_eq!(Case::optional(&fact, false, "give it"), Err(Verdict::NotApplicable));
        assert!(matches!(Case::optional(&fact, true, "give it"), Err(Verdict::Unknown(_))));
        assert_eq!(Case::optional(&seen(true), true, "give it"), Ok(&true));
    }
}
