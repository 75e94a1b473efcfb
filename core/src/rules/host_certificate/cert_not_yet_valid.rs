//! ## What it finds
//!
//! The certificate on port 443 or 9080 of an ESXi host begins later than now, by vCenter's clock.
//!
//! ## Why it hurts
//!
//! Nobody accepts it until then: SPS refuses the provider, and vCenter may refuse the host.
//!
//! ## How it shows
//!
//! The vSphere Client shows the provider offline or its certificate as not valid. `sps.log` shows S-14
//! (`CertificateNotYetValidException`).
//!
//! ## What cures it
//!
//! Set the clocks right first (`vc-host-clock-skew`). VMCA dates certificates back by a day so that this does not
//! happen; when an authority was set up within that day, wait for it. Then renew the certificate, or wait until it
//! begins.
//!
//! ## Sources
//!
//! vSphere documentation, certificate settings: `minutesBefore` (grade A).

use crate::case::{Case, Port, Verdict, certificate_seen, known, span};
use crate::certificate::Validity;
use crate::diagnostic::Severity;
use crate::facts::Host;
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "cert-not-yet-valid",
    severity: Severity::High,
    grade: Grade::A,
    title: "a certificate begins in the future",
    rank: 56,
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
    log: Some(Leg::Clock),
    cure: Cure::ByHand(
        "set the clocks of the host, of vCenter and of the authority right, then renew the certificate or wait until it begins",
    ),
    check: Check::Host(check),
    source: include_str!("cert_not_yet_valid.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let early = |port: Port| match case.leaf(host, port).map(|leaf| (leaf, case.validity(leaf))) {
        Ok((leaf, Validity::NotYetValid { seconds })) => Some((port, leaf, seconds)),
        _ => None,
    };
    let Some((port, leaf, seconds)) = early(Port::Host).or_else(|| early(Port::Provider)) else {
        known!(case.leaf(host, Port::Host));
        known!(case.leaf(host, Port::Provider));
        return Verdict::Fine;
    };
    let message = format!(
        "{} of host `{}` begins in {} (not before {}, judged at {})",
        port.certificate(),
        host.name,
        span(seconds),
        leaf.not_before,
        case.now
    );
    Verdict::found(message, vec![certificate_seen(port.certificate(), leaf)])
}

#[cfg(test)]
mod tests {
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, Leaf, seen};

    fn beginning_in(seconds: i64) -> Fleet {
        let mut fleet = Fleet::healthy();
        let leaf = fleet.issue(&Leaf::of("esx01.lab.test").begins(seconds));
        fleet.serve(1, leaf);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "by-one-second",
                "A certificate that begins one second from now",
                "An authority that does not date back issued the certificate of `esx01.lab.test`, and its clock is ahead of \
                 vCenter's.",
                beginning_in(1),
            ),
            Case::near_miss(
                "first-second",
                "A certificate in its first second",
                "The near miss of `by-one-second`: RFC 5280 counts the second of `not before` as valid.",
                beginning_in(0),
            ),
        ]
    }

    #[test]
    fn one_second_early_is_found_and_explains_the_provider() {
        let mut fleet = beginning_in(1);
        fleet.provider(1).status = seen("offline".to_owned());
        fleet.has_one_cause("cert-not-yet-valid");
    }

    #[test]
    fn its_first_second_is_fine() {
        beginning_in(0).is_fine();
    }

    #[test]
    fn a_skewed_clock_of_the_host_explains_it() {
        let mut fleet = beginning_in(1);
        fleet.host(1).clock_ahead_of_vcenter_seconds = seen(7200);
        fleet.has_one_cause("vc-host-clock-skew");
    }
}
