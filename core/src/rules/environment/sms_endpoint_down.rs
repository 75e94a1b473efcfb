//! ## What it finds
//!
//! vCenter's inventory answers, and its storage monitoring service (SMS, `/sms/sdk`) does not.
//!
//! ## Why it hurts
//!
//! Nothing can be said of any storage provider, and none can be synchronised or registered.
//!
//! ## How it shows
//!
//! The vSphere Client shows an error in place of the storage providers. The request ends in a refused or broken
//! connection, in status 503, or in a fault such as `AuthConnectionFailed`.
//!
//! ## What cures it
//!
//! See that the service `sps` runs and is healthy, start it if it is not, and look again.
//!
//! ## Sources
//!
//! SMS API, `AuthConnectionFailed` (grade A); that SMS lives in the service `sps` (grade A).

use crate::case::{Case, Verdict};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{Facts, MissingReason};
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "sms-endpoint-down",
    severity: Severity::Critical,
    grade: Grade::A,
    title: "vCenter answers and its storage monitoring service does not",
    rank: 12,
    explains: &["provider-missing"],
    log: None,
    cure: Cure::Remedy("start-profile-service"),
    check: Check::VCenter(check),
    source: include_str!("sms_endpoint_down.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    let Err(missing) = case.facts.provider_list.known() else { return Verdict::Fine };
    // These have rules of their own: `privilege-missing-view` and `sms-session-invalid`.
    if matches!(missing.reason, MissingReason::Denied | MissingReason::SessionExpired) {
        return Verdict::NotApplicable;
    }
    if !is_down(case.facts) {
        return Verdict::from(missing);
    }
    let evidence = vec![Evidence::new("list of storage providers", missing.message.clone())];
    Verdict::found("storage monitoring service of vCenter does not answer although the inventory does", evidence)
}

/// True when the list of providers is missing because SMS did not serve it, while vCenter itself did answer.
pub(crate) fn is_down(facts: &Facts) -> bool {
    let is_failure = |reason| {
        matches!(
            reason,
            MissingReason::Refused | MissingReason::NoAnswer | MissingReason::Fault | MissingReason::Closed
        )
    };
    facts.inventory.value().is_some() && facts.provider_list.known().is_err_and(|missing| is_failure(missing.reason))
}

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, unknown};

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "fault",
                "SMS answers with a fault",
                "The inventory came and `/sms/sdk` ends in `AuthConnectionFailed`. That no provider was listed says nothing of \
                 the hosts.",
                without_list(MissingReason::Fault),
            ),
            Case::near_miss(
                "refused-to-this-user",
                "SMS refuses this user",
                "The near miss of `fault`: the service works, and the user lacks a privilege.",
                without_list(MissingReason::Denied),
            ),
        ]
    }

    fn without_list(reason: MissingReason) -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.facts.provider_list = unknown(reason);
        fleet.facts.providers.clear();
        fleet
    }

    #[test]
    fn a_fault_instead_of_the_list_is_found() {
        without_list(MissingReason::Fault).has_one_cause("sms-endpoint-down");
    }

    #[test]
    fn a_list_that_made_no_sense_is_not_said_to_be_missing() {
        without_list(MissingReason::Malformed).is_unanswered("sms-endpoint-down");
    }
}
