//! ## What it finds
//!
//! On an ESXi host, the certificate `rui.crt` or its key `rui.key` (`/etc/vmware/ssl`) is not there, or does not read.
//!
//! Only the shell of the host tells. It is asked for only where port 443 breaks off before it has shown a certificate, or
//! refuses while vCenter does not reach the host.
//!
//! ## Why it hurts
//!
//! What runs may go on with what it has read, until it is restarted. Then the host serves no TLS: vCenter loses it, and SPS
//! its provider.
//!
//! ## How it shows
//!
//! The vSphere Client shows the certificate's status as not available or unknown, and later the host as not responding.
//! The diagnostics of VCF say "Not Available".
//!
//! ## What cures it
//!
//! Put the pair back that was saved (`rui.bak`). Without one: make a new pair with `/sbin/generate-certificates`, restart
//! the agents and reconnect the host, in mode `vmca`; or remove the host from vCenter and add it again.
//!
//! ## Sources
//!
//! vSphere documentation, a certificate deleted by accident (grade A); KB 415250, the states (grade A, in part).

use super::machine_pair;
use crate::case::{Case, Verdict, known};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::Host;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "host-cert-missing",
    severity: Severity::Critical,
    grade: Grade::A,
    title: "the certificate or the key of an ESXi host is not on its disk",
    rank: 27,
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
    source: include_str!("host_cert_missing.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(_: &Case<'_>, host: &Host) -> Verdict {
    let pair = known!(machine_pair(host));
    let missing = match (pair.has_certificate, pair.has_key) {
        (true, true) => return Verdict::Fine,
        (false, true) => "certificate `rui.crt`",
        (true, false) => "key `rui.key`",
        (false, false) => "certificate `rui.crt` and key `rui.key`",
    };
    let reported = host.reported.value().map(|told| Evidence::new("status in vCenter", told.status.clone()));
    let on_disk = Evidence::new("/etc/vmware/ssl", format!("no {missing} that reads"));
    Verdict::found(
        format!("{missing} of host `{}` cannot be read on its disk", host.name),
        std::iter::once(on_disk).chain(reported).collect(),
    )
}

#[cfg(test)]
mod tests {
    use crate::facts::{ConnectionState, MachinePair, MissingReason};
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen, unknown};

    fn without(has_certificate: bool, has_key: bool) -> Fleet {
        let mut fleet = Fleet::of(1);
        let matches = (has_certificate && has_key).then_some(true);
        fleet.host(1).machine_pair = seen(MachinePair { has_certificate, has_key, matches });
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        let mut gone = without(false, true);
        gone.lose(1, ConnectionState::NotResponding);
        gone.host(1).on_443 = unknown(MissingReason::Closed);
        gone.host(1).on_9080 = unknown(MissingReason::Closed);
        vec![
            Case::cause(
                "renamed-and-not-made-anew",
                "`rui.crt` was renamed, and no new one was made",
                "The steps of KB 320568 were begun on `esx01.lab.test` and left off after the renaming; then the agents were \
                 restarted. Neither port shows a certificate.",
                gone,
            ),
            Case::near_miss(
                "both-there",
                "Certificate and key are there",
                "The near miss of `renamed-and-not-made-anew`: the files were touched, and they are both there.",
                without(true, true),
            ),
        ]
    }

    #[test]
    fn it_is_found_while_what_runs_still_serves_the_old_pair() {
        for (has_certificate, has_key) in [(false, true), (true, false), (false, false)] {
            without(has_certificate, has_key).has_one_cause("host-cert-missing");
        }
    }
}
