//! ## What it finds
//!
//! Something in the fleet is unwell, and the user lacks a privilege that repairs need: `StorageViews.ConfigureService`
//! for providers, `Certificate.Manage` for certificates and what hosts trust, `Host.Config.Connection` to reconnect
//! hosts.
//!
//! On a fleet where nothing is unwell a user that may only read is as it should be, and nothing is found.
//!
//! ## Why it hurts
//!
//! A repair would stop at its first step. Until then nothing is changed: this tool stays with looking.
//!
//! ## How it shows
//!
//! The vSphere Client greys the actions out for this user. A call ends in `NoPermission`; the logs show no more.
//!
//! ## What cures it
//!
//! Grant a role with the privileges that are named, at the root folder with propagation, or repair as another user.
//!
//! ## Sources
//!
//! vSphere and SMS API, the privileges of their methods (grade A).

use crate::case::{Case, Verdict};
use crate::diagnostic::{Evidence, Severity};
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "privilege-missing-write",
    severity: Severity::Medium,
    grade: Grade::A,
    title: "the user may look and may not repair",
    rank: 94,
    explains: &[],
    log: None,
    cure: Cure::ByHand("grant the user the privileges that are named, or let another user repair"),
    check: Check::VCenter(check),
    source: include_str!("privilege_missing_write.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    if !case.is_any_unwell() {
        return Verdict::NotApplicable;
    }
    // Where vCenter did not tell, the steps of a plan name what they need, and a refusal is theirs to report.
    let Some(held) = case.facts.vcenter.privileges.value() else { return Verdict::NotApplicable };
    let lacking: Vec<&str> = WRITE.iter().copied().filter(|name| held.get(*name) == Some(&false)).collect();
    if lacking.is_empty() {
        return Verdict::Fine;
    }
    let user = case.facts.vcenter.session.value().map_or("the user", String::as_str);
    Verdict::found(
        format!("user `{user}` may look and not repair: {} not held", lacking.join(", ")),
        vec![Evidence::new("privileges not held at the root folder", lacking.join(", "))],
    )
}

/// What repairs need, sorted.
const WRITE: [&str; 3] = ["Certificate.Manage", "Host.Config.Connection", "StorageViews.ConfigureService"];

#[cfg(test)]
mod tests {
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen};

    /// A user that may only look.
    fn reader() -> Fleet {
        let mut fleet = Fleet::of(1);
        let held =
            [("Certificate.Manage", false), ("StorageViews.ConfigureService", false), ("StorageViews.View", true)];
        fleet.vcenter().privileges = seen(held.map(|(name, holds)| (name.to_owned(), holds)).into());
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        let mut offline = reader();
        offline.provider(1).status = seen("offline".to_owned());
        vec![
            Case::beside(
                "provider-offline",
                "offline",
                "A provider is offline and the user may only read",
                "The provider is what is wrong. That the user may not repair it is worth a finding of its own, because a plan \
                 would stop at its first step.",
                offline,
            ),
            Case::near_miss(
                "reader-of-a-healthy-fleet",
                "A user that may only read, and nothing to repair",
                "The near miss of `offline`: monitoring should hold no more than it needs.",
                reader(),
            ),
        ]
    }
}
