//! ## What it finds
//!
//! The certificate on port 443 of an ESXi host is good, and ends within the hard threshold: vCenter's
//! `vpxd.certmgmt.certs.hardThreshold`, 30 days by default, or the policy's `hard_days`.
//!
//! ## Why it hurts
//!
//! When it ends, the provider goes down and vCenter may lose the host; and while renewing a good certificate disturbs
//! little, replacing an expired one takes a reconnect.
//!
//! ## How it shows
//!
//! The vSphere Client shows the status "expiration imminent" and a red alarm on the host; SMS shows the provider's
//! certificate in red (hard limit). The logs show nothing yet.
//!
//! ## What cures it
//!
//! In mode `vmca`, renew the certificate, restart the provider daemon so that port 9080 shows it too, and synchronise
//! the provider. In mode `custom`, install one of the customer's authority.
//!
//! ## Sources
//!
//! vSphere documentation, certificate settings (grade A); KB 320568 (grade A).

use super::{expiring, hard};
use crate::case::{Case, Port, Verdict};
use crate::diagnostic::Severity;
use crate::facts::Host;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "host-cert-expiring-hard",
    severity: Severity::High,
    grade: Grade::A,
    title: "the certificate of an ESXi host expires within vCenter's hard threshold",
    rank: 60,
    explains: &["provider-cert-hard", "provider-cert-soft", "vp-cert-expiring-hard", "vp-cert-expiring-soft"],
    log: None,
    cure: Cure::Remedy("renew-host-certificate"),
    check: Check::Host(check),
    source: include_str!("host_cert_expiring_hard.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    expiring(case, host, Port::Host, &hard(case.thresholds().hard_days))
}

#[cfg(test)]
mod tests {
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen};
    use crate::time::DAY_SECONDS;

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "thirty-days",
                "Thirty days left to the second",
                "vCenter's own hard threshold, which is within it. SMS calls it the hard limit too.",
                Fleet::of(1).with_leaf_ending_in(30 * DAY_SECONDS),
            ),
            Case::near_miss(
                "thirty-days-and-a-second",
                "Thirty days and a second left",
                "The near miss of `thirty-days`: it is only within the soft threshold.",
                Fleet::of(1).with_leaf_ending_in(30 * DAY_SECONDS + 1),
            ),
        ]
    }

    #[test]
    fn thirty_days_to_the_second_are_within_the_threshold() {
        let mut fleet = Fleet::ending_in(30 * DAY_SECONDS);
        fleet.provider(1).certificate_status = seen("expiryHardLimitReached".to_owned());
        fleet.has_one_cause("host-cert-expiring-hard");
        fleet.follows("vp-cert-expiring-hard", "host-cert-expiring-hard");
        fleet.follows("provider-cert-hard", "host-cert-expiring-hard");
    }

    #[test]
    fn one_second_more_is_only_the_soft_threshold() {
        Fleet::ending_in(30 * DAY_SECONDS + 1).has_one_cause("host-cert-expiring-soft");
    }

    #[test]
    fn the_policy_may_set_another_threshold() {
        let mut fleet = Fleet::ending_in(20 * DAY_SECONDS);
        fleet.policy.hard_days = Some(10);
        fleet.has_one_cause("host-cert-expiring-soft");
    }
}
