//! ## What it finds
//!
//! In mode `vmca`, the present root of vCenter's CA is good and ends within a year.
//!
//! ## Why it hurts
//!
//! No host certificate outlives its root. Those that are renewed now end with it, all on one day, and renewing them once
//! more gives not a day more.
//!
//! ## How it shows
//!
//! The vSphere Client shows the end of the root among vCenter's certificates; host certificates that were renewed lately
//! have an odd, early end, the same for all. The logs show nothing.
//!
//! ## What cures it
//!
//! Plan the renewal of the root by the vendor's procedure (vCert), and after it a day's wait, a push of trust to the
//! hosts, and the renewal of their certificates.
//!
//! ## Sources
//!
//! vSphere documentation, renewing ESXi certificates: the trusted root caps the life of a host certificate (grade A);
//! the year is ours.

use crate::case::{Case, Verdict, certificate_seen, known, span};
use crate::certificate::Validity;
use crate::diagnostic::Severity;
use crate::facts::CertificateMode;
use crate::rules::rule::{Check, Cure, Grade, Rule};
use crate::time::DAY_SECONDS;

pub(crate) const RULE: Rule = Rule {
    code: "vmca-root-expiring",
    severity: Severity::High,
    grade: Grade::A,
    title: "the root of vCenter's own CA ends within a year",
    rank: 17,
    explains: &["host-cert-capped-by-root"],
    log: None,
    cure: Cure::ByHand(
        "plan the renewal of VMCA's root with vCert (KB 385107); wait a day after it, push trust to the hosts, then renew their certificates",
    ),
    check: Check::VCenter(check),
    source: include_str!("vmca_root_expiring.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

/// Seconds before its end at which a root is found to be expiring.
const YEAR: i64 = 365 * DAY_SECONDS;

fn check(case: &Case<'_>) -> Verdict {
    if known!(case.facts.vcenter.mode.known()) != &CertificateMode::Vmca {
        return Verdict::NotApplicable;
    }
    let left = |root: &_| match case.validity(root) {
        Validity::Valid { seconds_left } if seconds_left <= YEAR => Some(seconds_left),
        _ => None,
    };
    let Some(root) = known!(case.unwell_vmca(|root| left(root).is_none())) else { return Verdict::Fine };
    let message = format!(
        "root of vCenter's CA ends in {} (not after {}), and with it every certificate that it issues",
        span(left(root).unwrap_or_default()),
        root.not_after
    );
    Verdict::found(message, vec![certificate_seen("root of vCenter's CA", root)])
}

#[cfg(test)]
mod tests {
    use crate::facts::CertificateMode;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen};
    use crate::time::DAY_SECONDS;

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "within-a-year",
                "VMCA's root has a year left to the second",
                "The certificate of `esx01.lab.test` was issued to the end of the root. It is capped because of the root, \
                 and renewing it would not help.",
                Fleet::of(1).of_root_ending_in(365 * DAY_SECONDS),
            ),
            Case::near_miss(
                "beyond-a-year",
                "VMCA's root has a year and a second left",
                "The near miss of `within-a-year`: certificates are capped all the same, and there is time.",
                Fleet::of(1).of_root_ending_in(365 * DAY_SECONDS + 1),
            ),
        ]
    }

    #[test]
    fn what_ends_with_the_root_follows_from_it_even_when_it_ends_soon() {
        let fleet = Fleet::healthy().of_root_ending_in(20 * DAY_SECONDS);
        fleet.has_one_cause("vmca-root-expiring");
        for code in ["host-cert-capped-by-root", "host-cert-expiring-hard", "vp-cert-expiring-hard"] {
            fleet.follows(code, "vmca-root-expiring");
        }
    }

    #[test]
    fn in_mode_custom_it_caps_nothing() {
        let mut fleet = Fleet::of(1).of_root_ending_in(300 * DAY_SECONDS);
        fleet.vcenter().mode = seen(CertificateMode::Custom);
        fleet.is_fine();
    }
}
