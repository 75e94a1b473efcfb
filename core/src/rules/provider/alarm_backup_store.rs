//! ## What it finds
//!
//! VECS was read, and the only certificates in it that have expired are in a store of backups (`BACKUP_STORE`,
//! `BACKUP_STORE_H5C`).
//!
//! ## Why it hurts
//!
//! It does not. vCenter's alarm on certificates counts the backups too, and people renew what is in order.
//!
//! ## How it shows
//!
//! The vSphere Client shows the alarm "Certificate Status" although every certificate in use is good.
//!
//! ## What cures it
//!
//! Delete the old entries of the store of backups as the article says, then reset the alarm.
//!
//! ## Sources
//!
//! KB 326268 (grade A).

use crate::case::BY_APPLIANCE_SHELL;
use crate::case::{Case, Verdict, known};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::Alarm;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "alarm-backup-store",
    severity: Severity::Low,
    grade: Grade::A,
    title: "only old backups among vCenter's certificates have expired",
    rank: 96,
    explains: &["alarm-residual"],
    log: None,
    cure: Cure::ByHand(
        "save and delete the expired entries of the store with /usr/lib/vmware-vmafd/bin/vecs-cli entry delete --store BACKUP_STORE on the appliance, then reset the alarm to green (KB 326268)",
    ),
    check: Check::VCenter(check),
    source: include_str!("alarm_backup_store.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    let vcenter = &case.facts.vcenter;
    let is_ringing = vcenter.alarms.value().into_iter().flatten().any(Alarm::is_about_vcenters_certificates);
    let stores = known!(Case::optional(&vcenter.vecs, is_ringing, BY_APPLIANCE_SHELL));
    let entries = stores.iter().flat_map(|store| store.entries.iter().map(move |entry| (store, entry)));
    let expired = entries.filter(|(_, entry)| case.has_expired(entry));
    let (backups, in_use): (Vec<_>, Vec<_>) = expired.partition(|(store, _)| store.name.starts_with("BACKUP_STORE"));
    if backups.is_empty() || !in_use.is_empty() {
        return Verdict::Fine;
    }
    let message = format!("{} certificates in stores of backups have expired, and none that is in use", backups.len());
    let named = backups.iter().take(NAMED).map(|(store, entry)| {
        Evidence::new(format!("entry of the store `{}`", store.name), format!("`{}`", entry.alias))
    });
    Verdict::found(message, named.collect())
}

/// Entries shown as evidence.
const NAMED: usize = 10;

#[cfg(test)]
mod tests {
    use crate::facts::{VecsEntry, VecsStore};
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, Leaf, alarm, seen};

    /// An expired certificate in this store, and the alarm about it.
    fn expired_in(store: &str) -> Fleet {
        let mut fleet = Fleet::of(1);
        let old = fleet.issue(&Leaf::of("vc.lab.test").ends(-1));
        let entry = VecsEntry { alias: "bkp___MACHINE_CERT".to_owned(), certificate: Some(old) };
        let mut stores = fleet.vcenter().vecs.value().cloned().unwrap_or_default();
        stores.push(VecsStore { name: store.to_owned(), entries: vec![entry], permissions: Vec::new() });
        fleet.vcenter().vecs = seen(stores);
        fleet.vcenter().alarms = seen(vec![alarm("Certificate Status", ("Folder", "group-d1"), 86_400)]);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "old-machine-certificate",
                "The alarm rings for a backup",
                "When the machine SSL certificate was replaced, the one before went to `BACKUP_STORE`. It has expired, \
                 and the alarm is red; all that is in use is good.",
                expired_in("BACKUP_STORE"),
            ),
            Case::near_miss(
                "in-a-store-in-use",
                "The alarm rings for a certificate in use",
                "The expired certificate is in the store `wcp`. The alarm is right, and it is not about providers.",
                expired_in("wcp"),
            ),
        ]
    }
}
