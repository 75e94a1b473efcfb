//! The ports of a host that show a certificate, and what it means when one does not.

use std::collections::BTreeMap;

use super::{Case, Verdict};
use crate::certificate::Certificate;
use crate::facts::{Host, MissingReason, Observed, Presented, Provider};

/// One of the two ports on which a host shows a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Port {
    /// 443, the host's own.
    Host,
    /// 9080, the IOFilter provider's.
    Provider,
}

impl Port {
    /// `certificate on port 443`, for messages and evidence.
    pub(crate) fn certificate(self) -> &'static str {
        match self {
            Self::Host => "certificate on port 443",
            Self::Provider => "certificate on port 9080",
        }
    }

    /// What was shown there.
    pub(crate) fn of(self, host: &Host) -> &Observed<Presented> {
        match self {
            Self::Host => &host.on_443,
            Self::Provider => &host.on_9080,
        }
    }
}

/// What port 9080 of connected hosts says to this machine where their port 443 answers and their own firewall does not
/// explain it.
#[derive(Debug, Default)]
pub(super) struct Failing {
    /// Whether it shows a certificate at any host: then the way there is not closed as a whole.
    is_any_shown: bool,
    /// Hosts at which it is silent.
    silent: usize,
    /// By how it fails, the hosts whose providers SMS has online: they fail towards us and not towards vCenter.
    online: BTreeMap<MissingReason, usize>,
}

/// Seconds within which SMS notices that a provider is gone; the time that `provider-offline-transient` gives, and ours.
const POLL_SECONDS: i64 = 15 * 60;

