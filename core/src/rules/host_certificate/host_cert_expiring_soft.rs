//! ## What it finds
//!
//! The certificate on port 443 of an ESXi host is good, and ends within the soft threshold (vCenter's
//! `vpxd.certmgmt.certs.softThreshold`, 240 days by default, or the policy's `soft_days`) but not yet within the hard
//! one.
//!
//! ## Why it hurts
//!
//! Nothing is broken. There is time to renew it when it suits.
//!
//! ## How it shows
//!
//! The vSphere Client shows the status "expiring". SMS turns yellow only at six months, so between 240 and 183 days
//! vCenter warns and SMS does not. The logs show nothing.
//!
//! ## What cures it
//!
//! Plan the renewal; in mode `custom`, ask the customer's authority in time.
//!
//! ## Sources
//!
//! vSphere documentation, certificate settings (grade A); KB 323232, the six months of SMS (grade A).

use super::{expiring, soft};
use crate::case::{Case, Port, Verdict};
use crate::diagnostic::Severity;
use crate::facts::Host;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "host-cert-expiring-soft",
    severity: Severity::Medium,
    grade: Grade::A,
    title: "the certificate of an ESXi host expires within vCenter's soft threshold",
    rank: 62,
    explains: &["provider-cert-hard", "provider-cert-soft", "vp-cert-expiring-hard", "vp-cert-expiring-soft"],
    log: None,
    cure: Cure::Remedy("renew-host-certificate"),
    check: Check::Host(check),
    source: include_str!("host_cert_expiring_soft.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let thresholds = case.thresholds();
    expiring(case, host, Port::Host, &soft(thresholds.hard_days, thresholds.soft_days))
}

#[cfg(test)]
mod tests {
    use crate::rules::cases::Case;
    use crate::rules::testing::Fleet;
    use crate::time::DAY_SECONDS;

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "two-hundred-days",
                "Two hundred days left: vCenter warns, SMS does not yet",
                "Between 240 days, vCenter's threshold, and six months, that of SMS. One of the two shows yellow.",
                Fleet::of(1).with_leaf_ending_in(200 * DAY_SECONDS),
            ),
            Case::near_miss(
                "beyond-the-threshold",
                "A second more than 240 days left",
                "The near miss of `two-hundred-days`: nobody warns yet.",
                Fleet::of(1).with_leaf_ending_in(240 * DAY_SECONDS + 1),
            ),
        ]
    }

    #[test]
    fn two_hundred_days_concern_vcenter_and_not_yet_sms() {
        let fleet = Fleet::ending_in(200 * DAY_SECONDS);
        assert_eq!(fleet.codes(), ["host-cert-expiring-soft"]);
    }

    #[test]
    fn a_hundred_days_concern_both_and_the_host_is_the_cause() {
        let fleet = Fleet::ending_in(100 * DAY_SECONDS);
        fleet.has_one_cause("host-cert-expiring-soft");
        fleet.follows("vp-cert-expiring-soft", "host-cert-expiring-soft");
    }

    #[test]
    fn one_second_beyond_the_threshold_is_fine() {
        Fleet::ending_in(240 * DAY_SECONDS + 1).is_fine();
    }
}
