//! ## What it finds
//!
//! The clock of the machine that this runs on differs from vCenter's by more than the policy's `clock_warn_seconds`.
//!
//! ## Why it hurts
//!
//! Which certificate has expired depends on whose clock is asked. Certificates are judged here by vCenter's clock, so
//! the verdicts stand; the times in logs and journals of this machine do not fit those of vCenter.
//!
//! ## How it shows
//!
//! The vSphere Client shows nothing of it. `sps.log` has times that no journal of this machine agrees with.
//!
//! ## What cures it
//!
//! Set the clocks of this machine and of vCenter by the same time servers.
//!
//! ## Sources
//!
//! vSphere documentation asks for clocks in proper sync before certificates are renewed (grade A); the limit of 60
//! seconds is ours.

use crate::case::{Case, Verdict, known, span};
use crate::diagnostic::{Evidence, Severity};
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "scanner-clock-skew",
    severity: Severity::Medium,
    grade: Grade::A,
    title: "the clock of this machine differs from vCenter's",
    rank: 92,
    explains: &[],
    log: None,
    cure: Cure::ByHand("set the clocks of this machine and of vCenter by the same time servers"),
    check: Check::VCenter(check),
    source: include_str!("scanner_clock_skew.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    let ahead = *known!(case.facts.vcenter.clock_ahead_seconds.known());
    if ahead.saturating_abs() <= case.policy.clock_warn_seconds {
        return Verdict::Fine;
    }
    let side = if ahead > 0 { "ahead of" } else { "behind" };
    let message = format!(
        "clock of vCenter is {} {side} that of this machine (allowed: {})",
        span(ahead),
        span(case.policy.clock_warn_seconds)
    );
    let evidence = Evidence::new("clocks", format!("here {}, vCenter {}", case.facts.ended_at, case.now));
    Verdict::found(message, vec![evidence])
}

#[cfg(test)]
mod tests {
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen};

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "one-second-too-far",
                "61 seconds apart",
                "The clock of the machine that looks is one second further from vCenter's than the policy allows.",
                ahead(61),
            ),
            Case::near_miss(
                "at-the-limit",
                "60 seconds apart",
                "The near miss of `one-second-too-far`: the limit itself is allowed.",
                ahead(-60),
            ),
        ]
    }

    fn ahead(seconds: i64) -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.vcenter().clock_ahead_seconds = seen(seconds);
        fleet
    }

    #[test]
    fn one_second_beyond_the_limit_is_found_on_either_side() {
        ahead(61).has_one_cause("scanner-clock-skew");
        ahead(-61).has_one_cause("scanner-clock-skew");
    }

    #[test]
    fn the_limit_itself_is_allowed() {
        ahead(60).is_fine();
        ahead(-60).is_fine();
    }
}
