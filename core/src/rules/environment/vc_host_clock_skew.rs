//! ## What it finds
//!
//! The clock of an ESXi host differs from vCenter's by more than the policy's `clock_warn_seconds`.
//!
//! ## Why it hurts
//!
//! Each side judges the other's certificate by its own clock: a good certificate looks expired or not yet valid. A
//! certificate issued while clocks differ can begin in the future.
//!
//! ## How it shows
//!
//! The provider is offline or disconnected although every date looks right. `sps.log` shows S-14
//! (`CertificateNotYetValidException`) or S-13; `iofiltervpd.log` shows I-02.
//!
//! ## What cures it
//!
//! Give the host the time servers that vCenter uses, wait until its clock is right, then synchronise the provider.
//! No certificate needs to be renewed for this.
//!
//! ## Sources
//!
//! vSphere documentation, renewing ESXi certificates: clocks must be in sync (grade A). The limit of 60 seconds, and
//! that 300 seconds block every change, are ours.

use crate::case::{Case, Verdict, known, span};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::Host;
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "vc-host-clock-skew",
    severity: Severity::High,
    grade: Grade::A,
    title: "the clock of an ESXi host differs from vCenter's",
    rank: 54,
    explains: &[
        "cert-not-yet-valid",
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
    cure: Cure::Remedy("synchronise-time"),
    check: Check::Host(check),
    source: include_str!("vc_host_clock_skew.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    if !host.is_connected() {
        return Verdict::NotApplicable;
    }
    let ahead = *known!(host.clock_ahead_of_vcenter_seconds.known());
    if ahead.saturating_abs() <= case.policy.clock_warn_seconds {
        return Verdict::Fine;
    }
    let side = if ahead > 0 { "ahead of" } else { "behind" };
    let message = format!(
        "clock of host `{}` is {} {side} vCenter's (allowed: {})",
        host.name,
        span(ahead),
        span(case.policy.clock_warn_seconds)
    );
    let evidence = Evidence::new("clocks", format!("host {}, vCenter {}", case.now.plus_seconds(ahead), case.now));
    Verdict::found(message, vec![evidence])
}

#[cfg(test)]
mod tests {
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen};

    pub(crate) fn cases() -> Vec<Case> {
        let mut behind = ahead(-3600);
        behind.provider(1).status = seen("offline".to_owned());
        vec![
            Case::cause(
                "an-hour-behind",
                "The host is an hour behind",
                "The time server of `esx01.lab.test` went away. Every certificate is good, and each side takes the other's for \
                 one of another time.",
                behind,
            ),
            Case::near_miss(
                "at-the-limit",
                "60 seconds apart",
                "The near miss of `an-hour-behind`: as far as the policy allows.",
                ahead(60),
            ),
        ]
    }

    fn ahead(seconds: i64) -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.host(1).clock_ahead_of_vcenter_seconds = seen(seconds);
        fleet
    }

    #[test]
    fn a_skewed_clock_explains_a_provider_that_is_offline() {
        let mut fleet = ahead(-3600);
        fleet.provider(1).status = seen("offline".to_owned());
        fleet.has_one_cause("vc-host-clock-skew");
    }

    #[test]
    fn one_second_beyond_the_limit_is_found_and_the_limit_is_not() {
        ahead(61).has_one_cause("vc-host-clock-skew");
        ahead(60).is_fine();
    }
}
