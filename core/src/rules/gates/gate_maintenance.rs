//! ## What it finds
//!
//! An ESXi host is in maintenance mode. That it cannot be repaired in full then is `host-maintenance`; this is the gate
//! as a note.
//!
//! ## Why it hurts
//!
//! The documentation forbids to renew the certificate of a host in maintenance mode, so that is held back.
//!
//! ## How it shows
//!
//! The vSphere Client marks the host.
//!
//! ## What cures it
//!
//! Let the host leave maintenance mode before its certificate is renewed.
//!
//! ## Sources
//!
//! vSphere documentation, renewing ESXi certificates (grade A).

use crate::case::{Case, Verdict};
use crate::diagnostic::Severity;
use crate::facts::Host;
use crate::gates::maintenance;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "gate-maintenance",
    severity: Severity::Info,
    grade: Grade::A,
    title: "the certificate of a host in maintenance mode is not renewed",
    rank: 108,
    explains: &[],
    log: None,
    cure: Cure::ByHand("let the host leave maintenance mode before its certificate is renewed"),
    check: Check::Host(check),
    source: include_str!("gate_maintenance.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    Verdict::from(maintenance::check(case, host))
}

#[cfg(test)]
mod tests {
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen};

    fn resting(is_resting: bool) -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.host(1).in_maintenance = seen(is_resting);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::beside(
                "host-maintenance",
                "resting",
                "A host in maintenance mode",
                "The host rests, which is a finding of its own (`host-maintenance`); the note says what is held back.",
                resting(true),
            ),
            Case::near_miss(
                "left-a-moment-ago",
                "A host that has left maintenance mode",
                "The near miss of `resting`: the same host a moment later.",
                resting(false),
            ),
        ]
    }
}
