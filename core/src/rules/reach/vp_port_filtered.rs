//! ## What it finds
//!
//! Port 443 of a connected ESXi host answers, port 9080 is silent, and SMS does not have the provider online.
//!
//! It cannot be told where only the way from this machine to port 9080 may be closed: SMS has the provider online, or that
//! of another host which is as silent; or every host is silent; or the list of providers was not read. A rule set of the
//! host that is closed to vCenter is named for itself, and this follows from it; one that lets vCenter in and not this
//! machine explains the silence, and then nothing is found.
//!
//! ## Why it hurts
//!
//! A firewall stands between, or the host's rule set `iofiltervp` is off or does not allow vCenter. SPS cannot reach the
//! provider, whatever its certificate.
//!
//! ## How it shows
//!
//! The vSphere Client shows the provider offline. `sps.log` shows S-17 (connect timed out) for port 9080.
//!
//! ## What cures it
//!
//! Enable the rule set and allow vCenter's address in it, or ask the people of the network.
//!
//! ## Sources
//!
//! vSphere API, host firewall, rule set `iofiltervp` (grade A).

use super::fails_with;
use crate::case::{Case, Verdict};
use crate::diagnostic::Severity;
use crate::facts::{Host, MissingReason};
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "vp-port-filtered",
    severity: Severity::High,
    grade: Grade::A,
    title: "a firewall swallows what is sent to the provider's port",
    rank: 47,
    explains: &[
        "provider-cert-cached-stale",
        "provider-cert-invalid",
        "provider-connected-unsynced",
        "provider-disconnected",
        "provider-missing",
        "provider-offline",
        "provider-status-unknown",
        "provider-syncerror",
    ],
    log: Some(Leg::Network),
    cure: Cure::ByHand(
        "enable the firewall rule set `iofiltervp` on the host, allow vCenter's address in it, and check the network between them",
    ),
    check: Check::Host(check),
    source: include_str!("vp_port_filtered.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    fails_with(case, host, MissingReason::NoAnswer, |name| {
        format!("port 9080 of host `{name}` does not answer, its port 443 does")
    })
}

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen, unknown};

    pub(crate) fn cases() -> Vec<Case> {
        let mut online = failed(MissingReason::NoAnswer);
        online.provider(1).status = seen("online".to_owned());
        vec![
            Case::cause(
                "swallowed",
                "Port 9080 is silent",
                "Port 443 of `esx01.lab.test` answers and port 9080 is silent; the rule set on the host is open, so something between swallows it.",
                failed(MissingReason::NoAnswer),
            ),
            Case::near_miss(
                "online-for-sms",
                "SMS has the provider online",
                "The near miss of `swallowed`: only the way from this machine is closed.",
                online,
            ),
        ]
    }

    fn failed(reason: MissingReason) -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.host(1).on_9080 = unknown(reason);
        fleet.provider(1).status = seen("offline".to_owned());
        fleet
    }

    #[test]
    fn it_is_found_explains_the_provider_and_leaves_nothing_unanswered() {
        let fleet = failed(MissingReason::NoAnswer);
        fleet.has_one_cause("vp-port-filtered");
        fleet.follows("provider-offline", "vp-port-filtered");
        assert!(fleet.judge().unanswered.is_empty());
    }

    #[test]
    fn a_provider_that_is_online_is_only_closed_to_us() {
        let mut fleet = failed(MissingReason::NoAnswer);
        fleet.provider(1).status = seen("online".to_owned());
        fleet.is_unanswered("vp-port-filtered");
        fleet.is_unanswered("vp-cert-expired");
    }
}
