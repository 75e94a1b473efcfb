//! ## What it finds
//!
//! vCenter accepted the login, and its storage monitoring service (SMS) says that it does not know the session, also
//! after a new login.
//!
//! ## Why it hurts
//!
//! No provider can be judged in this look. It says nothing of the providers themselves.
//!
//! ## How it shows
//!
//! The call to `/sms/sdk` ends in `InvalidSession`. The vSphere Client, which has a session of its own, may well show
//! all providers.
//!
//! ## What cures it
//!
//! Look again. If it stays: SMS takes the session from the header `vcSessionCookie`, so see that no proxy drops or
//! changes it, and that the service `sps` is healthy.
//!
//! ## Sources
//!
//! SMS API, `InvalidSession`, and how clients hand the session over (grade A).

use crate::case::{Case, Verdict};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::MissingReason;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "sms-session-invalid",
    severity: Severity::Medium,
    grade: Grade::A,
    title: "the storage monitoring service does not accept the session",
    rank: 5,
    explains: &["provider-missing"],
    log: None,
    cure: Cure::ByHand(
        "look again; if it stays, see that nothing between this machine and vCenter changes cookies or headers, and that `sps` is healthy",
    ),
    check: Check::VCenter(check),
    source: include_str!("sms_session_invalid.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    let Err(missing) = case.facts.provider_list.known() else { return Verdict::Fine };
    if missing.reason != MissingReason::SessionExpired {
        return Verdict::NotApplicable;
    }
    Verdict::found(
        "storage monitoring service of vCenter does not know the session that vCenter gave",
        vec![Evidence::new("list of storage providers", missing.message.clone())],
    )
}

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, unknown};

    fn without_list(reason: MissingReason) -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.facts.provider_list = unknown(reason);
        fleet.facts.providers.clear();
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "cookie-not-passed",
                "SMS does not know the session",
                "vCenter let the user in; SMS answers `InvalidSession` to the same session. Neither the service nor a \
                 privilege is at fault.",
                without_list(MissingReason::SessionExpired),
            ),
            Case::near_miss(
                "service-down",
                "SMS does not answer at all",
                "The near miss of `cookie-not-passed`: no word about a session. That is `sms-endpoint-down`.",
                without_list(MissingReason::NoAnswer),
            ),
        ]
    }
}
