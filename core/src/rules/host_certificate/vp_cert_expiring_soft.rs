//! ## What it finds
//!
//! The certificate on port 9080 is good and ends within the policy's `provider_soft_days` (183 by default), but not
//! yet within `provider_hard_days`.
//!
//! With the same certificate on port 443, `host-cert-expiring-hard` or `-soft` is the cause. With a newer one there,
//! `vp-cert-stale` is the cause: renewing the host again would not help. It stands alone only where the host's
//! threshold was set lower than that of SMS.
//!
//! ## Why it hurts
//!
//! When it ends, SPS refuses the provider.
//!
//! ## How it shows
//!
//! The vSphere Client shows the provider's certificate in yellow (soft limit, six months). The logs show nothing yet.
//!
//! ## What cures it
//!
//! Renew the host's certificate and restart the provider daemon.
//!
//! ## Sources
//!
//! KB 323232, the limits of SMS (grade A).

use super::{expiring, soft};
use crate::case::{Case, Port, Verdict};
use crate::diagnostic::Severity;
use crate::facts::Host;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "vp-cert-expiring-soft",
    severity: Severity::Medium,
    grade: Grade::A,
    title: "the provider's certificate expires within the soft limit of SMS",
    rank: 66,
    explains: &["provider-cert-hard", "provider-cert-soft"],
    log: None,
    cure: Cure::Remedy("renew-host-certificate"),
    check: Check::Host(check),
    source: include_str!("vp_cert_expiring_soft.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let policy = case.policy;
    expiring(case, host, Port::Provider, &soft(policy.provider_hard_days, policy.provider_soft_days))
}

#[cfg(test)]
mod tests {
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen};
    use crate::time::DAY_SECONDS;

    pub(crate) fn cases() -> Vec<Case> {
        let mut low = Fleet::of(1).with_leaf_ending_in(183 * DAY_SECONDS);
        let mut beyond = Fleet::of(1).with_leaf_ending_in(183 * DAY_SECONDS + 1);
        for fleet in [&mut low, &mut beyond] {
            fleet.policy.soft_days = Some(1);
            fleet.policy.hard_days = Some(1);
        }
        vec![
            Case::cause(
                "below-the-threshold-of-hosts",
                "Within the soft limit of SMS, where the thresholds for hosts were set to a day",
                "The same certificate on both ports has 183 days left. For hosts nobody wants to hear of it, and SMS shows \
                 its provider in colour all the same.",
                low,
            ),
            Case::following(
                "vp-cert-stale",
                "beside-a-renewed-host",
                "A copy within the soft limit, beside a host that was renewed",
                "Renewing the host again would not help; its provider has to take what is there.",
                Fleet::copy_of_one_ending_in(183 * DAY_SECONDS),
            ),
            Case::near_miss(
                "one-second-beyond",
                "A second more than 183 days left",
                "The near miss of `below-the-threshold-of-hosts`.",
                beyond,
            ),
        ]
    }

    #[test]
    fn it_is_the_cause_only_where_the_host_threshold_is_lower() {
        let mut fleet = Fleet::ending_in(183 * DAY_SECONDS);
        fleet.policy.soft_days = Some(1);
        fleet.policy.hard_days = Some(1);
        fleet.provider(1).certificate_status = seen("expirySoftLimitReached".to_owned());
        fleet.has_one_cause("vp-cert-expiring-soft");
        fleet.follows("provider-cert-soft", "vp-cert-expiring-soft");
    }

    #[test]
    fn a_copy_that_expires_beside_a_renewed_host_is_stale() {
        let fleet = Fleet::copy_ending_in(183 * DAY_SECONDS);
        fleet.has_one_cause("vp-cert-stale");
        fleet.follows("vp-cert-expiring-soft", "vp-cert-stale");
    }

    #[test]
    fn one_second_more_is_not_within_it() {
        let fleet = Fleet::ending_in(183 * DAY_SECONDS + 1);
        assert!(!fleet.codes().iter().any(|code| code == "vp-cert-expiring-soft"));
    }
}
