//! ## What it finds
//!
//! vCenter was asked for the CA certificates of a connected ESXi host and answered with an error.
//!
//! A store that nobody asked for is no finding, nor is one that the user may not see: then a privilege is missing, and
//! the host has no part in it.
//!
//! ## Why it hurts
//!
//! Whether the host trusts vCenter cannot be told, which is half of all that can be wrong with its provider.
//!
//! ## How it shows
//!
//! The vSphere Client may show an error on the host's certificate page. On the host, `hostd.log` may show X-04.
//!
//! ## What cures it
//!
//! Look at what the error says. Ask through vCenter, as we do: a host in lockdown refuses to be asked directly. If
//! `hostd` cannot read the file itself, see `castore-malformed`.
//!
//! ## Sources
//!
//! vSphere API, `ListCACertificates` (grade A); vSphere documentation, lockdown mode (grade A).

use crate::case::{Case, Verdict};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{Host, MissingReason};
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "castore-unreadable",
    severity: Severity::Medium,
    grade: Grade::A,
    title: "a connected host does not tell which CA certificates it trusts",
    rank: 86,
    explains: &[],
    log: None,
    cure: Cure::ByHand(
        "look at the error, and at the host's certificates in the vSphere Client (Configure > System > Certificate); if they are not shown there either, look for errors about castore.pem in hostd.log of the host",
    ),
    check: Check::Host(check),
    source: include_str!("castore_unreadable.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(_: &Case<'_>, host: &Host) -> Verdict {
    let Err(missing) = host.ca_store.known() else { return Verdict::Fine };
    // A list that was told and does not read is `castore-malformed`.
    if !host.is_connected() || !host.ca_store_unreadable.is_empty() {
        return Verdict::NotApplicable;
    }
    match missing.reason {
        MissingReason::Fault | MissingReason::Malformed | MissingReason::NoAnswer | MissingReason::Refused => {
            let message = format!("host `{}` does not tell which CA certificates it trusts", host.name);
            Verdict::found(message, vec![Evidence::new("list of CA certificates", missing.message.clone())])
        }
        _ => Verdict::from(missing),
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, unknown};

    fn without_store(reason: MissingReason) -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.host(1).ca_store = unknown(reason);
        fleet.host(1).ca_revocation_lists = unknown(reason);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "fault",
                "The host answers with a fault",
                "vCenter passed the question on to `esx01.lab.test`, which is connected, and a fault came back.",
                without_store(MissingReason::Fault),
            ),
            Case::near_miss(
                "not-allowed",
                "The user may not ask",
                "The same list is missing because the user lacks a privilege. The host is not to blame; the report says \
                 that it does not know.",
                without_store(MissingReason::Denied),
            ),
        ]
    }

    #[test]
    fn what_the_user_may_not_see_is_unknown() {
        without_store(MissingReason::Denied).is_unanswered("castore-unreadable");
    }
}
