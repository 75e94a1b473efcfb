//! ## What it finds
//!
//! The certificate on port 9080, where the IOFilter provider listens, has expired by vCenter's clock.
//!
//! When the certificate on port 443 has expired too, `host-cert-expired` is the cause and this follows from it. When
//! port 443 shows another one that is good, the host was renewed and its provider was not: then this is the cause,
//! and `vp-cert-stale` follows from it, because "expired" is what SPS stumbles over and says.
//!
//! ## Why it hurts
//!
//! SPS refuses the provider: it is offline, and its storage policies cannot be used for new work.
//!
//! ## How it shows
//!
//! The vSphere Client shows the provider as expired and offline, with dates that do not change although the host was
//! renewed. `sps.log` shows S-13.
//!
//! ## What cures it
//!
//! If port 443 shows a good certificate, do not renew the host again: restart the provider daemon, so that it takes
//! the present one, then synchronise and reconnect the provider.
//!
//! ## Sources
//!
//! KB 320568, its rule to skip the renewal when the host's certificate is good (grade A); that a restart of the
//! daemon suffices (grade C).

use super::expired;
use crate::case::{Case, Port, Verdict};
use crate::diagnostic::Severity;
use crate::facts::Host;
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "vp-cert-expired",
    severity: Severity::Critical,
    grade: Grade::A,
    title: "the provider shows an expired certificate",
    rank: 50,
    explains: &[
        "auto-renew-race",
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
        "vp-cert-stale",
    ],
    log: Some(Leg::Expired),
    cure: Cure::Remedy("restart-provider-daemon"),
    check: Check::Host(check),
    source: include_str!("vp_cert_expired.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    expired(case, host, Port::Provider)
}

#[cfg(test)]
mod tests {
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen};

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "beside-a-renewed-host",
                "The host was renewed in time, and its provider ran into the old end",
                "The puzzle of KB 320568 at its worst: port 443 of `esx01.lab.test` shows a good certificate, port 9080 one \
                 that ended a second ago.",
                Fleet::copy_of_one_ending_in(-1),
            ),
            Case::following(
                "host-cert-expired",
                "with-its-host",
                "Host and provider show the same expired certificate",
                "The host has to be renewed first, and the provider follows.",
                Fleet::of(1).with_leaf_ending_in(-1),
            ),
            Case::near_miss(
                "last-second",
                "An old copy in its last second",
                "The near miss of `beside-a-renewed-host`: it is stale, and it has not expired.",
                Fleet::copy_of_one_ending_in(0),
            ),
        ]
    }

    #[test]
    fn an_expired_copy_beside_a_renewed_host_is_the_cause() {
        let mut fleet = Fleet::copy_ending_in(-1);
        fleet.provider(1).status = seen("disconnected".to_owned());
        fleet.provider(1).certificate_status = seen("expired".to_owned());
        fleet.has_one_cause("vp-cert-expired");
        for code in ["vp-cert-stale", "provider-cert-expired", "provider-disconnected"] {
            fleet.follows(code, "vp-cert-expired");
        }
    }

    #[test]
    fn its_last_second_is_stale_and_not_expired() {
        Fleet::copy_ending_in(0).has_one_cause("vp-cert-stale");
    }
}
