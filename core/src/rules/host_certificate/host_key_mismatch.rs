//! ## What it finds
//!
//! On an ESXi host, the key `rui.key` does not belong to the certificate `rui.crt` (`/etc/vmware/ssl`).
//!
//! Only the shell of the host tells. It is asked for only where port 443 breaks off before it has shown a certificate, or
//! refuses while vCenter does not reach the host; as long as one is shown, what runs has a pair that fits.
//!
//! ## Why it hurts
//!
//! The host's agents cannot serve TLS with it: at the next restart at the latest, vCenter loses the host and SPS its
//! provider. Renewing through vCenter is not possible then.
//!
//! ## How it shows
//!
//! The vSphere Client shows the host as not responding. `hostd.log` shows that the pair cannot be loaded; `sps.log` shows
//! S-16 or S-17.
//!
//! ## What cures it
//!
//! Put the pair back that was there before (`rui.bak`, or what was saved). Without one: make a new pair with
//! `/sbin/generate-certificates`, and let vCenter issue its certificate by a reconnect, in mode `vmca`; in mode `custom`
//! have the customer's authority sign a new request.
//!
//! ## Sources
//!
//! vSphere documentation, replacing ESXi certificates and restoring them (grade A); KB 320568, making a new pair (grade
//! A).

use super::machine_pair;
use crate::case::{Case, Verdict, known};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{Host, Missing, MissingReason};
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "host-key-mismatch",
    severity: Severity::Critical,
    grade: Grade::A,
    title: "the key of an ESXi host does not belong to its certificate",
    rank: 28,
    explains: &[
        "host-not-responding",
        "provider-cert-cached-stale",
        "provider-cert-invalid",
        "provider-connected-unsynced",
        "provider-disconnected",
        "provider-missing",
        "provider-offline",
        "provider-status-unknown",
        "provider-syncerror",
        "reverse-proxy-down",
        "vp-no-certificate",
        "vp-tls-handshake-failed",
    ],
    log: None,
    cure: Cure::Remedy("regenerate-host-certificate"),
    check: Check::Host(check),
    source: include_str!("host_key_mismatch.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(_: &Case<'_>, host: &Host) -> Verdict {
    let pair = known!(machine_pair(host));
    match pair.matches {
        Some(true) => Verdict::Fine,
        Some(false) => Verdict::found(
            format!("key `rui.key` of host `{}` does not belong to its certificate `rui.crt`", host.name),
            vec![Evidence::new("/etc/vmware/ssl", "`rui.crt` and `rui.key` are there, and their moduli differ")],
        ),
        // `host-cert-missing` has it.
        None if !pair.has_certificate || !pair.has_key => Verdict::NotApplicable,
        None => Verdict::Unknown(Missing {
            reason: MissingReason::Malformed,
            message: format!("whether key and certificate of host `{}` belong together was not told", host.name),
            help: "compare the moduli of `rui.crt` and `rui.key` on the host with openssl".to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::{ConnectionState, MachinePair, MissingReason};
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen, unknown};

    /// As a half-done exchange of certificates leaves a host once its agents were restarted.
    fn botched() -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.lose(1, ConnectionState::NotResponding);
        fleet.host(1).on_443 = unknown(MissingReason::Tls);
        fleet.host(1).on_9080 = unknown(MissingReason::Tls);
        fleet.host(1).machine_pair = seen(MachinePair { has_certificate: true, has_key: true, matches: Some(false) });
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        let mut other = Fleet::of(1);
        other.lose(1, ConnectionState::NotResponding);
        other.host(1).on_443 = unknown(MissingReason::Tls);
        vec![
            Case::cause(
                "half-done-exchange",
                "A new certificate was put beside the old key",
                "Someone copied a new `rui.crt` to `esx01.lab.test`, not its key, and restarted the agents: no TLS session \
                 comes about any more on either port, and vCenter has lost the host.",
                botched(),
            ),
            Case::near_miss(
                "tls-fails-with-a-good-pair",
                "TLS fails, and key and certificate belong together",
                "The near miss of `half-done-exchange`: the host does not respond and its port 443 breaks off, for another \
                 reason.",
                other,
            ),
        ]
    }

    #[test]
    fn it_explains_that_the_host_does_not_respond() {
        botched().follows("host-not-responding", "host-key-mismatch");
        botched().follows("provider-offline", "host-key-mismatch");
    }

    #[test]
    fn without_the_shell_it_is_asked_for_only_where_tls_fails() {
        let mut fleet = Fleet::of(1);
        fleet.host(1).machine_pair = unknown(MissingReason::NotAsked);
        assert_eq!(fleet.judge().unanswered, []);
        fleet.host(1).on_443 = unknown(MissingReason::Tls);
        let open: Vec<String> = fleet.judge().unanswered.into_iter().flat_map(|unanswered| unanswered.codes).collect();
        assert!(["host-cert-missing", "host-key-mismatch"].iter().all(|code| open.iter().any(|one| one == code)));
    }

    #[test]
    fn an_agent_that_does_not_come_up_on_a_lost_host_may_have_a_bad_pair() {
        let mut fleet = Fleet::of(1);
        fleet.lose(1, ConnectionState::NotResponding);
        fleet.host(1).on_443 = unknown(MissingReason::Refused);
        fleet.host(1).machine_pair = unknown(MissingReason::NotAsked);
        let open: Vec<String> = fleet.judge().unanswered.into_iter().flat_map(|unanswered| unanswered.codes).collect();
        assert!(["host-cert-missing", "host-key-mismatch"].iter().all(|code| open.iter().any(|one| one == code)));
    }
}
