//! ## What it finds
//!
//! vCenter lets the user in and does not let it read the list of storage providers. The privilege is
//! `StorageViews.View`. Where the list was read all the same, nothing is found.
//!
//! ## Why it hurts
//!
//! No provider can be judged: an empty view looks like a fleet without providers.
//!
//! ## How it shows
//!
//! In the vSphere Client the same user sees no storage providers. The call `QueryProvider` ends in `NoPermission`. The
//! logs show nothing of it.
//!
//! ## What cures it
//!
//! Grant the user a role with `StorageViews.View` at the root folder, with propagation; reading needs nothing more for
//! this.
//!
//! ## Sources
//!
//! SMS API, the privileges of its methods (grade A).

use crate::case::{Case, Verdict};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::MissingReason;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "privilege-missing-view",
    severity: Severity::High,
    grade: Grade::A,
    title: "the user may not read storage providers",
    rank: 4,
    explains: &["provider-missing", "sms-endpoint-down"],
    log: None,
    cure: Cure::ByHand("grant the user the privilege `StorageViews.View` at the root folder, with propagation"),
    check: Check::VCenter(check),
    source: include_str!("privilege_missing_view.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    let Err(missing) = case.facts.provider_list.known() else { return Verdict::Fine };
    let vcenter = &case.facts.vcenter;
    let is_not_held = vcenter.privileges.value().and_then(|held| held.get(VIEW)) == Some(&false);
    if missing.reason != MissingReason::Denied && !is_not_held {
        return Verdict::NotApplicable;
    }
    let user = vcenter.session.value().map_or_else(|| "the user".to_owned(), |user| format!("user `{user}`"));
    let held = if is_not_held { "not held at the root folder" } else { "not told whether it is held" };
    Verdict::found(
        format!("{user} may not read the storage providers of vCenter: `{VIEW}` is missing"),
        vec![
            Evidence::new("list of storage providers", missing.message.clone()),
            Evidence::new(format!("privilege `{VIEW}`"), held),
        ],
    )
}

/// What reading providers needs.
const VIEW: &str = "StorageViews.View";

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen, unknown};

    /// Without the list of providers, and with or without the privilege for it.
    fn without_list(reason: MissingReason, holds: bool) -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.facts.provider_list = unknown(reason);
        fleet.facts.providers.clear();
        fleet.vcenter().privileges = seen([("StorageViews.View".to_owned(), holds)].into());
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        let mut came_all_the_same = Fleet::of(1);
        came_all_the_same.vcenter().privileges = seen([("StorageViews.View".to_owned(), false)].into());
        vec![
            Case::cause(
                "no-permission",
                "The list of providers is refused",
                "`QueryProvider` ends in `NoPermission`, and vCenter says that the user does not hold the privilege. The host \
                 must not be said to have no provider.",
                without_list(MissingReason::Denied, false),
            ),
            Case::near_miss(
                "list-came",
                "Not held at the root folder, and the list came",
                "The near miss of `no-permission`: the user holds the privilege further down. What was read counts.",
                came_all_the_same,
            ),
        ]
    }

    #[test]
    fn a_service_that_is_down_is_not_a_missing_privilege() {
        without_list(MissingReason::Fault, true).has_one_cause("sms-endpoint-down");
    }

    #[test]
    fn a_fault_without_the_privilege_is_a_matter_of_the_privilege() {
        without_list(MissingReason::Fault, false).has_one_cause("privilege-missing-view");
    }
}
