//! ## What it finds
//!
//! Port 443 of a connected ESXi host shows a certificate. Port 9080 accepts the connection and closes it before it has
//! shown one, without a TLS alert. SMS does not have the provider online, or has not been there for 15 minutes; and no host
//! whose provider is online closes in the same way.
//!
//! ## Why it hurts
//!
//! The daemon listens and has nothing to show: its file `iofiltervp.pem` is missing or cannot be read. No trust and no
//! date can be judged, and SPS gets nowhere.
//!
//! ## How it shows
//!
//! The vSphere Client shows the provider offline or disconnected. `sps.log` shows S-03 and a connection that was reset;
//! `iofiltervpd.log` shows I-01.
//!
//! ## What cures it
//!
//! Restart the daemon, which makes its file anew from the host's certificate. If that does not help, renew the host's
//! certificate.
//!
//! ## Sources
//!
//! A listing of a host's files (grade B); that a restart makes the file anew (grade C). An alert in place of silence is
//! `vp-tls-handshake-failed`.

use super::fails_with;
use crate::case::{Case, Verdict};
use crate::diagnostic::Severity;
use crate::facts::{Host, MissingReason};
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "vp-no-certificate",
    severity: Severity::Critical,
    grade: Grade::B,
    title: "the provider's port closes without showing a certificate",
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
    source: include_str!("vp_no_certificate.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    fails_with(case, host, MissingReason::Closed, |name| {
        format!("port 9080 of host `{name}` closes without showing a certificate")
    })
}

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen, unknown};

    fn failed(reason: MissingReason) -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.host(1).on_9080 = unknown(reason);
        fleet.provider(1).status = seen("offline".to_owned());
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "file-is-gone",
                "The daemon has no certificate to show",
                "`iofiltervp.pem` of `esx01.lab.test` was removed with the other files of a botched replacement. Port 9080 \
                 accepts, and closes.",
                failed(MissingReason::Closed),
            ),
            Case::near_miss(
                "alert-in-place-of-silence",
                "The port answers with a TLS alert",
                "The near miss of `file-is-gone`: the daemon speaks TLS and refuses. That is `vp-tls-handshake-failed`.",
                failed(MissingReason::Tls),
            ),
        ]
    }

    #[test]
    fn it_explains_the_provider_and_leaves_nothing_unanswered() {
        let fleet = failed(MissingReason::Closed);
        fleet.follows("provider-offline", "vp-no-certificate");
        assert!(fleet.judge().unanswered.is_empty());
    }

    #[test]
    fn with_both_ports_closed_it_cannot_be_told() {
        let mut fleet = failed(MissingReason::Closed);
        fleet.host(1).on_443 = unknown(MissingReason::Closed);
        assert!(fleet.judge().unanswered.iter().any(|one| one.codes.contains(&"vp-no-certificate".to_owned())));
    }
}
