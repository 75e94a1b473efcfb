//! ## What it finds
//!
//! The stores of VECS were read on the appliance, and there is no store `SMS` among them.
//!
//! ## Why it hurts
//!
//! SPS keeps its client certificates there. Without the store it has nothing to show to any host, and cannot make it
//! anew either.
//!
//! ## How it shows
//!
//! The vSphere Client shows all IOFILTER providers offline. `sps.log` shows S-18, or S-02 and S-03 for every host.
//!
//! ## What cures it
//!
//! This is damage to vCenter's certificate store, not to providers: call the vendor. Nothing on any host helps.
//!
//! ## Sources
//!
//! KB 376720, the stores that there are (grade A, in part).

use crate::case::BY_APPLIANCE_SHELL;
use crate::case::{Case, Verdict, known};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{Missing, MissingReason};
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "sms-store-missing",
    severity: Severity::Critical,
    grade: Grade::A,
    title: "vCenter has no store for the certificates of SPS",
    rank: 13,
    explains: &[
        "provider-cert-cached-stale",
        "provider-cert-invalid",
        "provider-connected-unsynced",
        "provider-disconnected",
        "provider-missing",
        "provider-offline",
        "provider-status-unknown",
        "provider-syncerror",
        "sms-cert-missing",
        "sms-cert-renew-failed",
        "sps-extension-missing",
        "whole-fleet-down",
    ],
    log: None,
    cure: Cure::ByHand(
        "open a case with the vendor: /usr/lib/vmware-vmafd/bin/vecs-cli store list on the appliance shows no store SMS (KB 376720)",
    ),
    check: Check::VCenter(check),
    source: include_str!("sms_store_missing.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    let vcenter = &case.facts.vcenter;
    // A certificate that was read out of the store shows that the store is there.
    let is_in_doubt = vcenter.sms.sms_self_signed.value().is_none() && case.is_any_unwell();
    let stores = known!(Case::optional(&vcenter.vecs, is_in_doubt, BY_APPLIANCE_SHELL));
    if stores.is_empty() {
        return Verdict::Unknown(Missing {
            reason: MissingReason::Malformed,
            message: "list of the stores of VECS came empty, which no vCenter has".to_owned(),
            help: "run /usr/lib/vmware-vmafd/bin/vecs-cli store list on the appliance".to_owned(),
        });
    }
    if stores.iter().any(|store| store.name == "SMS") {
        return Verdict::Fine;
    }
    let names: Vec<String> = stores.iter().map(|store| format!("`{}`", store.name)).collect();
    Verdict::found("vCenter has no certificate store `SMS`", vec![Evidence::new("stores of VECS", names.join(", "))])
}

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen, unknown};

    fn without_store() -> Fleet {
        let mut fleet = Fleet::of(2);
        let mut stores = fleet.vcenter().vecs.value().cloned().unwrap_or_default();
        stores.retain(|store| store.name != "SMS");
        fleet.vcenter().vecs = seen(stores);
        fleet.vcenter().sms.sms_self_signed = unknown(MissingReason::Gone);
        fleet.vcenter().sms.sps_extension = unknown(MissingReason::Gone);
        for number in 1..=2 {
            fleet.provider(number).status = seen("offline".to_owned());
        }
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        let mut without_entries = Fleet::of(2);
        let mut stores = without_entries.vcenter().vecs.value().cloned().unwrap_or_default();
        for store in stores.iter_mut().filter(|store| store.name == "SMS") {
            store.entries.clear();
        }
        without_entries.vcenter().vecs = seen(stores);
        without_entries.vcenter().sms.sms_self_signed = unknown(MissingReason::Gone);
        vec![
            Case::cause(
                "no-such-store",
                "The store `SMS` is gone",
                "VECS lists its other stores. SPS has no certificate to show, and every provider is offline.",
                without_store(),
            ),
            Case::near_miss(
                "empty-store",
                "The store is there and empty",
                "`sms_self_signed` was deleted; SPS makes it anew at its next start, because the store is there.",
                without_entries,
            ),
        ]
    }

    #[test]
    fn a_list_without_any_store_is_not_believed() {
        let mut fleet = Fleet::of(1);
        fleet.vcenter().vecs = seen(Vec::new());
        fleet.is_unanswered("sms-store-missing");
    }

    #[test]
    fn the_store_is_asked_for_only_where_it_is_in_doubt() {
        let mut fleet = Fleet::of(1);
        fleet.vcenter().vecs = unknown(MissingReason::NotAsked);
        assert_eq!(fleet.judge().unanswered, []);
        fleet.vcenter().sms.sms_self_signed = unknown(MissingReason::NotAsked);
        fleet.provider(1).certificate_status = seen("expirySoftLimitReached".to_owned());
        let open = fleet.judge().unanswered;
        assert!(open.iter().any(|open| open.codes.iter().any(|code| code == "sms-store-missing")), "{open:?}");
    }
}