impl<'a> Case<'a> {
    /// The leaf that a host shows on a port. The other verdict when there is none: nothing to say where another rule
    /// says already why (the host is not connected, or port 9080 does not answer) or where there is no provider to serve,
    /// unknown elsewhere.
    pub(crate) fn leaf(&self, host: &Host, port: Port) -> Result<&'a Certificate, Verdict> {
        match port.of(host) {
            Observed::Seen { value, .. } => self.certificate(&value.leaf).map_err(Verdict::from),
            Observed::Unknown(missing) => {
                let is_of_nobody = || !self.may_have_provider(host) || self.provider_port_is_down(host);
                let is_told = host.is_away() || (port == Port::Provider && is_of_nobody());
                Err(if is_told { Verdict::NotApplicable } else { Verdict::from(missing) })
            }
        }
    }

    /// True unless the host surely has no provider: only the hosts of a cluster get one.
    pub(crate) fn may_have_provider(&self, host: &Host) -> bool {
        let is_alone = host.is_in_cluster() == Ok(false);
        !is_alone || self.facts.provider_list.known().is_err() || !self.providers_of(host).is_empty()
    }

    /// True when port 9080 of a connected host surely does not serve: it refuses, is silent or breaks TLS off although
    /// port 443 answers, and that is not how it treats this machine alone. It is sure where the host's own firewall is
    /// closed; otherwise SMS has to miss the provider too, and no host that it does not miss may fail in the same way.
    pub(crate) fn provider_port_is_down(&self, host: &Host) -> bool {
        let Err(missing) = host.on_9080.known() else { return false };
        if !host.is_connected() || host.on_443.value().is_none() || !self.may_have_provider(host) {
            return false;
        }
        let reason = missing.reason;
        match reason {
            MissingReason::NoAnswer if host.firewall.value().is_some_and(|rules| !rules.enabled) => true,
            MissingReason::NoAnswer if self.is_open_to_vcenter_alone(host) => false,
            MissingReason::NoAnswer | MissingReason::Refused | MissingReason::Tls | MissingReason::Closed => {
                self.is_missed_by_sms(host, reason) && !self.is_shared(host, reason)
            }
            _ => false,
        }
    }

    /// The host's firewall names vCenter among the few that it lets in.
    fn is_open_to_vcenter_alone(&self, host: &Host) -> bool {
        let own = self.facts.vcenter.addresses.value().map_or(&[][..], Vec::as_slice);
        host.firewall.value().is_some_and(|rules| !rules.all_addresses && rules.admits_any(own))
    }

    /// Whether SMS does without the provider too. One that is online is missed only if the port answered us, badly, and SMS
    /// has not been there for so long that it need not have noticed.
    fn is_missed_by_sms(&self, host: &Host, reason: MissingReason) -> bool {
        if self.facts.provider_list.known().is_err() {
            return false;
        }
        let is_silent = reason == MissingReason::NoAnswer;
        match self.canonical_provider(host) {
            Some(provider) if provider.is_online() => {
                let age = provider.last_sync.map(|at| self.now.seconds_since(at));
                !is_silent && age.is_some_and(|age| age >= POLL_SECONDS)
            }
            Some(provider) => !is_silent || provider.status.value().is_some(),
            None => self.doubt_about(host).is_none(),
        }
    }

    /// Whether others fail towards us as this host does, so that it may be the way from here that is closed.
    fn is_shared(&self, host: &Host, reason: MissingReason) -> bool {
        let failing = self.failing.get_or_init(|| self.failing());
        let own = usize::from(self.fails(host).is_some() && self.is_online(host));
        let others_online = failing.online.get(&reason).copied().unwrap_or(0) > own;
        let is_silence_of_all = reason == MissingReason::NoAnswer && failing.silent > 1 && !failing.is_any_shown;
        others_online || is_silence_of_all
    }

    fn failing(&self) -> Failing {
        let mut failing = Failing::default();
        for host in self.facts.hosts.values().filter(|host| host.is_connected()) {
            failing.is_any_shown |= host.on_9080.value().is_some();
            let Some(reason) = self.fails(host) else { continue };
            failing.silent = failing.silent.saturating_add(usize::from(reason == MissingReason::NoAnswer));
            if self.is_online(host) {
                let count = failing.online.entry(reason).or_default();
                *count = count.saturating_add(1);
            }
        }
        failing
    }

    /// How port 9080 of a connected host fails towards us, unless nothing of it answers or its own firewall explains it.
    fn fails(&self, host: &Host) -> Option<MissingReason> {
        let reason = host.on_9080.known().err()?.reason;
        let is_shut = host.firewall.value().is_some_and(|rules| !rules.enabled) || self.is_open_to_vcenter_alone(host);
        let is_explained = reason == MissingReason::NoAnswer && is_shut;
        (host.is_connected() && host.on_443.value().is_some() && !is_explained).then_some(reason)
    }

    fn is_online(&self, host: &Host) -> bool {
        self.canonical_provider(host).is_some_and(Provider::is_online)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{Fleet, NOW, seen, unknown};

    /// Three hosts of which the first two fail in this way; SMS has the first one offline.
    fn two_fail(reason: MissingReason) -> Fleet {
        let mut fleet = Fleet::healthy();
        for number in 1..=2 {
            fleet.host(number).on_9080 = unknown(reason);
        }
        fleet.provider(1).status = seen("offline".to_owned());
        fleet
    }

    fn is_down(fleet: &mut Fleet, number: usize) -> bool {
        let host = fleet.host(number).clone();
        Case::new(&fleet.facts, &fleet.policy).provider_port_is_down(&host)
    }

    const FAILURES: [MissingReason; 4] =
        [MissingReason::NoAnswer, MissingReason::Refused, MissingReason::Tls, MissingReason::Closed];

    #[test]
    fn who_fails_towards_us_as_one_does_whose_provider_is_online_may_be_well() {
        for reason in FAILURES {
            let mut fleet = two_fail(reason);
            assert!(!is_down(&mut fleet, 1), "{reason:?}");
            fleet.provider(2).status = seen("offline".to_owned());
            assert!(is_down(&mut fleet, 1) && is_down(&mut fleet, 2), "{reason:?}");
        }
    }

    #[test]
    fn one_that_its_own_firewall_keeps_from_us_says_nothing_of_others() {
        let mut fleet = two_fail(MissingReason::NoAnswer);
        let rules = crate::facts::ProviderRuleSet {
            enabled: true,
            all_addresses: false,
            allowed: vec!["192.0.2.100".to_owned()],
        };
        fleet.host(2).firewall = seen(rules);
        assert!(is_down(&mut fleet, 1) && !is_down(&mut fleet, 2));
    }

    #[test]
    fn where_all_are_silent_only_the_way_from_here_may_be_closed_and_a_refusal_is_an_answer() {
        for (reason, expected) in [(MissingReason::NoAnswer, false), (MissingReason::Refused, true)] {
            let mut fleet = two_fail(reason);
            fleet.host(3).on_9080 = unknown(reason);
            for number in 2..=3 {
                fleet.provider(number).status = seen("disconnected".to_owned());
            }
            assert_eq!(is_down(&mut fleet, 1), expected, "{reason:?}");
            assert_eq!(fleet.codes().contains(&"whole-fleet-down".to_owned()), !expected, "{reason:?}");
        }
    }

    #[test]
    fn a_refusal_counts_against_an_online_provider_once_sms_ought_to_have_noticed() {
        let mut fleet = Fleet::healthy();
        fleet.host(1).on_9080 = unknown(MissingReason::Refused);
        for (since, expected) in [(Some(POLL_SECONDS), true), (Some(POLL_SECONDS - 1), false), (None, false)] {
            fleet.provider(1).last_sync = since.map(|since| NOW.plus_seconds(-since));
            assert_eq!(is_down(&mut fleet, 1), expected, "{since:?}");
        }
    }

    #[test]
    fn without_the_list_of_providers_no_port_is_surely_down() {
        for reason in FAILURES {
            let mut fleet = Fleet::of(1);
            fleet.host(1).on_9080 = unknown(reason);
            fleet.facts.provider_list = unknown(MissingReason::Fault);
            fleet.facts.providers.clear();
            assert!(!is_down(&mut fleet, 1), "{reason:?}");
        }
    }

    #[test]
    fn a_host_outside_any_cluster_has_no_provider_to_miss() {
        for reason in FAILURES {
            let mut fleet = Fleet::of(1);
            fleet.host(1).on_9080 = unknown(reason);
            fleet.host(1).cluster_id = seen("domain-s12".to_owned());
            fleet.facts.providers.clear();
            fleet.facts.provider_list = seen(crate::facts::ProviderList { registered: 0, others: 0 });
            fleet.is_fine();
            assert_eq!(fleet.judge().unanswered, []);
        }
    }
}
