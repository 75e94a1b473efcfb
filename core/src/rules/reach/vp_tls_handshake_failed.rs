//! ## What it finds
//!
//! Port 443 of a connected ESXi host answers, and port 9080 accepts connections but breaks off before it has shown a
//! certificate. SMS does not have the provider online, or has not been there for 15 minutes; and no host whose provider is
//! online breaks off in the same way, which would show that it is a matter of this machine.
//!
//! ## Why it hurts
//!
//! Either the daemon has no certificate that it can read (`iofiltervp.pem` is missing or broken), or the two sides
//! share no TLS version: `UserVars.ESXiVPsDisabledProtocols`, or a TLS profile, forbids those of vCenter.
//!
//! ## How it shows
//!
//! The vSphere Client shows the provider offline or disconnected. `sps.log` shows S-16 with `handshake_failure(40)`
//! or `protocol_version(70)`; `iofiltervpd.log` shows I-01 or I-03.
//!
//! ## What cures it
//!
//! Restart the daemon, which makes its file anew. If that does not help, compare the TLS settings of the host with
//! those of other hosts.
//!
//! ## Sources
//!
//! vSphere documentation, TLS profiles and `ESXiVPsDisabledProtocols` (grades A and B); that a restart makes the file
//! anew (grade C).

use super::fails_with;
use crate::case::{Case, Verdict};
use crate::diagnostic::Severity;
use crate::facts::{Host, MissingReason};
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "vp-tls-handshake-failed",
    severity: Severity::High,
    grade: Grade::B,
    title: "the provider's port answers and no TLS session comes about",
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
    log: None,
    cure: Cure::Remedy("restart-provider-daemon"),
    check: Check::Host(check),
    source: include_str!("vp_tls_handshake_failed.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    fails_with(case, host, MissingReason::Tls, |name| {
        format!("port 9080 of host `{name}` answers and breaks TLS off before it shows a certificate")
    })
}

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen, unknown};

    pub(crate) fn cases() -> Vec<Case> {
        let refused = failed(MissingReason::Refused);
        vec![
            Case::cause(
                "no-common-version",
                "The two sides share no TLS version",
                "`UserVars.ESXiVPsDisabledProtocols` of `esx01.lab.test` forbids what is spoken to it. No certificate was shown, so none is to blame.",
                failed(MissingReason::Tls),
            ),
            Case::near_miss(
                "nothing-listens",
                "The port refuses the connection",
                "The near miss of `no-common-version`: TLS was never begun. That is `vp-port-refused`.",
                refused,
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
        let fleet = failed(MissingReason::Tls);
        fleet.has_one_cause("vp-tls-handshake-failed");
        fleet.follows("provider-offline", "vp-tls-handshake-failed");
        assert!(fleet.judge().unanswered.is_empty());
    }

    #[test]
    fn an_answer_of_another_kind_is_not_a_handshake() {
        let mut fleet = Fleet::healthy();
        fleet.host(1).on_9080 = unknown(MissingReason::NotAsked);
        fleet.is_unanswered("vp-cert-expired");
    }
}
