//! ## What it finds
//!
//! An ESXi host that is in maintenance mode.
//!
//! ## Why it hurts
//!
//! It does not by itself. The documentation forbids to renew the certificate of a host in maintenance mode, so its
//! certificate trouble, if it has one, stays until it leaves that mode.
//!
//! ## How it shows
//!
//! The vSphere Client marks the host. The logs show nothing of it.
//!
//! ## What cures it
//!
//! Let the host leave maintenance mode when whoever set it agrees, or plan its renewal for later.
//!
//! ## Sources
//!
//! vSphere documentation, renewing ESXi certificates: not in maintenance mode (grade A).

use crate::case::{Case, Verdict, known};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::Host;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "host-maintenance",
    severity: Severity::Medium,
    grade: Grade::A,
    title: "an ESXi host is in maintenance mode, so its certificate cannot be renewed",
    rank: 90,
    explains: &[],
    log: None,
    cure: Cure::ByHand("let the host leave maintenance mode, or renew its certificate later"),
    check: Check::Host(check),
    source: include_str!("host_maintenance.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(_: &Case<'_>, host: &Host) -> Verdict {
    if !host.is_connected() {
        return Verdict::NotApplicable;
    }
    if !*known!(host.in_maintenance.known()) {
        return Verdict::Fine;
    }
    let evidence = vec![Evidence::new("maintenance mode", "on")];
    Verdict::found(format!("host `{}` is in maintenance mode", host.name), evidence)
}

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen, unknown};

    pub(crate) fn cases() -> Vec<Case> {
        let mut resting = Fleet::of(1);
        resting.host(1).in_maintenance = seen(true);
        let mut alone = Fleet::of(1);
        alone.lose(1, crate::facts::ConnectionState::Disconnected);
        alone.host(1).in_maintenance = seen(true);
        vec![
            Case::cause(
                "resting",
                "A host in maintenance mode",
                "Nothing is broken on `esx01.lab.test`; its certificate cannot be renewed as long as it rests.",
                resting,
            ),
            Case::near_miss(
                "last-known-of-a-disconnected-host",
                "The mode is what vCenter last knew",
                "The near miss of `resting`: the host is disconnected, so what vCenter says of its mode is old.",
                alone,
            ),
        ]
    }

    #[test]
    fn maintenance_mode_explains_nothing_else() {
        let mut fleet = Fleet::healthy();
        fleet.host(1).in_maintenance = seen(true);
        fleet.has_one_cause("host-maintenance");
        fleet.provider(1).status = seen("offline".to_owned());
        assert_eq!(fleet.causes(), ["provider-offline", "host-maintenance"]);
    }

    #[test]
    fn an_unread_mode_is_not_taken_for_off() {
        let mut fleet = Fleet::healthy();
        fleet.host(1).in_maintenance = unknown(MissingReason::NotSent);
        fleet.is_unanswered("host-maintenance");
    }
}
