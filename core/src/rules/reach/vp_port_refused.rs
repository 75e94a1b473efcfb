//! ## What it finds
//!
//! Port 443 of a connected ESXi host answers, port 9080 refuses the connection, and SMS does not have the provider online,
//! or has not been there for 15 minutes.
//!
//! It cannot be told where a firewall may refuse this machine alone: the port of another host refuses too, and SMS has its
//! provider online; or the list of providers was not read. A host outside any cluster has no provider.
//!
//! ## Why it hurts
//!
//! The IOFilter provider daemon (`iofiltervpd`) does not run. SPS cannot reach the provider, whatever its
//! certificate.
//!
//! ## How it shows
//!
//! The vSphere Client shows the provider offline. `sps.log` shows S-17 (connection refused) for port 9080.
//!
//! ## What cures it
//!
//! Start the daemon on the host, then synchronise the provider. If it stops again, its log says why.
//!
//! ## Sources
//!
//! The port and the daemon's init script (grades A and B).

use super::fails_with;
use crate::case::{Case, Verdict};
use crate::diagnostic::Severity;
use crate::facts::{Host, MissingReason};
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "vp-port-refused",
    severity: Severity::High,
    grade: Grade::A,
    title: "nothing listens on the provider's port",
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
    cure: Cure::Remedy("restart-provider-daemon"),
    check: Check::Host(check),
    source: include_str!("vp_port_refused.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    fails_with(case, host, MissingReason::Refused, |name| {
        format!("nothing listens on port 9080 of host `{name}`, its port 443 answers")
    })
}

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen, unknown};

    pub(crate) fn cases() -> Vec<Case> {
        let mut both = failed(MissingReason::Refused);
        both.host(1).on_443 = unknown(MissingReason::Refused);
        vec![
            Case::cause(
                "daemon-stopped",
                "Nothing listens on port 9080",
                "The daemon `iofiltervpd` of `esx01.lab.test` has stopped; the host refuses connections to its port.",
                failed(MissingReason::Refused),
            ),
            Case::near_miss(
                "both-ports-refuse",
                "Port 443 refuses as well",
                "The near miss of `daemon-stopped`: a host that refuses on both ports is restarting, or is not the host.",
                both,
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
        let fleet = failed(MissingReason::Refused);
        fleet.has_one_cause("vp-port-refused");
        fleet.follows("provider-offline", "vp-port-refused");
        assert!(fleet.judge().unanswered.is_empty());
    }

    #[test]
    fn with_both_ports_closed_it_cannot_be_told() {
        let mut fleet = Fleet::healthy();
        fleet.host(1).on_443 = unknown(MissingReason::Refused);
        fleet.host(1).on_9080 = unknown(MissingReason::Refused);
        fleet.is_unanswered("vp-port-refused");
    }
}
