//! ## What it finds
//!
//! Ports 443 and 9080 of an ESXi host show different certificates, the one on 443 is good, and the one on 9080 is not
//! the newer of the two.
//!
//! A copy that has expired is named `vp-cert-expired`, from which this then follows. A copy that merely expires soon
//! follows from this: the host has a newer certificate already, and only the daemon does not show it. For a day after
//! vCenter has renewed the host by itself, it is `auto-renew-race`.
//!
//! ## Why it hurts
//!
//! SPS sees only port 9080. The host was renewed and vCenter is content, yet the provider runs towards the end of the
//! old certificate: the puzzle of KB 320568, "the expiry date is still the same".
//!
//! ## How it shows
//!
//! The vSphere Client shows new dates for the host and old ones for its provider. The logs show nothing until the old
//! certificate ends.
//!
//! ## What cures it
//!
//! Restart the provider daemon (`iofiltervpd`), so that it takes the host's present certificate, then synchronise the
//! provider. Do not renew the host again.
//!
//! ## Sources
//!
//! KB 320568, its symptom (grade A); what both ports show is seen. That a restart of the daemon makes it take
//! the new one is an inference (grade C), which is about the cure.

use super::{is_just_renewed_by_itself, older_copy};
use crate::case::{Case, Port, Verdict, certificate_seen, known};
use crate::diagnostic::Severity;
use crate::facts::Host;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "vp-cert-stale",
    severity: Severity::High,
    grade: Grade::A,
    title: "the provider shows an older certificate than its host",
    rank: 52,
    explains: &[
        "provider-cert-cached-stale",
        "provider-cert-expired",
        "provider-cert-hard",
        "provider-cert-invalid",
        "provider-cert-soft",
        "provider-connected-unsynced",
        "provider-disconnected",
        "provider-missing",
        "provider-offline",
        "provider-status-unknown",
        "provider-syncerror",
        "vp-cert-expiring-hard",
        "vp-cert-expiring-soft",
    ],
    log: None,
    cure: Cure::Remedy("restart-provider-daemon"),
    check: Check::Host(check),
    source: include_str!("vp_cert_stale.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let Some((own, served)) = known!(older_copy(case, host)) else { return Verdict::Fine };
    // For a day after vCenter renewed it by itself it is `auto-renew-race`.
    if is_just_renewed_by_itself(case, host, own) {
        return Verdict::NotApplicable;
    }
    let message = format!(
        "provider of host `{}` shows certificate {} on port 9080, its host shows {} on port 443 since {}",
        host.name,
        served.fingerprint.short(),
        own.fingerprint.short(),
        own.not_before.date()
    );
    let evidence = [(Port::Host, own), (Port::Provider, served)];
    Verdict::found(message, evidence.map(|(port, leaf)| certificate_seen(port.certificate(), leaf)).to_vec())
}

#[cfg(test)]
mod tests {
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, Leaf};
    use crate::time::DAY_SECONDS;

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "older-copy-on-9080",
                "The host was renewed, its provider was not",
                "Port 443 of `esx01.lab.test` shows a new certificate and port 9080 the one before it: the puzzle of KB \
                 320568 in which the expiry date is still the same after the renewal.",
                Fleet::copy_ending_in(600 * DAY_SECONDS),
            ),
            Case::near_miss(
                "same-on-both-ports",
                "The same certificate on both ports",
                "The near miss of `older-copy-on-9080`: the certificate is as old, but the host itself shows it too.",
                Fleet::ending_in(600 * DAY_SECONDS),
            ),
        ]
    }

    #[test]
    fn an_older_copy_is_stale() {
        Fleet::copy_ending_in(600 * DAY_SECONDS).has_one_cause("vp-cert-stale");
    }

    #[test]
    fn the_same_certificate_on_both_ports_is_fine() {
        Fleet::ending_in(600 * DAY_SECONDS).is_fine();
    }

    #[test]
    fn beside_an_expired_host_certificate_the_copy_is_not_the_trouble() {
        let mut fleet = Fleet::copy_ending_in(600 * DAY_SECONDS);
        let old = fleet.issue(&Leaf::of("esx01.lab.test").ends(-1));
        fleet.host(1).on_443 = crate::rules::testing::shown(old);
        fleet.has_one_cause("host-cert-expired");
    }
}
