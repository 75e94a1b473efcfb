//! ## What it finds
//!
//! The list of CA certificates of a connected ESXi host is empty.
//!
//! ## Why it hurts
//!
//! The host refuses whoever shows it a certificate: vCenter's storage service first of all. Other things on the host
//! that verify certificates fail as well.
//!
//! ## How it shows
//!
//! The vSphere Client shows the provider offline or disconnected. `sps.log` shows S-01, then S-02 and S-03.
//!
//! ## What cures it
//!
//! Push vCenter's trusted roots to the host, then add the SMS certificate; two certificates are the least. Then
//! synchronise and reconnect the provider.
//!
//! ## Sources
//!
//! KB 367381 and the vendor's vCert, what the store holds (grade A).

use super::store;
use crate::case::{Case, Verdict, known};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::Host;
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "castore-empty",
    severity: Severity::Critical,
    grade: Grade::A,
    title: "a host trusts no CA certificate at all",
    rank: 40,
    explains: &[
        "provider-cert-cached-stale",
        "provider-cert-invalid",
        "provider-connected-unsynced",
        "provider-disconnected",
        "provider-missing",
        "provider-offline",
        "provider-status-unknown",
        "provider-syncerror",
    ],
    log: Some(Leg::ClientTrust),
    cure: Cure::Remedy("trust-sms-certificate"),
    check: Check::Host(check),
    source: include_str!("castore_empty.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    if !known!(store(case, host)).is_empty() {
        return Verdict::Fine;
    }
    let evidence = vec![Evidence::new("CA certificates of the host", "none")];
    Verdict::found(format!("host `{}` trusts no CA certificate at all", host.name), evidence)
}

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen, unknown};

    pub(crate) fn cases() -> Vec<Case> {
        let mut emptied = Fleet::of(1);
        emptied.host(1).ca_store = seen(Vec::new());
        emptied.provider(1).status = seen("offline".to_owned());
        let mut unread = Fleet::of(1);
        unread.host(1).ca_store = unknown(MissingReason::Denied);
        vec![
            Case::cause(
                "nothing-in-it",
                "The list of CA certificates is empty",
                "`esx01.lab.test` trusts nobody: neither vCenter's root nor the SMS certificate. That is one trouble, not \
                 one for each certificate that is missing.",
                emptied,
            ),
            Case::near_miss(
                "not-read",
                "A list that was not read is not an empty one",
                "The user may not see the CA certificates of `esx01.lab.test`. The report must say that it does not know.",
                unread,
            ),
        ]
    }

    #[test]
    fn an_empty_store_is_one_trouble_and_not_three() {
        let mut fleet = Fleet::healthy();
        fleet.host(1).ca_store = seen(Vec::new());
        fleet.provider(1).status = seen("offline".to_owned());
        fleet.has_one_cause("castore-empty");
        assert_eq!(fleet.codes(), ["castore-empty", "provider-offline"]);
    }

    #[test]
    fn a_store_that_was_not_read_is_not_empty() {
        let mut fleet = Fleet::healthy();
        fleet.host(1).ca_store = unknown(MissingReason::Denied);
        fleet.is_unanswered("castore-empty");
    }
}
